package pack

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNeedles_AreInEveryMatch(t *testing.T) {
	for expression, want := range map[string][]string{
		`xpack\.security\.enabled\s*:`:     {"xpack.security.enabled"},
		`(?m)^\s*(main\.|test\.)?pass\s*=`: {"pass"},
		`(a|b+)(longer|needles)`:           {"longer", "needles"},
		`getinfo|synced`:                   {"getinfo", "synced"},
		`rpc(auth|bind)`:                   {"auth", "bind"},
		`@sha256:[0-9a-f]{64}$`:            {"@sha256:"},
		// Of these no text is in every match.
		`(?i)rpc`:          nil,
		`getinfo|[a-z]+`:   nil,
		`(secret)?`:        nil,
		`(secret)*[0-9]`:   nil,
		`x{0}`:             nil,
		`^\s*$`:            nil,
		`(?i:true|1)|off`:  nil,
		`abc(?i:def)|ghij`: {"abc", "ghij"},
	} {
		t.Run(expression, func(t *testing.T) {
			require.Equal(t, want, needlesOf(expression))
		})
	}
}

func TestMemory_MatchesAsTheExpressionDoes(t *testing.T) {
	m := newMemory(&needles{})
	for _, expression := range []string{`(?m)^\s*rpcpass(word)?\s*=`, `(?i)rpc`, `(^|/)lnd(:[^/@]*)?(@.*)?$`, `[a-c]|never`} {
		compiled := regexp.MustCompile(expression)
		for _, text := range []string{"", "rpcpass = x", "server=1\n  rpcpassword=x", "RPC", "docker.io/lnd:v1", "lndd", "b", "z"} {
			for range 2 {
				require.Equal(t, compiled.MatchString(text), m.of(compiled, text), "%s on %q", expression, text)
			}
		}
	}
}
