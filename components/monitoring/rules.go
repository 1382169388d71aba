package monitoring

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"sigs.k8s.io/yaml"
)

type (
	ruleFile struct {
		Groups []ruleGroup `json:"groups"`
	}
	ruleGroup struct {
		Name  string `json:"name"`
		Rules []rule `json:"rules"`
	}
	rule struct {
		Alert       string            `json:"alert"`
		Annotations map[string]string `json:"annotations"`
		Expr        string            `json:"expr"`
		For         string            `json:"for,omitempty"`
		Labels      map[string]string `json:"labels"`
	}
)

// maxRules is how large the rules may be, in bytes: a ConfigMap holds 1 MiB, and its own fields want some of it.
const maxRules = 1<<20 - 1<<14

// Severities are all severities, the worst first.
func Severities() []Severity { return []Severity{Critical, Warning} }

// RenderRules returns Prometheus' file of rules: a group for each severity. The runbook of an alert is base/NAME.md.
func RenderRules(base string, alerts []Alert) (string, error) {
	alerts, err := Distinct(alerts)
	if err != nil {
		return "", err
	}
	var file ruleFile
	for _, severity := range Severities() {
		group := ruleGroup{Name: string(severity)}
		for _, a := range alerts {
			if a.Severity == severity {
				group.Rules = append(group.Rules, a.rule(base))
			}
		}
		if len(group.Rules) > 0 {
			file.Groups = append(file.Groups, group)
		}
	}
	raw, err := yaml.Marshal(file)
	if err == nil && len(raw) > maxRules {
		err = fmt.Errorf("rules are %d bytes, want %d at most, which is what a ConfigMap holds", len(raw), maxRules)
	}
	return string(raw), err
}

func (a Alert) rule(base string) rule {
	r := rule{
		Alert: a.Name, Expr: a.Expr,
		Labels:      map[string]string{"severity": string(a.Severity)},
		Annotations: map[string]string{"summary": a.Summary, "runbook_url": strings.TrimSuffix(base, "/") + "/" + a.Name + ".md"},
	}
	if a.For > 0 {
		r.For = duration(a.For)
	}
	return r
}

// Distinct checks the alerts and leaves one of several that are the same, in a stable order. Nodes register the same ones, with samples
// of their own; the samples of all are kept.
func Distinct(alerts []Alert) ([]Alert, error) {
	var mistakes []error
	first := map[string]Alert{}
	for _, a := range alerts {
		mistakes = append(mistakes, a.validate())
		key := a.Name + "\n" + a.Expr
		same, known := first[key]
		if known && (same.For != a.For || same.Severity != a.Severity || same.Summary != a.Summary) {
			mistakes = append(mistakes, fmt.Errorf("alert %s: stands twice with one expression, want one duration, severity and summary", a.Name))
		}
		if known {
			a.Fires, a.Silent = both(same.Fires, a.Fires), both(same.Silent, a.Silent)
		}
		first[key] = a
	}
	kept := slices.Collect(maps.Values(first))
	slices.SortFunc(kept, func(a, b Alert) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Severity, b.Severity), cmp.Compare(a.Expr, b.Expr))
	})
	return kept, errors.Join(mistakes...)
}

func both(first, second map[string]Sample) map[string]Sample {
	all := maps.Clone(second)
	if all == nil {
		all = map[string]Sample{}
	}
	maps.Copy(all, first)
	return all
}

var alertForm = regexp.MustCompile(`^[A-Z][A-Za-z0-9]*$`)

func (a Alert) validate() error {
	var mistakes []error
	add := func(format string, values ...any) {
		mistakes = append(mistakes, fmt.Errorf("alert %s: "+format, append([]any{a.Name}, values...)...))
	}
	if !alertForm.MatchString(a.Name) {
		add("name is %q, want letters and digits in camel case", a.Name)
	}
	if strings.TrimSpace(a.Expr) == "" {
		add("expr is empty, want PromQL")
	}
	if a.For < 0 || a.For%time.Second != 0 {
		add("for is %s, want whole seconds, none below 0", a.For)
	}
	if !slices.Contains(Severities(), a.Severity) {
		add("severity is %q, want %s or %s", a.Severity, Critical, Warning)
	}
	if a.Summary == "" || strings.ContainsAny(a.Summary, "\r\n") {
		add("summary is %q, want one sentence", a.Summary)
	}
	if len(a.Fires) == 0 {
		add("fires is empty, want series that fire it")
	}
	// The watchdog is the one alert that has to fire whatever happens.
	if len(a.Silent) == 0 && a.Name != watchdog {
		add("silent is empty, want series that must not fire it")
	}
	for _, samples := range []map[string]Sample{a.Fires, a.Silent} {
		for _, name := range slices.Sorted(maps.Keys(samples)) {
			if s := samples[name]; s.At < 0 || (len(s.Series) == 0 && a.Name != watchdog) {
				add("sample %q: series is empty or at is below 0, want both set", name)
			}
		}
	}
	return errors.Join(mistakes...)
}
