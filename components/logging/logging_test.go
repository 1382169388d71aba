package logging

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/internal/golden"
	"gitlab.com/thinkmassive/satkube/internal/images"
	"gitlab.com/thinkmassive/satkube/internal/kube"
	"gitlab.com/thinkmassive/satkube/internal/mock"
	"gitlab.com/thinkmassive/satkube/internal/mock/policies"
)

func args(t *testing.T) Args {
	t.Helper()
	lock, err := images.Load()
	require.NoError(t, err)
	return Args{
		Namespace: kube.Namespace{Name: "logging"}, AgentNamespace: kube.Namespace{Name: "logging-agents"},
		ElasticsearchImage: lock[images.Elasticsearch], KibanaImage: lock[images.Kibana], FluentdImage: lock[images.Fluentd],
		PriorityClass: "satkube-platform", StorageClass: "gp3",
		Nodes: 3, Storage: "100Gi", Memory: "4Gi", CPU: "1", RetentionDays: 30, BufferMiB: 512, AllowMmap: true,
		KibanaURL:         "https://kibana.example.org",
		CertificatesSince: time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC),
		APIServer:         kube.Peer{Name: "kube-api", CIDRs: []string{"10.20.0.0/16"}},
		APIPorts:          []kube.Port{{Name: "https", Number: 443}},
	}
}

func elasticsearchEndpoint() kube.Endpoint {
	return kube.Endpoint{Host: "elasticsearch.logging.svc.cluster.local", Port: httpPort()}
}

func deploy(t *testing.T, a Args) *mock.Recording {
	t.Helper()
	return mock.Deployed(t, program(a))
}

func program(a Args) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		_, err := New(ctx, "logs", a)
		return err
	}
}

func TestRender_MatchesTheGoldens(t *testing.T) {
	render := func(file string, text string, err error) {
		require.NoError(t, err)
		golden.Equal(t, file, text)
	}
	three, one := args(t), args(t)
	one.Nodes, one.AllowMmap, one.KibanaURL = 1, false, ""
	secrets := kibanaSecrets{"SERVICE-TOKEN", "SESSIONS-KEY", "OBJECTS-KEY", "REPORTS-KEY"}

	text, err := renderElasticsearch(three)
	render("elasticsearch-3.yml", text, err)
	text, err = renderElasticsearch(one)
	render("elasticsearch-1.yml", text, err)
	text, err = renderKibana(three, elasticsearchEndpoint(), secrets)
	render("kibana.yml", text, err)
	text, err = renderRoles()
	render("roles.yml", text, err)
	text, err = renderPolicy(three)
	render("policy.json", text, err)
	text, err = renderTemplate(three)
	render("template.json", text, err)
	render("users_roles", renderUsersRoles(), nil)
	render("fluent.conf", renderFluentd(three, elasticsearchEndpoint()), nil)
	render("prepare-config-3.sh", prepare(three), nil)
	render("prepare-config-1.sh", prepare(one), nil)
	render("apply-lifecycle.sh", applyLifecycle(elasticsearchEndpoint()), nil)
}

// Fluentd reads the node's files as root, and remembers there how far it came. Its image has no digest yet. Nothing else is refused.
func TestNew_IsHardenedByTheRulesOfTheHouse(t *testing.T) {
	const fluentd = " on urn:pulumi:test::satkube::kubernetes:apps/v1:DaemonSet::logs-fluentd"
	for _, nodes := range []int{1, 3} {
		a := args(t)
		a.Nodes = nodes
		var refused []string
		for _, verdict := range policies.Refused(t, deploy(t, a), "test") {
			where, _, _ := strings.Cut(verdict, ": spec")
			refused = append(refused, where)
		}
		require.Subset(t, []string{
			"host-path" + fluentd, "host-path-readonly" + fluentd, "run-as-non-root" + fluentd, "run-as-user-not-zero" + fluentd, "image-digest" + fluentd,
		}, refused)
	}
}

func TestNew_PutsNoSecretAnywhereButIntoSecrets(t *testing.T) {
	recording := deploy(t, args(t))
	files, err := certificateFiles("password-of-logs-certificates-seed", args(t).CertificatesSince, certificateHosts(args(t)))
	require.NoError(t, err)
	for _, r := range recording.Resources() {
		text := fmt.Sprint(r.Inputs)
		if r.Type == "kubernetes:core/v1:Secret" {
			require.True(t, r.Inputs["stringData"].ContainsSecrets(), r.Name)
			continue
		}
		require.NotContains(t, text, "password-of-", "%s %s", r.Type, r.Name)
		require.NotContains(t, text, "PRIVATE KEY-----", "%s %s", r.Type, r.Name)
		require.NotContains(t, text, serviceToken(kibanaAccount, "password-of-logs-kibana-token"), "%s %s", r.Type, r.Name)
	}
	require.Contains(t, secretFile(t, recording, "logs-elasticsearch", "http.key"), files["http.key"])
}

func TestNew_GivesEachPartOnlyTheKeysThatItNeeds(t *testing.T) {
	recording := deploy(t, args(t))
	for secret, want := range map[string][]string{
		"logs-elasticsearch": {"ca.crt", "http.crt", "http.key", "roles.yml", "service_tokens", "transport-ca.crt", "transport.crt", "transport.key", "users", "users_roles"},
		"logs-kibana":        {"ca.crt", "kibana.crt", "kibana.key", "kibana.yml"},
		"logs-fluentd":       {"ca.crt", "password"},
		"logs-lifecycle":     {"ca.crt", "curlrc"},
	} {
		require.ElementsMatch(t, want, secretKeys(t, recording, secret), secret)
	}
}

