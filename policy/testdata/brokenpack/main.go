// Command brokenpack is a policy pack that no stack satisfies: the engine tests look at what the engine makes of it.
package main

import (
	"fmt"
	"os"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

func main() {
	samples := pack.Cases{"any": pack.One("kubernetes:core/v1:Pod", nil)}
	rule := pack.Rule{CKS: "bitcoin/node", Must: "must", Why: "why", Refs: []string{"ref"}, Pass: samples, Fail: samples}
	images, panics, few := rule, rule, rule
	images.Name, images.Severity, images.Fix = "stack-has-no-bitcoind", pack.Critical, "Take bitcoind away."
	images.CheckStack = func(s pack.Stack, violate pack.StackReport) {
		for _, set := range s.All(pack.Kinds("StatefulSet")) {
			// The image is an input, so it is there on the first preview only if registered inputs were kept.
			if set.At("spec", "template", "spec", "containers", 0, "image").Given() {
				violate(set, "spec.template.spec.containers[0].image is set.")
			}
		}
	}
	panics.Name, panics.Severity, panics.Fix = "rule-that-panics", pack.High, "Mend the rule."
	panics.CheckStack = func(pack.Stack, pack.StackReport) { panic("no value here") }
	few.Name, few.Severity, few.Fix = "few-replicas", pack.Low, "Set fewer."
	few.Types, few.Settings = pack.Kinds("StatefulSet"), map[string]any{"most": 0}
	few.Check = func(r pack.Resource, violate pack.Report) {
		if !r.At("spec", "replicas").AtMost(r.Setting("most").Number()) {
			violate(fmt.Sprintf("spec.replicas is above %.0f.", r.Setting("most").Number()))
		}
	}
	err := pack.Serve(pack.Pack{
		Name: "broken-pack", DisplayName: "Broken", Version: "9.9.9", Docs: "docs.md", Rules: []pack.Rule{images, panics, few},
	}, os.Args[1:], os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
