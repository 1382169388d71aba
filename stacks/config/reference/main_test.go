package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

const root = "../../.."

func TestDocument_IsWhatTheSourcesSay(t *testing.T) {
	want, err := render(root)
	require.NoError(t, err)
	have, err := os.ReadFile(filepath.Join(root, document))
	require.NoError(t, err)
	require.Equal(t, string(want), string(have), "%s is stale: run make generate, and commit the result", document)
	require.NoError(t, run(root, true))
}

func TestDocument_ExplainsEveryKey(t *testing.T) {
	s, err := read(filepath.Join(root, "stacks", "config"))
	require.NoError(t, err)
	for kind, fields := range s.objects {
		for _, f := range fields {
			require.NotEmpty(t, f.doc, "%s.%s has no comment", kind, f.name)
		}
	}
	require.NotEmpty(t, s.objects["Platform"])
	require.Greater(t, len(s.refused), 30)
}

func TestRun_FailsOnAStaleDocument(t *testing.T) {
	copied := t.TempDir()
	require.NoError(t, os.CopyFS(filepath.Join(copied, "stacks", "config"), os.DirFS("..")))
	for _, name := range []string{"Pulumi.testnet.yaml", "Pulumi.regtest.yaml"} {
		text, err := os.ReadFile(filepath.Join(root, name))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(copied, name), text, 0o600))
	}
	require.ErrorIs(t, run(copied, true), os.ErrNotExist)
	require.NoError(t, run(copied, false))
	require.NoError(t, run(copied, true))

	require.NoError(t, os.WriteFile(filepath.Join(copied, document), []byte("old"), 0o600))
	require.EqualError(t, run(copied, true), "docs/configuration.md is stale: run make generate, and commit the result")
}
