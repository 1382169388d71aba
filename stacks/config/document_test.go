package config_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const admin = "arn:aws:iam::123456789012:role/admin"

// valid is the smallest document for EKS that Load accepts; every malformed case starts from it.
func valid(t *testing.T) map[string]any {
	t.Helper()
	doc := map[string]any{}
	require.NoError(t, json.Unmarshal([]byte(`{
		"cluster": {"kind": "eks", "name": "demo", "eks": {"region": "us-east-2", "admins": ["`+admin+`"]}},
		"nodes": [{"name": "one", "network": "testnet4", "bitcoind": {"storage": "100Gi"}}]
	}`), &doc))
	return doc
}

// absent, as a value for set, takes the key out of the document.
type absent struct{}

// set puts a value at a path such as nodes[0].bitcoind.storage, making the objects on its way. The index behind a list's
// last entry appends.
func set(t *testing.T, doc map[string]any, path string, value any) {
	t.Helper()
	keys := strings.Split(path, ".")
	for _, key := range keys[:len(keys)-1] {
		name, index, listed := strings.Cut(strings.TrimSuffix(key, "]"), "[")
		if listed {
			i, err := strconv.Atoi(index)
			require.NoError(t, err)
			doc = doc[name].([]any)[i].(map[string]any)
			continue
		}
		if doc[name] == nil {
			doc[name] = map[string]any{}
		}
		doc = doc[name].(map[string]any)
	}
	last, index, listed := strings.Cut(strings.TrimSuffix(keys[len(keys)-1], "]"), "[")
	switch {
	case value == absent{}:
		delete(doc, last)
	case listed:
		i, err := strconv.Atoi(index)
		require.NoError(t, err)
		list, _ := doc[last].([]any)
		doc[last] = append(list[:i:i], value)
	default:
		doc[last] = value
	}
}

func encode(t testing.TB, doc any) string {
	t.Helper()
	text, err := json.Marshal(doc)
	require.NoError(t, err)
	return string(text)
}

// tower is a watchtower whose public key begins as given.
func tower(prefix string) string {
	return prefix + strings.Repeat("ab", 32) + "@tower.example.com:9911"
}
