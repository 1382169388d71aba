// Package rules is every rule of the pack.
package rules

import (
	"slices"

	"gitlab.com/thinkmassive/satkube/policy/pack"
	"gitlab.com/thinkmassive/satkube/policy/rules/bitcoin"
	"gitlab.com/thinkmassive/satkube/policy/rules/clusterhardening"
	"gitlab.com/thinkmassive/satkube/policy/rules/clustersetup"
	"gitlab.com/thinkmassive/satkube/policy/rules/microservices"
	"gitlab.com/thinkmassive/satkube/policy/rules/runtime"
	"gitlab.com/thinkmassive/satkube/policy/rules/supplychain"
	"gitlab.com/thinkmassive/satkube/policy/rules/systemhardening"
)

// All returns the rules of all domains, in the order of the curriculum.
func All() []pack.Rule {
	return slices.Concat(
		clustersetup.Rules(),
		clusterhardening.Rules(),
		systemhardening.Rules(),
		microservices.Rules(),
		supplychain.Rules(),
		runtime.Rules(),
		bitcoin.Rules(),
	)
}
