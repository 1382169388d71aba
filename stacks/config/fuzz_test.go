package config_test

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"

	"gitlab.com/thinkmassive/satkube/stacks/config"
)

func FuzzLoad(f *testing.F) {
	for _, name := range []string{"testnet", "mainnet", "regtest"} {
		text, err := os.ReadFile("../../Pulumi." + name + ".yaml")
		require.NoError(f, err)
		converted, err := yaml.YAMLToJSON(text)
		require.NoError(f, err)
		var file struct {
			Config map[string]json.RawMessage `json:"config"`
		}
		require.NoError(f, json.Unmarshal(converted, &file))
		f.Add(string(file.Config["satkube:platform"]))
	}
	f.Add(`{"cluster":{"kind":"eks\nx","name":"` + strings.Repeat("ä\\u0000", 99) + `"},"a\nb":1,"nodes":[null,{},[]]}`)
	f.Add(`{"nodes":[{"bitcoind":{"storage":"1E2147483647","pruneMiB":9223372036854775807,"dbcacheMiB":-9223372036854775808}}]}`)
	f.Add(`[1] 2`)
	f.Fuzz(func(t *testing.T, raw string) {
		_, err := config.Load(raw)
		requireLines(t, err)
	})
}

// FuzzLoad_Values gets past the syntax: it puts one arbitrary value at one known path of a valid document.
func FuzzLoad_Values(f *testing.F) {
	known := map[string]any{}
	require.NoError(f, json.Unmarshal([]byte(encode(f, config.Defaults())), &known))
	paths := leaves("", known)
	for i, value := range []string{"null", "-1", "1e99", `"-1Gi"`, `"1E2147483647"`, `"10.0.0.0/33"`, `"::ffff:10.0.0.0/112"`, `"arn:"`, `["02@:"]`, `{"a\nb":"c"}`} {
		f.Add(uint8(i*5), value)
	}
	f.Fuzz(func(t *testing.T, where uint8, text string) {
		doc := valid(t)
		set(t, doc, "nodes[0].lightning", map[string]any{})
		var value any
		if json.Unmarshal([]byte(text), &value) != nil {
			value = text
		}
		set(t, doc, paths[int(where)%len(paths)], value)
		_, err := config.Load(encode(t, doc))
		requireLines(t, err)
	})
}

// leaves are the paths of a tree's values in a stable order, with 0 for every index.
func leaves(path string, tree any) []string {
	var all []string
	switch tree := tree.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(tree)) {
			if key != "" {
				all = append(all, leaves(strings.TrimPrefix(path+"."+key, "."), tree[key])...)
			}
		}
	case []any:
		if _, objects := tree[0].(map[string]any); objects {
			return leaves(path+"[0]", tree[0])
		}
		all = append(all, path+"[0]")
	}
	if path == "" {
		return all
	}
	return append(all, path)
}

// requireLines checks the promises of an error of Load, if there is one: a line for a mistake and no two for a path, with
// short values.
func requireLines(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	seen := map[string]bool{}
	for line := range strings.SplitSeq(err.Error(), "\n") {
		// A newline inside one mistake would leave a line without this form.
		path, rest := term(line)
		require.NotEmpty(t, path, "%q", line)
		require.False(t, seen[path], "twice: %q", line)
		seen[path] = true
		rest, found := strings.CutPrefix(rest, " is ")
		require.True(t, found, "%q", line)
		value, rest := term(rest)
		require.LessOrEqual(t, utf8.RuneCountInString(value), 60, "%q", line)
		require.Contains(t, rest, ", want ")
		require.True(t, utf8.ValidString(line))
	}
}

// term splits off what stands before the next space or comma that is not inside of quotes.
func term(line string) (first, rest string) {
	at := 0
	for at < len(line) && line[at] != ' ' && line[at] != ',' {
		if quoted, err := strconv.QuotedPrefix(line[at:]); err == nil {
			at += len(quoted)
		} else {
			at++
		}
	}
	return line[:at], line[at:]
}