func TestNew_HandsElasticsearchTheHashOfThePasswordThatFluentdUses(t *testing.T) {
	recording := deploy(t, args(t))
	require.Equal(t, "password-of-logs-fluentd", secretFile(t, recording, "logs-fluentd", "password"))
	users := secretFile(t, recording, "logs-elasticsearch", "users")
	require.Len(t, strings.Split(strings.TrimSpace(users), "\n"), 3)
	for _, line := range strings.Split(strings.TrimSpace(users), "\n") {
		user, hash, _ := strings.Cut(line, ":")
		require.Equal(t, hash, hashByHand(t, "password-of-logs-"+user, hash), user)
	}
	account, hash, _ := strings.Cut(strings.TrimSpace(secretFile(t, recording, "logs-elasticsearch", "service_tokens")), ":")
	require.Equal(t, "elastic/kibana/satkube", account)
	require.Equal(t, hash, hashByHand(t, "password-of-logs-kibana-token", hash))
	require.Contains(t, secretFile(t, recording, "logs-kibana", "kibana.yml"), serviceToken(account, "password-of-logs-kibana-token"))
}

func TestNew_OpensOnlyTheConnectionsThatAreDeclared(t *testing.T) {
	var names []string
	for _, policy := range deploy(t, args(t)).All("kubernetes:networking.k8s.io/v1:NetworkPolicy") {
		names = append(names, policy.Path("metadata", "namespace").StringValue()+"/"+policy.Path("metadata", "name").StringValue())
	}
	require.ElementsMatch(t, []string{
		"logging/elasticsearch-to-elasticsearch-transport", "logging/elasticsearch-transport-from-elasticsearch",
		"logging/log-lifecycle-to-elasticsearch-http", "logging/elasticsearch-http-from-log-lifecycle",
		"logging/kibana-to-elasticsearch-http", "logging/elasticsearch-http-from-kibana",
		"logging-agents/fluentd-to-elasticsearch-http", "logging/elasticsearch-http-from-fluentd",
		"logging-agents/fluentd-to-kube-api-https",
	}, names)
}

func TestNew_RefusesWhatCannotRun(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Args)
		want   string
	}{
		"two nodes":          {func(a *Args) { a.Nodes = 2 }, "nodes is 2, want 1 or 3"},
		"no node":            {func(a *Args) { a.Nodes = 0 }, "nodes is 0, want 1 or 3"},
		"little memory":      {func(a *Args) { a.Memory = "1Gi" }, `memory is "1Gi", want a Kubernetes quantity of 2Gi at least`},
		"storage of words":   {func(a *Args) { a.Storage = "much" }, `storage is "much", want a Kubernetes quantity`},
		"no cpu":             {func(a *Args) { a.CPU = "" }, `cpu is "", want a Kubernetes quantity`},
		"nothing kept":       {func(a *Args) { a.RetentionDays = 0 }, "retention is 0 days, want 1 at least"},
		"small buffer":       {func(a *Args) { a.BufferMiB = 8 }, "buffer is 8 MiB, want 64 at least"},
		"one namespace":      {func(a *Args) { a.AgentNamespace = a.Namespace }, `namespaces are "logging" and "logging", want two`},
		"no image":           {func(a *Args) { a.FluentdImage = images.Image{} }, "fluentd image is empty"},
		"a newer Kibana":     {func(a *Args) { a.KibanaImage.Reference = "docker.elastic.co/kibana/kibana:9.6.0" }, "kibana is 9.6.0, want Elasticsearch's 9.5.3"},
		"no storage class":   {func(a *Args) { a.StorageClass = "" }, "storage class is empty"},
		"Kibana in clear":    {func(a *Args) { a.KibanaURL = "http://kibana.example.org" }, "want https://HOST"},
		"no API server":      {func(a *Args) { a.APIServer = kube.Peer{} }, "api server is missing"},
		"several at a time":  {func(a *Args) { a.Nodes, a.RetentionDays = 2, -1 }, "nodes is 2, want 1 or 3\nretention is -1 days"},
		"nothing of the API": {func(a *Args) { a.APIPorts = nil }, "api server is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			a := args(t)
			c.change(&a)
			_, err := mock.Run(program(a), nil)
			require.ErrorContains(t, err, c.want)
		})
	}
}

func secretData(t *testing.T, recording *mock.Recording, name string) resource.PropertyMap {
	t.Helper()
	data := recording.Must(t, "kubernetes:core/v1:Secret", name).Inputs["stringData"]
	for data.IsSecret() {
		data = data.SecretValue().Element
	}
	return data.ObjectValue()
}

func secretKeys(t *testing.T, recording *mock.Recording, name string) []string {
	t.Helper()
	var keys []string
	for key := range secretData(t, recording, name) {
		keys = append(keys, string(key))
	}
	return keys
}

func secretFile(t *testing.T, recording *mock.Recording, name, file string) string {
	t.Helper()
	value := secretData(t, recording, name)[resource.PropertyKey(file)]
	for value.IsSecret() {
		value = value.SecretValue().Element
	}
	return value.StringValue()
}
