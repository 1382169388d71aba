package runtime

import (
	"testing"

	"gitlab.com/thinkmassive/satkube/e2e/live"
)

// The stack and its namespaces, as Pulumi.regtest.yaml makes them.
const (
	stack      = "regtest"
	node       = "bitcoin-regtest"
	monitoring = "monitoring"
	agents     = "monitoring-agents"
)

// One after another: each needs what the ones before have brought up. Any of them can be run alone (-run) on a cluster that has the stack already.
func TestRegtest_RunsOnARealCluster(t *testing.T) {
	c := live.Connect(t)
	if !t.Run("it is deployed, and then there is nothing to change", func(t *testing.T) { testDeployment(t, c) }) {
		return
	}
	t.Run("blocks are made on demand", func(t *testing.T) { testFirstBlock(t, c) })
	t.Run("each pod is scheduled, and runs where its images can be had", func(t *testing.T) { testPods(t, c) })
	t.Run("processes have no privileges and see no token that was not asked for", func(t *testing.T) { testProcesses(t, c) })
	t.Run("a payment is made over a channel", func(t *testing.T) { testPayment(t, c) })
	t.Run("Prometheus scrapes each target that runs", func(t *testing.T) { testTargets(t, c) })
	t.Run("what alerts and dashboards ask for is there", func(t *testing.T) { testQueries(t, c) })
	t.Run("an alert reaches Alertmanager", func(t *testing.T) { testAlert(t, c) })
}
