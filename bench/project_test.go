package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"

	"gitlab.com/thinkmassive/satkube/stacks/config"
)

func TestProject_IsAcceptedWithEveryNumberOfNodes(t *testing.T) {
	for _, nodes := range []int{1, 10, 50} {
		dir := filepath.Join(t.TempDir(), "project")
		require.NoError(t, writeProject("..", dir, nodes))
		require.FileExists(t, filepath.Join(dir, "Pulumi.yaml"))
		text, err := os.ReadFile(filepath.Join(dir, "Pulumi.testnet.yaml"))
		require.NoError(t, err)
		var file struct {
			Config map[string]json.RawMessage `json:"config"`
		}
		require.NoError(t, yaml.Unmarshal(text, &file))
		settings, err := config.Load(string(file.Config["satkube:platform"]))
		require.NoError(t, err)
		require.Len(t, settings.Nodes, nodes)
	}
}

func TestRepeatNode_KeepsAllButTheName(t *testing.T) {
	text, err := repeatNode([]byte("config: {satkube:platform: {protect: false, nodes: [{name: a, network: signet, bitcoind: {storage: 1Gi}}]}}"), 3)
	require.NoError(t, err)
	require.YAMLEq(t, `
config:
  satkube:platform:
    protect: false
    nodes:
      - {name: a, network: signet, bitcoind: {storage: 1Gi}}
      - {name: a-2, network: signet, bitcoind: {storage: 1Gi}}
      - {name: a-3, network: signet, bitcoind: {storage: 1Gi}}
`, string(text))
}

func TestRepeatNode_RefusesAFileWithoutANode(t *testing.T) {
	for name, test := range map[string]struct{ file, want string }{
		"empty":         {"", "nodes is empty"},
		"no node":       {"config: {satkube:platform: {nodes: []}}", "nodes is empty"},
		"no name":       {"config: {satkube:platform: {nodes: [{network: signet}]}}", "nodes[0].name"},
		"not an object": {"config: {satkube:platform: {nodes: [a]}}", "nodes[0].name"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := repeatNode([]byte(test.file), 2)
			require.ErrorContains(t, err, test.want)
		})
	}
}

func TestFindRepository_LooksUpwards(t *testing.T) {
	here, err := filepath.Abs("testdata")
	require.NoError(t, err)
	found, err := findRepository(here)
	require.NoError(t, err)
	require.Equal(t, filepath.Dir(filepath.Dir(here)), found)
	_, err = findRepository(os.TempDir())
	require.ErrorContains(t, err, "start the bench in the repository")
}

func TestResources_AreTheEnginesOwnCount(t *testing.T) {
	count, err := run{output: "Outputs:\n    a: \"3 to create\"\n\nResources:\n    + 115 to create\n\n"}.resources()
	require.NoError(t, err)
	require.Equal(t, 115, count)
	for name, output := range map[string]string{
		"nothing":         "error: no\n",
		"a mixed preview": "Resources:\n    + 3 to create\n    112 unchanged\n",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := run{output: output}.resources()
			require.ErrorContains(t, err, "does not say that all is to be created")
		})
	}
}

func TestEnvironment_HasNoSettingOfTheUsersShell(t *testing.T) {
	require.Equal(t, []string{"HOME=/root"}, withoutSettings([]string{"SANDBOX_LATENCY=1s", "HOME=/root", "PULUMI_PARALLEL=1"}))
}

func TestBench_ComparesTheSameResources(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the engine")
	}
	repository, err := filepath.Abs("..")
	require.NoError(t, err)
	require.FileExists(t, filepath.Join(repository, "bin", "sandbox"), "this test needs the programs: run `make build`")
	dir := t.TempDir()
	b := bench{repository: repository, dir: dir, bare: filepath.Join(dir, "bare"), runs: 1}
	rows, err := b.previews(t.Context(), []int{1})
	require.NoError(t, err)
	require.Len(t, rows, 1)
	require.Greater(t, rows[0].resources, 50)
	require.Len(t, rows[0].program, 1)
	require.Len(t, rows[0].bare, 1)
	// No limit here: one run on a busy machine says little.
	require.NotZero(t, ratio(rows[0].program, rows[0].bare))
}
