package supplychain

import (
	"testing"

	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/policy/pack/packtest"
)

func TestRules_HoldOnTheirOwnSamples(t *testing.T) {
	packtest.Prove(t, Rules())
}

func TestParse_CompletesReferencesAsContainerdDoes(t *testing.T) {
	for text, want := range map[string]reference{
		"mariadb":                        {repository: "docker.io/library/mariadb"},
		"mariadb:11":                     {repository: "docker.io/library/mariadb", tag: "11"},
		"bitcoin/bitcoin:31.1":           {repository: "docker.io/bitcoin/bitcoin", tag: "31.1"},
		"index.docker.io/a/b":            {repository: "docker.io/a/b"},
		"localhost/a:1":                  {repository: "localhost/a", tag: "1"},
		"registry:5000/a":                {repository: "registry:5000/a"},
		"GHCR.io/a/b:1@" + digest:        {repository: "ghcr.io/a/b", tag: "1", digest: digest},
		"quay.io/prometheus/p@" + digest: {repository: "quay.io/prometheus/p", digest: digest},
	} {
		require.Equal(t, want, parse(text), text)
	}
}

func TestWithin_EndsAtASlash(t *testing.T) {
	require.True(t, parse("bitcoin/bitcoin").within("docker.io/bitcoin/"))
	require.True(t, parse("mariadb").within("docker.io/library/mariadb"))
	require.False(t, parse("bitcoinmallory/x").within("docker.io/bitcoin"))
	require.False(t, parse("mariadb-x").within("docker.io/library/mariadb"))
}
