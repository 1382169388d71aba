package kubernetes

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation"

	"gitlab.com/thinkmassive/satkube/sandbox/standin"
)

// rules are what an API server refuses whatever else exists. Names and paths are printed, values are not: they may be secret.
func (o object) rules() []standin.Rule {
	rules := []standin.Rule{o.validName, validQuantities}
	if o.patch {
		return rules
	}
	switch o.name {
	case "StatefulSet", "Deployment", "DaemonSet", "ReplicaSet":
		rules = append(rules, selectorMatches)
	case "Secret", "ConfigMap":
		rules = append(rules, validKeys)
	}
	return rules
}

func (o object) validName(c *standin.Call) error {
	name := c.String("metadata", "name")
	if name == "" {
		return nil
	}
	var faults []string
	switch {
	case strings.Contains(o.apiVersion, "rbac.authorization.k8s.io/"):
		// These may contain colons, as in system:node.
		if strings.ContainsAny(name, "/%") || name == "." || name == ".." {
			faults = []string{"may not contain / or %"}
		}
	case o.name == "Namespace":
		faults = validation.IsDNS1123Label(name)
	case o.name == "Service":
		faults = validation.IsDNS1035Label(name)
	default:
		faults = validation.IsDNS1123Subdomain(name)
	}
	if len(faults) > 0 {
		return fmt.Errorf("%s %s: metadata.name %q is invalid: %s", o.name, c.Name, name, strings.Join(faults, "; "))
	}
	return nil
}

// selectorMatches refuses a workload that would not find its own pods.
func selectorMatches(c *standin.Call) error {
	selector, _ := c.Plain("spec", "selector", "matchLabels").(map[string]any)
	labels, _ := c.Plain("spec", "template", "metadata", "labels").(map[string]any)
	for _, key := range slices.Sorted(maps.Keys(selector)) {
		if labels[key] != selector[key] {
			return fmt.Errorf("%s: spec.selector.matchLabels[%s] does not match spec.template.metadata.labels", c.Name, key)
		}
	}
	return nil
}

func validKeys(c *standin.Call) error {
	var errs []error
	for _, field := range []string{"data", "binaryData", "stringData"} {
		contents := c.Value(field)
		if !contents.IsObject() {
			continue
		}
		for _, key := range contents.ObjectValue().StableKeys() {
			if faults := validation.IsConfigMapKey(string(key)); len(faults) > 0 {
				errs = append(errs, fmt.Errorf("%s: key %q of %s is invalid: %s", c.Name, key, field, strings.Join(faults, "; ")))
			}
		}
	}
	return errors.Join(errs...)
}

func validQuantities(c *standin.Call) error {
	var errs []error
	walk(nil, c.Plain(), func(path []string, v any) {
		if !isQuantity(path) {
			return
		}
		if err := quantity(v); err != nil {
			errs = append(errs, fmt.Errorf("%s: %s %w", c.Name, strings.Join(path, "."), err))
		}
	})
	return errors.Join(errs...)
}

func quantity(v any) error {
	text, isText := v.(string)
	if n, isNumber := v.(float64); isNumber {
		text, isText = strconv.FormatFloat(n, 'f', -1, 64), true
	}
	if !isText {
		return errors.New("is no quantity, want one such as 500m or 2Gi")
	}
	q, err := resource.ParseQuantity(text)
	switch {
	case err != nil:
		return errors.New("is no quantity, want one such as 500m or 2Gi")
	case q.Sign() < 0:
		return errors.New("is a negative quantity, want 0 or more")
	}
	return nil
}

// isQuantity tells whether a path leads to an amount: resources.requests.cpu, emptyDir.sizeLimit, a quota's hard limits.
func isQuantity(path []string) bool {
	n := len(path)
	switch {
	case n == 0:
		return false
	case path[n-1] == "sizeLimit":
		return true
	case n >= 3 && path[n-3] == "resources":
		return path[n-2] == "requests" || path[n-2] == "limits"
	case n == 3 && path[0] == "spec":
		return path[1] == "hard" || path[1] == "capacity"
	}
	return false
}

func walk(path []string, v any, leaf func([]string, any)) {
	switch v := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			walk(append(slices.Clone(path), key), v[key], leaf)
		}
	case []any:
		for _, e := range v {
			walk(path, e, leaf)
		}
	default:
		leaf(path, v)
	}
}
