package pack

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSomeLine_AsksOnlyAboutLinesWithAWord(t *testing.T) {
	cases := map[string]struct {
		text  string
		asked []string
	}{
		"no word":            {"one\ntwo", nil},
		"one line":           {"one\ntoken two\nthree\n", []string{"token two\n"}},
		"in capitals":        {"API_KEY=x", []string{"API_KEY=x"}},
		"each line that has": {"token\nmy api_key\n", []string{"token\n", "my api_key\n"}},
		"nothing":            {"", nil},
		"longer in capitals": {"ȺȾİ\ntoken ȺȾİ\n\nmy API_KEY", []string{"token ȺȾİ\n", "my API_KEY"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var asked []string
			require.False(t, SomeLine(c.text, []string{"token", "api_key"}, func(line string) bool {
				asked = append(asked, line)
				return false
			}))
			require.Equal(t, c.asked, asked)
			require.Equal(t, len(c.asked) > 1, SomeLine(c.text, []string{"token", "api_key"}, func(line string) bool { return strings.HasPrefix(line, "my ") }))
		})
	}
}
