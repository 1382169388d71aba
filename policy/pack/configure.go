package pack

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// configuration is what a run wants of the rules. It is not changed once made.
type configuration struct {
	levels   map[string]Level
	settings Settings
}

// defaults is the configuration of a run that asks for nothing.
func defaults(rules []Rule) *configuration {
	c := &configuration{levels: map[string]Level{}, settings: Settings{}}
	for _, rule := range slices.Concat(rules, Own()) {
		c.levels[rule.Name] = rule.Severity.Level()
	}
	return c
}

func (c *configuration) level(rule string) Level { return c.levels[rule] }

// everyRule is the name under which a configuration file sets the level of all rules.
const everyRule = "all"

// configure reads the engine's configuration, or returns every mistake in it. What it does not name keeps its default.
func configure(rules []Rule, asked map[string]*pulumirpc.PolicyConfig) (*configuration, error) {
	c := defaults(rules)
	known := map[string]Rule{}
	for _, rule := range slices.Concat(rules, Own()) {
		known[rule.Name] = rule
	}
	var mistakes []error
	for _, name := range slices.Sorted(maps.Keys(asked)) {
		if name == everyRule {
			// The engine has spread it over all rules already, and sends it along all the same.
			continue
		}
		rule, is := known[name]
		if !is {
			mistakes = append(mistakes, fmt.Errorf("policy configuration: %s is no rule of this pack", name))
			continue
		}
		level, err := levelOf(asked[name].GetEnforcementLevel())
		if err != nil {
			mistakes = append(mistakes, fmt.Errorf("policy configuration: rule %s: %w", name, err))
		}
		c.levels[name] = level
		settings, err := settingsOf(rule, asked[name].GetProperties().AsMap())
		if err != nil {
			mistakes = append(mistakes, fmt.Errorf("policy configuration: rule %s: %w", name, err))
		}
		c.settings[name] = settings
	}
	return c, errors.Join(mistakes...)
}

// levelOf reads a level. The pack mends nothing itself, so to remediate means mandatory here, as the engine would have it.
func levelOf(asked pulumirpc.EnforcementLevel) (Level, error) {
	switch asked {
	case pulumirpc.EnforcementLevel_ADVISORY:
		return Advisory, nil
	case pulumirpc.EnforcementLevel_MANDATORY, pulumirpc.EnforcementLevel_REMEDIATE:
		return Mandatory, nil
	case pulumirpc.EnforcementLevel_DISABLED:
		return Disabled, nil
	}
	return Mandatory, fmt.Errorf("enforcementLevel is %d, want advisory, mandatory or disabled", asked)
}

// settingsOf gives configured settings the types of their defaults, which is what checks expect.
func settingsOf(rule Rule, asked map[string]any) (map[string]any, error) {
	settings := map[string]any{}
	var mistakes []error
	for _, name := range slices.Sorted(maps.Keys(asked)) {
		standard, is := rule.Settings[name]
		if !is {
			mistakes = append(mistakes, fmt.Errorf("it has no setting %s", name))
			continue
		}
		value, fits := likeDefault(standard, asked[name])
		if !fits {
			mistakes = append(mistakes, fmt.Errorf("%s is of another type, want a %s", name, typeName(standard)))
			continue
		}
		settings[name] = value
	}
	return settings, errors.Join(mistakes...)
}

func likeDefault(standard, asked any) (any, bool) {
	switch standard.(type) {
	case string:
		text, is := asked.(string)
		return text, is
	case bool:
		flag, is := asked.(bool)
		return flag, is
	case float64:
		n, is := asked.(float64)
		return n, is
	case int:
		n, is := asked.(float64)
		return int(n), is && n == math.Trunc(n) && math.Abs(n) <= 1<<53
	case []string:
		list, is := asked.([]any)
		texts := make([]string, 0, len(list))
		for _, item := range list {
			text, isText := item.(string)
			is = is && isText
			texts = append(texts, text)
		}
		return texts, is
	}
	return nil, false
}

func typeName(standard any) string {
	switch standard.(type) {
	case string:
		return "text"
	case bool:
		return "bool"
	case float64:
		return "number"
	case int:
		return "whole number"
	case []string:
		return "list of texts"
	}
	return ""
}

// schema is the JSON schema of a setting.
func schema(standard any) map[string]any {
	switch standard := standard.(type) {
	case string:
		return map[string]any{"type": "string", "default": standard}
	case bool:
		return map[string]any{"type": "boolean", "default": standard}
	case float64:
		return map[string]any{"type": "number", "default": standard}
	case int:
		return map[string]any{"type": "integer", "default": standard}
	case []string:
		list := make([]any, 0, len(standard))
		for _, text := range standard {
			list = append(list, text)
		}
		return map[string]any{"type": "array", "items": map[string]any{"type": "string"}, "default": list}
	}
	return nil
}
