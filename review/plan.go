package review

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// Dependencies reads, from a plan that pulumi preview --save-plan wrote, which resources each resource depends on, by URN: the event log does
// not say. Nothing else of the plan, which holds inputs, leaves this function.
func Dependencies(plan io.Reader) (map[string][]string, error) {
	var file struct {
		ResourcePlans map[string]struct {
			Goal struct {
				Dependencies         []string            `json:"dependencies"`
				PropertyDependencies map[string][]string `json:"propertyDependencies"`
				Provider             string              `json:"provider"`
			} `json:"goal"`
		} `json:"resourcePlans"`
	}
	// The decoder's errors can quote the text.
	if err := json.NewDecoder(plan).Decode(&file); err != nil {
		return nil, errors.New("plan: it is no JSON of the form that pulumi preview --save-plan writes")
	}
	if file.ResourcePlans == nil {
		return nil, errors.New("plan: resourcePlans is missing, want what pulumi preview --save-plan writes")
	}
	found := map[string][]string{}
	for urn, plan := range file.ResourcePlans {
		on := slices.Clone(plan.Goal.Dependencies)
		for _, more := range plan.Goal.PropertyDependencies {
			on = append(on, more...)
		}
		// A provider's reference is its URN and its id.
		if end := strings.LastIndex(plan.Goal.Provider, "::"); end > 0 {
			on = append(on, plan.Goal.Provider[:end])
		}
		slices.Sort(on)
		found[urn] = slices.Compact(on)
	}
	return found, nil
}

// connect puts the dependencies into the resources: those between resources that the review shows, in order.
func (r *Review) connect(dependencies map[string][]string) {
	shown := map[string]bool{}
	for _, resource := range r.Resources {
		shown[resource.URN] = true
	}
	for i, resource := range r.Resources {
		on := map[string]bool{}
		for _, urn := range append(slices.Clone(resource.DependsOn), dependencies[resource.URN]...) {
			if shown[urn] && urn != resource.URN {
				on[urn] = true
			}
		}
		r.Resources[i].DependsOn = slices.Sorted(maps.Keys(on))
	}
}

// isOf refuses dependencies of another stack: every URN of a plan names its stack.
func isOf(stack string, dependencies map[string][]string) error {
	for urn := range dependencies {
		if !strings.HasPrefix(urn, "urn:pulumi:"+stack+"::") {
			return fmt.Errorf("plan: it is not of the stack %q", stack)
		}
	}
	return nil
}
