// Command onerule is a policy pack with one rule that looks at every resource and finds nothing: what a pack costs at the least.
package main

import (
	"fmt"
	"os"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

func main() {
	// The samples prove nothing; a rule has to have some.
	samples := pack.Cases{"any": pack.One("kubernetes:core/v1:Pod", nil)}
	rule := pack.Rule{
		Name: "typed", Types: pack.Anything(), Severity: pack.Low, CKS: "bitcoin/node",
		Must: "A resource has a type.", Why: "The engine gives it one.", Fix: "Nothing can be mended.", Refs: []string{"bench"},
		Check: func(r pack.Resource, violate pack.Report) {
			if r.Type == "" {
				violate("It has no type.")
			}
		},
		Pass: samples, Fail: samples,
	}
	err := pack.Serve(pack.Pack{Name: "onerule", DisplayName: "One rule", Version: "0.1.0", Docs: "bench", Rules: []pack.Rule{rule}}, os.Args[1:], os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
