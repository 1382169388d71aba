package monitoring

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/internal/images"
	"gitlab.com/thinkmassive/satkube/internal/mock"
)

func TestNew_RefusesWhatCannotRun(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Args)
		want   string
	}{
		"no namespace":               {func(a *Args) { a.Namespace.Name = "" }, "namespace is empty"},
		"agents among the others":    {func(a *Args) { a.AgentNamespace = a.Namespace }, `agentNamespace is "monitoring", want another one`},
		"no cluster":                 {func(a *Args) { a.Cluster = "" }, "cluster is empty"},
		"no image":                   {func(a *Args) { a.Grafana = images.Image{} }, "grafana is empty, want an image"},
		"no Prometheus":              {func(a *Args) { a.PrometheusReplicas = 0 }, "prometheusReplicas is 0, want 1 or 2"},
		"three Alertmanagers":        {func(a *Args) { a.AlertmanagerReplicas = 3 }, "alertmanagerReplicas is 3, want 1 or 2"},
		"no retention":               {func(a *Args) { a.Retention = 0 }, "retention is 0s, want whole hours"},
		"retention of minutes":       {func(a *Args) { a.Retention = 90 * time.Minute }, "retention is 1h30m0s, want whole hours"},
		"storage that is none":       {func(a *Args) { a.PrometheusStorage = "50 GB" }, `prometheusStorage is "50 GB", want a quantity`},
		"storage of nothing":         {func(a *Args) { a.GrafanaStorage = "0Gi" }, `grafanaStorage is "0Gi", want a quantity above 0`},
		"storage without room":       {func(a *Args) { a.PrometheusStorage = "1Mi" }, `prometheusStorage is "1Mi", want room`},
		"memory that is none":        {func(a *Args) { a.PrometheusMemory = "much" }, `prometheusMemory is "much"`},
		"no storage class":           {func(a *Args) { a.StorageClass = "" }, "storageClass is empty"},
		"runbooks in the clear":      {func(a *Args) { a.RunbookBase = "http://example.org" }, `runbookBase is "http://example.org", want an https address`},
		"Grafana in the clear":       {func(a *Args) { a.GrafanaURL = "http://example.org" }, "grafanaURL is"},
		"Grafana with a second line": {func(a *Args) { a.GrafanaURL = "https://example.org\n[auth.anonymous]" }, "grafanaURL is"},
		"no API server":              {func(a *Args) { a.APIServer.CIDRs = nil }, "apiServer or apiPorts is empty"},
		"no nodes":                   {func(a *Args) { a.NodeCIDRs = nil }, "nodeCIDRs is empty"},
		"nodes that are none":        {func(a *Args) { a.NodeCIDRs = []string{"10.0.0.1"} }, `nodeCIDRs is "10.0.0.1"`},
		"mail server without port":   {func(a *Args) { a.Receivers.Email.Smarthost = "smtp.example.org" }, `smarthost is "smtp.example.org", want HOST:PORT`},
		"mail from nobody":           {func(a *Args) { a.Receivers.Email.From = "alerts" }, `receivers.email.from is "alerts", want one address`},
		"mail to nobody":             {func(a *Args) { a.Receivers.Email.To = "" }, `receivers.email.to is ""`},
		"mail without a password":    {func(a *Args) { a.Receivers.Email.Password = nil }, "username or password is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			a := args(t)
			c.change(&a)
			_, err := mock.Run(program(a), nil)
			require.ErrorContains(t, err, c.want)
			require.NotContains(t, err.Error(), "SECRET-")
		})
	}
}
