package monitoring

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"

	"gitlab.com/thinkmassive/satkube/internal/images"
)

func (a Args) validate() error {
	var mistakes []error
	add := func(format string, values ...any) { mistakes = append(mistakes, fmt.Errorf(format, values...)) }
	for _, n := range []struct{ field, name string }{{"namespace", a.Namespace.Name}, {"agentNamespace", a.AgentNamespace.Name}} {
		if n.name == "" {
			add("%s is empty, want a namespace", n.field)
		}
	}
	if a.Namespace.Name == a.AgentNamespace.Name {
		add("agentNamespace is %q, want another one than namespace: it is privileged", a.AgentNamespace.Name)
	}
	if a.Cluster == "" {
		add("cluster is empty, want the cluster's name")
	}
	for _, i := range []struct {
		field string
		image images.Image
	}{
		{"prometheus", a.Prometheus},
		{"alertmanager", a.Alertmanager},
		{"grafana", a.Grafana},
		{"kubeStateMetrics", a.KubeStateMetrics},
		{"nodeExporter", a.NodeExporter},
	} {
		if i.image.Reference == "" {
			add("%s is empty, want an image", i.field)
		}
	}
	for _, r := range []struct {
		field  string
		number int
	}{{"prometheusReplicas", a.PrometheusReplicas}, {"alertmanagerReplicas", a.AlertmanagerReplicas}} {
		if r.number < 1 || r.number > 2 {
			add("%s is %d, want 1 or 2", r.field, r.number)
		}
	}
	if a.Retention <= 0 || a.Retention%time.Hour != 0 {
		add("retention is %s, want whole hours, 1 at least", a.Retention)
	}
	for _, q := range []struct{ field, text string }{
		{"prometheusStorage", a.PrometheusStorage},
		{"prometheusMemory", a.PrometheusMemory},
		{"prometheusCPU", a.PrometheusCPU},
		{"alertmanagerStorage", a.AlertmanagerStorage},
		{"grafanaStorage", a.GrafanaStorage},
	} {
		if _, ok := quantity(q.text); !ok {
			add("%s is %q, want a quantity above 0 such as 50Gi", q.field, q.text)
		}
	}
	if _, ok := quantity(a.PrometheusStorage); ok && retentionMiB(a.PrometheusStorage) < 1 {
		add("prometheusStorage is %q, want room for series: 2Mi at least", a.PrometheusStorage)
	}
	if a.StorageClass == "" {
		add("storageClass is empty, want the name of a class")
	}
	if !isHTTPS(a.RunbookBase) {
		add("runbookBase is %q, want an https address", a.RunbookBase)
	}
	for _, page := range []struct{ field, address string }{
		{"grafanaURL", a.GrafanaURL}, {"prometheusURL", a.PrometheusURL}, {"alertmanagerURL", a.AlertmanagerURL},
	} {
		if page.address != "" && !isHTTPS(page.address) {
			add("%s is %q, want an https address: cookies are sent over nothing else", page.field, page.address)
		}
	}
	if len(a.APIServer.CIDRs) == 0 || len(a.APIPorts) == 0 {
		add("apiServer or apiPorts is empty, want the addresses and ports of the Kubernetes API")
	}
	if len(a.NodeCIDRs) == 0 {
		add("nodeCIDRs is empty, want the nodes' addresses")
	}
	for _, cidr := range a.NodeCIDRs {
		if _, err := netip.ParsePrefix(cidr); err != nil {
			add("nodeCIDRs is %q, want addresses such as 10.0.0.0/16", cidr)
		}
	}
	mistakes = append(mistakes, a.Receivers.validate())
	return errors.Join(mistakes...)
}

var mailAddress = regexp.MustCompile(`^[^@\s,<>]+@[^@\s,<>]+$`)

// validate never shows a password or address that is secret.
func (r Receivers) validate() error {
	if r.Email == nil {
		return nil
	}
	var mistakes []error
	if _, err := r.Email.port(); err != nil {
		mistakes = append(mistakes, err)
	}
	for _, m := range []struct{ field, address string }{{"from", r.Email.From}, {"to", r.Email.To}} {
		if !mailAddress.MatchString(m.address) {
			mistakes = append(mistakes, fmt.Errorf("receivers.email.%s is %q, want one address", m.field, m.address))
		}
	}
	if r.Email.Username == "" || r.Email.Password == nil {
		mistakes = append(mistakes, errors.New("receivers.email: username or password is missing, want both"))
	}
	return errors.Join(mistakes...)
}

// port is the mail server's.
func (e Email) port() (int, error) {
	host, text, err := net.SplitHostPort(e.Smarthost)
	port, numberErr := strconv.Atoi(text)
	if err != nil || numberErr != nil || host == "" || port < 1 || port > 65535 {
		return 0, fmt.Errorf("receivers.email.smarthost is %q, want HOST:PORT", e.Smarthost)
	}
	return port, nil
}

func isHTTPS(address string) bool {
	parsed, err := url.Parse(address)
	return err == nil && parsed.Scheme == "https" && parsed.Host != "" && !strings.ContainsAny(address, "\r\n \"'")
}

// quantityForm is the part of the grammar that people write; parsing what lies outside of it can take minutes.
var quantityForm = regexp.MustCompile(`^[0-9]{1,15}(\.[0-9]{1,9})?([mkMGT]|[KMGT]i)?$`)

// quantity reads a Kubernetes quantity above 0, and tells whether it is one.
func quantity(text string) (resource.Quantity, bool) {
	if !quantityForm.MatchString(text) {
		return resource.Quantity{}, false
	}
	parsed, err := resource.ParseQuantity(text)
	return parsed, err == nil && parsed.Sign() > 0
}

// retentionMiB is 90 % of a volume, in MiB. The rest is for the write-ahead log and for blocks that are being compacted: only what is
// compacted already is ever deleted.
func retentionMiB(storage string) int64 {
	size, _ := quantity(storage)
	return size.Value() / 10 * 9 >> 20
}

// duration is how Prometheus and Alertmanager write it: 1h30m.
func duration(d time.Duration) string {
	text := d.String()
	for _, zero := range []string{"0s", "0m"} {
		if shorter, found := strings.CutSuffix(text, zero); found && shorter != "" && !strings.ContainsAny(shorter[len(shorter)-1:], "0123456789.") {
			text = shorter
		}
	}
	return text
}
