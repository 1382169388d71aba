package ingress

import (
	"fmt"
	"time"

	"gitlab.com/thinkmassive/satkube/components/monitoring"
	"gitlab.com/thinkmassive/satkube/internal/kube"
)

// job is the controller's name in Prometheus.
const job = "nginx-ingress"

// watch is what wants watching. The controller's metrics are in its documentation, "Prometheus"; their prefix is nginx_ingress.
func (a Args) watch(metrics kube.Endpoint) monitoring.Watch {
	const (
		up       = `up{job="nginx-ingress",pod="nginx-ingress-1"}`
		reload   = `nginx_ingress_controller_nginx_last_reload_status{job="nginx-ingress",pod="nginx-ingress-1"}`
		accepted = `nginx_ingress_controller_ingress_resources_total{job="nginx-ingress",pod="nginx-ingress-1",type="%s"}`
	)
	kind := "regular"
	if a.Auth.Basic != nil {
		kind = "minion"
	}
	routes := len(a.Routes)
	series := func(name string, value int) map[string]string {
		return map[string]string{name: fmt.Sprintf("%dx30", value)}
	}
	accepts := fmt.Sprintf(accepted, kind)
	return monitoring.Watch{
		Targets:    []monitoring.Target{{Job: job, Endpoint: metrics}},
		Dashboards: []monitoring.Dashboard{dashboard(routes)},
		Alerts: []monitoring.Alert{{
			Name:     "IngressDown",
			Expr:     `sum(up{job="nginx-ingress"}) == 0 or absent(up{job="nginx-ingress"})`,
			For:      5 * time.Minute,
			Severity: monitoring.Critical,
			Summary:  "No pod of the ingress answers: none of the platform's pages can be reached.",
			Fires: map[string]monitoring.Sample{
				"every pod is down": {Series: series(up, 0), At: 10 * time.Minute},
				"there is no pod":   {Series: series(`up{job="prometheus"}`, 1), At: 10 * time.Minute},
			},
			Silent: map[string]monitoring.Sample{
				"it is up": {Series: series(up, 1), At: 10 * time.Minute},
				"one of two is up": {
					Series: map[string]string{up: "0x30", `up{job="nginx-ingress",pod="nginx-ingress-2"}`: "1x30"}, At: 10 * time.Minute,
				},
			},
		}, {
			Name:     "IngressReloadFailing",
			Expr:     `nginx_ingress_controller_nginx_last_reload_status{job="nginx-ingress"} == 0`,
			For:      10 * time.Minute,
			Severity: monitoring.Warning,
			Summary:  "nginx in {{ $labels.pod }} refuses its new configuration and goes on with the old one: pods that moved since cannot be reached.",
			Fires:    map[string]monitoring.Sample{"the last reload failed": {Series: series(reload, 0), At: 15 * time.Minute}},
			Silent:   map[string]monitoring.Sample{"the last reload worked": {Series: series(reload, 1), At: 15 * time.Minute}},
		}, {
			Name: "IngressRouteRejected",
			Expr: fmt.Sprintf(
				`sum by (pod) (nginx_ingress_controller_ingress_resources_total{job="nginx-ingress",type=~"minion|regular"}) < %d`, routes),
			For:      10 * time.Minute,
			Severity: monitoring.Warning,
			Summary:  fmt.Sprintf("The ingress {{ $labels.pod }} serves {{ $value }} of %d routes: it rejected the others.", routes),
			Fires:    map[string]monitoring.Sample{"one route is missing": {Series: series(accepts, routes-1), At: 15 * time.Minute}},
			Silent:   map[string]monitoring.Sample{"all routes are served": {Series: series(accepts, routes), At: 15 * time.Minute}},
		}},
	}
}

// dashboard shows how busy the ingress is, and whether it keeps up with what changes.
func dashboard(routes int) monitoring.Dashboard {
	const chosen = `{job="nginx-ingress"}`
	all, one := float64(routes), 1.0
	return monitoring.Dashboard{UID: "ingress", Title: "Ingress", Rows: []monitoring.Row{{
		Title: "Requests",
		Panels: []monitoring.Panel{{
			Title: "Requests", Kind: monitoring.TimeSeries, Unit: "reqps",
			Tells:   "Requests a second, refused ones among them. A jump from nothing is somebody who tries passwords.",
			Queries: []monitoring.Query{{Expr: "rate(nginx_ingress_nginx_http_requests_total" + chosen + "[5m])", Legend: "{{pod}}"}},
		}, {
			Title: "Connections", Kind: monitoring.TimeSeries, Unit: "short",
			Tells:   "Open connections of clients. Near 2048, two workers' worth, new ones have to wait.",
			Queries: []monitoring.Query{{Expr: "nginx_ingress_nginx_connections_active" + chosen, Legend: "{{pod}}"}},
		}},
	}, {
		Title: "Configuration",
		Panels: []monitoring.Panel{{
			Title: "Routes served", Kind: monitoring.Stat, Unit: "short", Red: &all, Below: true,
			Tells: "Routes that the controller took. Red when it rejected some.",
			Queries: []monitoring.Query{{
				Expr: `sum by (pod) (nginx_ingress_controller_ingress_resources_total{job="nginx-ingress",type=~"minion|regular"})`, Legend: "{{pod}}",
			}},
		}, {
			Title: "Last reload", Kind: monitoring.Stat, Unit: "short", Red: &one, Below: true,
			Tells:   "1 when nginx took its newest configuration, 0 when it goes on with an old one.",
			Queries: []monitoring.Query{{Expr: "nginx_ingress_controller_nginx_last_reload_status" + chosen, Legend: "{{pod}}"}},
		}},
	}}}
}
