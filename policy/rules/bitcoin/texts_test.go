package bitcoin

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOptions_AreFoundAtTheBeginningOfAnyLine(t *testing.T) {
	for name, own := range map[string]options{"lnd": lndOptions, "bitcoind": bitcoindOptions} {
		// The same asked of the whole text at once, as it would be without looking for words first.
		whole := regexp.MustCompile(`(?m)^\s*` + strings.TrimPrefix(own.line.String(), "^"))
		found := 0
		for _, option := range []string{
			"rpcauth=x", "rpcport = 1", "rpcx=1", "zmqpubrawblock=tcp", "zmqpub=1", "dbcache", "chain=main", "chainx=1", "rpcuser\n\n = x", "# prune=1",
			"bitcoin.mainnet=1", "bitcoind.rpchost = x", "bitcoin=1", "protocol.wumbo-channels=1", "healthcheck.", "noseedbackup", "noseedbackups=1", "no-macaroons=1",
			"wallet-unlock-password-file=/x", "rpclisten", "x rpclisten=1",
		} {
			for _, before := range []string{"", "server=1\n", "\n\n \t", " \r\n", "{}\n  \v"} {
				for _, after := range []string{"", "\n", "=1\nserver=1"} {
					text := before + option + after
					require.Equal(t, whole.MatchString(text), own.in(text), "%s: %q", name, text)
					if own.in(text) {
						found++
					}
				}
			}
		}
		require.NotZero(t, found)
	}
}

func TestSeed_IsFoundHoweverShortAndOnlyInARow(t *testing.T) {
	row := func(n int, between string) string {
		return strings.TrimSuffix(strings.Repeat("zoo"+between, n), between)
	}
	prose := "\nthis line is as long as a seed and of small letters alone, so that the text is looked at\n"
	for name, test := range map[string]struct {
		text string
		want bool
	}{
		"the shortest in a line":         {row(12, " "), true},
		"in the midst of a line":         {"SEED=" + row(12, " ") + ";", true},
		"the shortest, one a line":       {row(12, "\n"), true},
		"with ends of Windows":           {row(12, "\r\n"), true},
		"numbered":                       {"1. " + row(12, "\n2) "), true},
		"between other lines":            {"KEY=1\n" + row(12, "\n") + "\nKEY=2", true},
		"quoted, with commas":            {`["` + row(12, `", "`) + `"]`, true},
		"another kind of white space":    {row(12, "\u00a0"), true},
		"one word less":                  {row(11, " "), false},
		"one line less":                  {prose + row(11, "\n"), false},
		"lines with another in between":  {row(6, "\n") + "\nKEY=1" + prose + row(6, "\n"), false},
		"words with another in between":  {row(6, " ") + " KEY " + row(6, " "), false},
		"lines of another file's in two": {row(6, "\n") + prose + row(6, "\n"), false},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, test.want, seed(test.text))
		})
	}
}
