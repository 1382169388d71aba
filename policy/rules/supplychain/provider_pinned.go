package supplychain

import (
	"regexp"
	"slices"
	"strings"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var semverForm = regexp.MustCompile(`^[0-9]+\.[0-9]+\.[0-9]+`)

var providerPinned = pack.Rule{
	Name: "provider-pinned",
	// A provider's token ends with the name of its package, so there is no list to give.
	Types:    pack.Anything(),
	Severity: pack.Medium,
	CKS:      "cluster-setup/platform-binaries",
	Must:     "Every provider names its plugin's version, and none of AWS or Kubernetes is made by default.",
	Why:      "A provider plugin runs with our cloud credentials: without a version the newest one is fetched. A default provider works on whatever account, region or kubeconfig the shell happens to point at.",
	Fix:      "Register the provider explicitly, pass it with pulumi.Provider, and use a released SDK, which sends its version along.",
	Refs:     []string{"CKS 1.34: Verify platform binaries before deploying", "Pulumi: disable-default-providers"},
	Settings: map[string]any{"explicitProviders": []string{"aws", "kubernetes"}},
	Check: func(r pack.Resource, violate pack.Report) {
		name, is := strings.CutPrefix(r.Type, "pulumi:providers:")
		if !is || name == "pulumi" {
			// The provider called pulumi is a part of the engine and has no plugin.
			return
		}
		if version := r.At("version"); !version.Matches(semverForm) {
			violate(version.Path() + " does not name the plugin's version.")
		}
		// The engine calls the ones that it makes itself default or default_7_12_0.
		made := r.Name == "default" || strings.HasPrefix(r.Name, "default_")
		if made && slices.Contains(r.Setting("explicitProviders").Texts(), name) {
			violate("It is the default provider of its package; want an explicit one.")
		}
	},
	Pass: pack.Cases{
		"explicit with a version":       {{Type: "pulumi:providers:aws", Name: "aws", Props: object{"version": "7.12.0", "region": "us-east-2"}}},
		"default of what needs nothing": {{Type: "pulumi:providers:random", Name: "default_4_18_4", Props: object{"version": "4.18.4"}}},
		"the engine's own":              {{Type: "pulumi:providers:pulumi", Name: "default", Props: object{}}},
		"no provider":                   runs(pinned),
	},
	Fail: pack.Cases{
		"version left out":    {{Type: "pulumi:providers:kubernetes", Name: "cluster", Props: object{"kubeconfig": pack.Secret("kind: Config")}}},
		"version is a branch": {{Type: "pulumi:providers:aws", Name: "aws", Props: object{"version": "master"}}},
		"default of AWS":      {{Type: "pulumi:providers:aws", Name: "default_7_12_0", Props: object{"version": "7.12.0"}}},
	},
}
