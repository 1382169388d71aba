package bitcoin

import (
	"testing"

	"gitlab.com/thinkmassive/satkube/policy/pack/packtest"
)

func TestRules_HoldOnTheirOwnSamples(t *testing.T) { packtest.Prove(t, Rules()) }
