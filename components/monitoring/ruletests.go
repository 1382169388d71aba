package monitoring

import (
	"fmt"
	"maps"
	"slices"

	"sigs.k8s.io/yaml"
)

// The structs are the parts of promtool's file of tests that are used here; see "Unit testing for rules" in Prometheus' documentation.
type (
	ruleTestFile struct {
		RuleFiles          []string   `json:"rule_files"`
		EvaluationInterval string     `json:"evaluation_interval"`
		Tests              []ruleTest `json:"tests"`
	}
	ruleTest struct {
		Name            string        `json:"name"`
		Interval        string        `json:"interval"`
		InputSeries     []inputSeries `json:"input_series"`
		PromQLExprTests []exprTest    `json:"promql_expr_test"`
	}
	inputSeries struct {
		Series string `json:"series"`
		Values string `json:"values"`
	}
	exprTest struct {
		Expr       string       `json:"expr"`
		EvalTime   string       `json:"eval_time"`
		ExpSamples []exprSample `json:"exp_samples"`
	}
	exprSample struct {
		Labels string `json:"labels"`
		Value  int    `json:"value"`
	}
)

// RenderRuleTests returns promtool's file of tests for the rules in a file beside it: one test for each sample of each alert. A test asks
// for the series ALERTS, which Prometheus writes for alerts that fire: alert_rule_test would want every label and annotation spelt out.
func RenderRuleTests(rulesFile string, alerts []Alert) (string, error) {
	alerts, err := Distinct(alerts)
	if err != nil {
		return "", err
	}
	file := ruleTestFile{RuleFiles: []string{rulesFile}, EvaluationInterval: "1m"}
	for _, a := range alerts {
		for _, name := range slices.Sorted(maps.Keys(a.Fires)) {
			file.Tests = append(file.Tests, a.test("fires: "+name, a.Fires[name], 1))
		}
		for _, name := range slices.Sorted(maps.Keys(a.Silent)) {
			file.Tests = append(file.Tests, a.test("is silent: "+name, a.Silent[name], 0))
		}
	}
	raw, err := yaml.Marshal(file)
	return string(raw), err
}

// test wants firing to be 1 or 0. Variants of an alert share its name; those of another severity are told apart.
func (a Alert) test(name string, s Sample, firing int) ruleTest {
	series := []inputSeries{}
	for _, metric := range slices.Sorted(maps.Keys(s.Series)) {
		series = append(series, inputSeries{Series: metric, Values: s.Series[metric]})
	}
	return ruleTest{
		Name: a.Name + " " + name, Interval: "1m", InputSeries: series,
		PromQLExprTests: []exprTest{{
			Expr:       fmt.Sprintf(`(count(ALERTS{alertname=%q, alertstate="firing", severity=%q}) or vector(0)) > bool 0`, a.Name, a.Severity),
			EvalTime:   duration(s.At),
			ExpSamples: []exprSample{{Labels: "{}", Value: firing}},
		}},
	}
}
