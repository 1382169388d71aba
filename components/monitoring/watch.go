// Package monitoring watches the platform: Prometheus, Alertmanager and Grafana, fed by what the other components ask for.
package monitoring

import (
	"maps"
	"regexp"
	"time"

	"gitlab.com/thinkmassive/satkube/internal/kube"
)

// Watch is what a component wants watched. Every component returns its own; the platform hands them all to New.
type Watch struct {
	Targets    []Target
	Alerts     []Alert
	Dashboards []Dashboard
}

// Target is a port that Prometheus scrapes.
type Target struct {
	// Job is the value of the label job, by which alerts and panels select it.
	Job string
	// Endpoint is the port. All pods behind its Service are scraped, each under its own label pod.
	Endpoint kube.Endpoint
	// Path is where the metrics are; empty means /metrics.
	Path string
	// Every and Timeout override how often it is scraped and how long that may take; 0 takes Prometheus' own.
	Every, Timeout time.Duration
	// Labels are added to all of its series: network and node of a Bitcoin node. No exporter says them itself.
	Labels map[string]string
	// Foreign is for an exporter whose series are about other pods, as kube-state-metrics' are: its own labels win, and the label pod
	// of the one that is scraped stays away.
	Foreign bool
}

// Severity says what an alert does to a person.
type Severity string

// The severities.
const (
	// Critical wakes somebody: funds or the platform are at stake now.
	Critical Severity = "critical"
	// Warning can wait for the morning.
	Warning Severity = "warning"
)

// SeverityWhere is critical where coins have a price. Nobody is woken for a test network.
func SeverityWhere(money bool) Severity {
	if money {
		return Critical
	}
	return Warning
}

// Alert is one alert: the condition, what it means to whoever is woken by it, and the series that prove it. Several nodes may register
// the same one; it becomes one rule.
type Alert struct {
	// Name is in camel case and unique, apart from variants of one alert for different networks. docs/runbooks/alerts/NAME.md says what to do.
	Name string
	// Expr is PromQL; the alert holds for each series that it returns.
	Expr string
	// For is how long it has to return the series before the alert fires.
	For time.Duration
	// Severity decides who hears of it.
	Severity Severity
	// Summary is one sentence, with label values as {{ $labels.node }}.
	Summary string
	// Fires and Silent are samples by what they show: series that fire the alert, and series that must not.
	Fires, Silent map[string]Sample
}

// Sample is what Prometheus has seen when an alert is asked.
type Sample struct {
	// Series are series in the text form, such as bitcoin_blocks{network="testnet4"}, and their values a minute apart in promtool's
	// notation, such as 100x30 or 0+1x60.
	Series map[string]string
	// At is when the alert is asked, counted from the first value.
	At time.Duration
}

// Seen puts series together as what Prometheus has seen when it is asked at that time.
func Seen(at time.Duration, parts ...map[string]string) Sample {
	all := map[string]string{}
	for _, part := range parts {
		maps.Copy(all, part)
	}
	return Sample{Series: all, At: at}
}

// Dashboard is a page in Grafana.
type Dashboard struct {
	// UID is in the page's address, in kebab case.
	UID, Title string
	// Variables are labels by which the reader chooses what to see; a panel's query uses one as $NAME.
	Variables []Variable
	Rows      []Row
}

// Variable is a label whose values the reader chooses from.
type Variable struct {
	// Label is the label's name and the variable's.
	Label string
	// Metric is a metric that has the label.
	Metric string
}

// Row is a line of panels under a title; they share the width of the page.
type Row struct {
	Title  string
	Panels []Panel
}

// PanelKind is how a panel shows its queries.
type PanelKind string

// The kinds of panel.
const (
	// TimeSeries shows values over time.
	TimeSeries PanelKind = "timeseries"
	// Stat shows the last value, in large type.
	Stat PanelKind = "stat"
	// Table shows the last values, a line a series.
	Table PanelKind = "table"
)

// Panel is one graph, number or table.
type Panel struct {
	Title string
	// Tells says what a reader learns from it, and from which value on to worry.
	Tells string
	Kind  PanelKind
	// Unit is Grafana's name of the unit: short, percentunit, bytes, s, sats; see its documentation.
	Unit    string
	Queries []Query
	// Red is the value from which on the panel is red; nil leaves the colour alone. Below turns it around.
	Red   *float64
	Below bool
}

// Query is one PromQL expression of a panel.
type Query struct {
	Expr string
	// Legend names a series by its labels, such as {{node}}.
	Legend string
}

// OfChosenNodes is a query with the reader's choice of networks and nodes behind the name of each of the metrics.
func OfChosenNodes(metrics *regexp.Regexp, expr, legend string) Query {
	return Query{Expr: metrics.ReplaceAllString(expr, `$0{network=~"$$network", node=~"$$node"}`), Legend: legend}
}
