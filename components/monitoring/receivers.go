package monitoring

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"sigs.k8s.io/yaml"
)

// The structs are the parts of Alertmanager's configuration that are used here, as its documentation of the file names them.
type (
	alertmanagerFile struct {
		Route        route      `json:"route"`
		InhibitRules []inhibit  `json:"inhibit_rules"`
		Receivers    []receiver `json:"receivers"`
	}
	route struct {
		Receiver       string   `json:"receiver"`
		Matchers       []string `json:"matchers,omitempty"`
		Continue       bool     `json:"continue,omitempty"`
		GroupBy        []string `json:"group_by,omitempty"`
		GroupWait      string   `json:"group_wait,omitempty"`
		GroupInterval  string   `json:"group_interval,omitempty"`
		RepeatInterval string   `json:"repeat_interval,omitempty"`
		Routes         []route  `json:"routes,omitempty"`
	}
	inhibit struct {
		SourceMatchers []string `json:"source_matchers"`
		TargetMatchers []string `json:"target_matchers"`
		Equal          []string `json:"equal"`
	}
	receiver struct {
		Name             string          `json:"name"`
		EmailConfigs     []emailPart     `json:"email_configs,omitempty"`
		WebhookConfigs   []webhookPart   `json:"webhook_configs,omitempty"`
		PagerdutyConfigs []pagerdutyPart `json:"pagerduty_configs,omitempty"`
	}
	emailPart struct {
		To               string `json:"to"`
		From             string `json:"from"`
		Smarthost        string `json:"smarthost"`
		AuthUsername     string `json:"auth_username"`
		AuthPasswordFile string `json:"auth_password_file"`
		RequireTLS       bool   `json:"require_tls"`
		SendResolved     bool   `json:"send_resolved"`
	}
	webhookPart struct {
		URLFile      string `json:"url_file"`
		SendResolved bool   `json:"send_resolved"`
	}
	pagerdutyPart struct {
		RoutingKeyFile string `json:"routing_key_file"`
		Severity       string `json:"severity"`
		SendResolved   bool   `json:"send_resolved"`
	}
)

// The files in receiversDir, which are also the keys of the Secret.
const (
	receiversDir       = "/etc/alertmanager"
	alertmanagerFileAt = "alertmanager.yml"
	webhookKey         = "webhook-url"
	emailKey           = "email-password"
	pagerDutyKey       = "pagerduty-routing-key"
	deadMansKey        = "dead-mans-switch-url"
)

// The names of the receivers.
const (
	toPeople   = "people"
	toPager    = "pager"
	toDeadMans = "dead-mans-switch"
	toNobody   = "nobody"
)

// RenderAlertmanager returns alertmanager.yml. Addresses and keys that are secret are not in it: it names the files that hold them.
func RenderAlertmanager(r Receivers) (string, error) {
	people := receiver{Name: toPeople}
	if r.Email != nil {
		people.EmailConfigs = []emailPart{{
			To: r.Email.To, From: r.Email.From, Smarthost: r.Email.Smarthost, AuthUsername: r.Email.Username,
			AuthPasswordFile: receiversDir + "/" + emailKey, RequireTLS: true, SendResolved: true,
		}}
	}
	if r.Webhook != nil {
		people.WebhookConfigs = []webhookPart{{URLFile: receiversDir + "/" + webhookKey, SendResolved: true}}
	}
	receivers := []receiver{people, {Name: toNobody}}

	// The watchdog never reaches people: that it arrives is no news.
	heartbeat := route{Receiver: toNobody, Matchers: []string{`alertname="` + watchdog + `"`}}
	if r.DeadMansSwitch != nil {
		heartbeat.Receiver, heartbeat.GroupWait, heartbeat.GroupInterval, heartbeat.RepeatInterval = toDeadMans, "0s", "1m", "5m"
		receivers = append(receivers, receiver{
			Name: toDeadMans, WebhookConfigs: []webhookPart{{URLFile: receiversDir + "/" + deadMansKey}},
		})
	}
	routes := []route{heartbeat}
	if r.PagerDuty != nil {
		// Repeats are left to PagerDuty, which repeats until somebody answers.
		routes = append(routes, route{Receiver: toPager, Matchers: []string{`severity="critical"`}, Continue: true, GroupWait: "10s"})
		receivers = append(receivers, receiver{Name: toPager, PagerdutyConfigs: []pagerdutyPart{{
			RoutingKeyFile: receiversDir + "/" + pagerDutyKey, Severity: "critical", SendResolved: true,
		}}})
	}
	// An alert that went to the pager goes on to people by this route: the root's receiver hears only of what no route matches.
	routes = append(routes, route{Receiver: toPeople})

	raw, err := yaml.Marshal(alertmanagerFile{
		Route: route{
			Receiver: toPeople, GroupBy: []string{"alertname", "namespace", "node"},
			GroupWait: "30s", GroupInterval: "5m", RepeatInterval: "12h", Routes: routes,
		},
		InhibitRules: []inhibit{{
			SourceMatchers: []string{`severity="critical"`}, TargetMatchers: []string{`severity="warning"`},
			// All that may tell two troubles of one name apart. A label that both lack counts as equal.
			Equal: []string{"alertname", "namespace", "node", "instance", "persistentvolumeclaim"},
		}},
		Receivers: receivers,
	})
	return string(raw), err
}

// secrets are the files that hold what is secret of the receivers.
func (r Receivers) secrets() pulumi.StringMap {
	files := pulumi.StringMap{}
	for key, value := range map[string]pulumi.StringInput{webhookKey: r.Webhook, pagerDutyKey: r.PagerDuty, deadMansKey: r.DeadMansSwitch} {
		if value != nil {
			files[key] = secret(value)
		}
	}
	if r.Email != nil {
		files[emailKey] = secret(r.Email.Password)
	}
	return files
}

// secret marks a value as secret, whatever the caller gave.
func secret(value pulumi.StringInput) pulumi.StringOutput {
	return pulumi.ToSecret(value.ToStringOutput()).(pulumi.StringOutput)
}
