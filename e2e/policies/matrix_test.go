package policies_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"gitlab.com/thinkmassive/satkube/e2e/live"
	"gitlab.com/thinkmassive/satkube/e2e/machine"
	"gitlab.com/thinkmassive/satkube/e2e/policies"
)

// probing is the variable with which this program becomes the probe, which runs in the cluster's machine.
const probing = "SATKUBE_E2E_PROBE"

func TestMain(m *testing.M) {
	if os.Getenv(probing) == "" {
		os.Exit(m.Run())
	}
	if err := policies.Probe(context.Background(), os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// healsWithin is how long the policy agent may take until the policies of a pod are in force. It gets to know of a pod's address when
// everybody does, so the first seconds of a pod are open; a cell that is wrong for longer is wrong.
const healsWithin = 30 * time.Second

// matrix is what is tried, and what is declared of it.
type matrix struct {
	cluster  *live.Cluster
	declared policies.Declared
	targets  []policies.Target
	cells    []policies.Cell
	// controls connect whatever the stack's policies say: they show that somebody listens on every target, and that the network works.
	controls []policies.Cell
}

// probe tries the cells, then the controls.
func (m matrix) probe(t *testing.T) run {
	t.Helper()
	plan, err := json.Marshal(policies.NewPlan(m.targets, m.declared, m.cells, m.controls))
	require.NoError(t, err)
	self, err := os.Executable()
	require.NoError(t, err)
	command := m.cluster.Machine.Command(t.Context(), self)
	command.Env = append(command.Env, probing+"=yes")
	command.Stdin = bytes.NewReader(plan)
	var said strings.Builder
	command.Stderr = &said
	out, err := command.Output()
	require.NoError(t, err, said.String())
	var outcomes []policies.Outcome
	require.NoError(t, json.Unmarshal(out, &outcomes))
	require.Len(t, outcomes, len(m.cells)+len(m.controls))
	r := run{outcomes: outcomes[:len(m.cells)]}
	r.wrong = policies.Wrong(m.declared, m.cells, r.outcomes)
	r.broken = policies.Broken(m.controls, outcomes[len(m.cells):])
	return r
}

// run is what came of trying all cells.
type run struct {
	outcomes []policies.Outcome
	// wrong are the cells that are not as declared and broken the controls that do not get through, in words.
	wrong, broken []string
	// healed is for how long some cells were wrong.
	healed time.Duration
}

// settle tries the cells until what is wrong is as wanted, in a number of runs in a row, for as long as policies may take to be in force.
func (m matrix) settle(t *testing.T, runs int, wanted func(wrong []string) bool) run {
	t.Helper()
	begin, healed, said := time.Now(), time.Duration(0), ""
	for right := 0; ; {
		r := m.probe(t)
		so := wanted(r.wrong)
		if !so {
			healed = time.Since(begin)
		}
		r.healed = healed
		if so && len(r.broken) == 0 {
			if right++; right == runs {
				return r
			}
			continue
		}
		right = 0
		if time.Since(begin) > healsWithin {
			return r
		}
		now := fmt.Sprintf("%d cells are not as declared, %d controls do not get through", len(r.wrong), len(r.broken))
		if now != said {
			t.Logf("after %s: %s", time.Since(begin).Round(100*time.Millisecond), now)
			said = now
		}
	}
}

// newMatrix looks at what runs on the cluster.
func newMatrix(t *testing.T, c *live.Cluster) matrix {
	t.Helper()
	declared, err := policies.ReadDeclared(filepath.Join("testdata", "regtest.yaml"))
	require.NoError(t, err)
	s := readStack(t)
	shut(t, c)
	foreignPods := foreignPods(t, c)
	pods := s.deploy(t, c)
	sources, targets, err := policies.FromPods(pods)
	require.NoError(t, err)
	require.NotEmpty(t, sources)
	targets = append(targets, services(t, c, s)...)
	targets = append(targets, others(lookAround(t, c, foreignPods[0]))...)

	one := policies.Source{Name: elsewhere, Address: foreignPods[1]}
	outside := policies.Source{Name: internet, Address: machine.OutsideAddress}
	itself := policies.Source{Name: node, Address: machine.Address}
	m := matrix{
		cluster: c, declared: declared, targets: targets,
		cells: policies.Cells(append(sources, one, outside), targets),
	}
	for _, to := range targets {
		// Policies do not keep a node from its own pods, as kubelets have to probe them; and a pod without policies reaches the rest.
		from := one
		if to.Stack {
			from = itself
		}
		m.controls = append(m.controls, policies.Cell{From: from, To: to})
		if to.Name == elsewhere {
			m.controls = append(m.controls, policies.Cell{From: outside, To: to})
		}
	}
	return m
}

// services are the Services of the stack with a pod that is ready.
func services(t *testing.T, c *live.Cluster, s stack) []policies.Target {
	t.Helper()
	var targets []policies.Target
	for _, namespace := range s.namespaces() {
		found, err := c.Client.CoreV1().Services(namespace).List(t.Context(), metav1.ListOptions{})
		require.NoError(t, err)
		parts, err := c.Client.DiscoveryV1().EndpointSlices(namespace).List(t.Context(), metav1.ListOptions{})
		require.NoError(t, err)
		ready := map[string][]string{}
		for _, slice := range parts.Items {
			for _, endpoint := range slice.Endpoints {
				if endpoint.Conditions.Ready != nil && *endpoint.Conditions.Ready {
					name := namespace + "/" + slice.Labels["kubernetes.io/service-name"]
					ready[name] = append(ready[name], endpoint.Addresses...)
				}
			}
		}
		targets = append(targets, policies.FromServices(found.Items, ready)...)
	}
	return targets
}

func TestNetworkPolicies(t *testing.T) {
	c := live.Connect(t)
	m := newMatrix(t, c)
	require.Empty(t, policies.Unmatched(m.declared, m.cells))

	t.Run("exactly the declared pairs connect", func(t *testing.T) {
		begin := time.Now()
		r := m.settle(t, 2, func(wrong []string) bool { return len(wrong) == 0 })
		result := fmt.Sprintf("%d right, %d wrong", len(m.cells)-len(r.wrong), len(r.wrong))
		switch {
		case len(r.broken) > 0:
			result = fmt.Sprintf("nothing shown: %d controls do not get through", len(r.broken))
		case r.healed > 0 && len(r.wrong) == 0:
			result += fmt.Sprintf(", all in force after %s", r.healed.Round(time.Second))
		}
		count := map[policies.Outcome]int{}
		for _, o := range r.outcomes {
			count[o]++
		}
		t.Logf("%d cells and %d controls, in %s: %s; %v", len(m.cells), len(m.controls), time.Since(begin).Round(100*time.Millisecond), result, count)
		c.Record(t, live.Matrix, "cells", result)
		c.Record(t, live.Matrix, "metadata address", m.reached(metadata, r.outcomes))
		c.Record(t, live.Matrix, "API server", m.reached(apiServer, r.outcomes))
		if len(r.broken) > 0 {
			t.Fatalf("the network or the probe is broken:\n  %s", strings.Join(r.broken, "\n  "))
		}
		if len(r.wrong) > 0 {
			t.Fatalf("the network policies do not cut as testdata/regtest.yaml declares:\n  %s", strings.Join(r.wrong, "\n  "))
		}
	})
	t.Run("a way that is opened and not declared shows", func(t *testing.T) {
		open(t, c)
		opened := []string{
			"monitoring/grafana -> bitcoin-regtest/lnd:10009 ",
			"monitoring/grafana -> bitcoin-regtest/lnd:10009 by its Service ",
			"monitoring/grafana -> metadata:80 ",
		}
		r := m.settle(t, 1, func(wrong []string) bool { return len(wrong) == len(opened) })
		require.Len(t, r.wrong, len(opened))
		for i, way := range opened {
			require.True(t, strings.HasPrefix(r.wrong[i], way), r.wrong[i])
			require.Contains(t, r.wrong[i], "and nobody declared it")
		}

		// What comes after finds the policies in force again.
		shut(t, c)
		r = m.settle(t, 1, func(wrong []string) bool { return len(wrong) == 0 })
		require.Empty(t, r.wrong)
	})
}

// reached says which of the stack's workloads reach a target.
func (m matrix) reached(target string, outcomes []policies.Outcome) string {
	reaches := map[string]bool{}
	for i, cell := range m.cells {
		if cell.From.Stack && cell.To.Name == target {
			reaches[cell.From.Name] = reaches[cell.From.Name] || outcomes[i].Through()
		}
	}
	var by []string
	for name, does := range reaches {
		if does {
			by = append(by, name)
		}
	}
	slices.Sort(by)
	if len(by) == 0 {
		return fmt.Sprintf("out of reach of all %d workloads", len(reaches))
	}
	return fmt.Sprintf("reached by %s, out of reach of %d other workloads", strings.Join(by, " and "), len(reaches)-len(by))
}
