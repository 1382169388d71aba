package config

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Neither decoder at hand collects all mistakes. mapstructure v2.5.0 lets null pass for every type, cuts a fraction to fit
// an int, takes a json.Number for a string, and names an unknown key without its value. encoding/json reports the first
// mistake only, without the index in a list. So Defaults, as a tree, is compared with what was given.

// anyKey, as the only key of a known object, stands for all keys.
const anyKey = ""

var (
	plainKey  = regexp.MustCompile(`^[A-Za-z0-9_-]{1,60}$`)
	listIndex = regexp.MustCompile(`\[\d+\]`)
	// secretKey finds misplaced secrets by their key, so that the refusal does not print them into a pipeline's log.
	secretKey = regexp.MustCompile(`(?i)pass|secret|seed|mnemonic|macaroon|token|credential|(private|access).?key`)
)

// required are the keys that have no sensible default, and what belongs there. [] stands for any index.
func required() map[string]string {
	return map[string]string{
		"cluster.kind":               wantKind,
		"cluster.name":               wantName,
		"cluster.eks.region":         wantRegion,
		"cluster.eks.admins":         wantAdmins,
		"monitoring.email.to":        wantAddress,
		"monitoring.email.from":      wantAddress,
		"monitoring.email.smarthost": wantSmarthost,
		"ingress.domain":             wantDomain,
		"ingress.oidc.issuer":        wantIssuer,
		"ingress.oidc.clientId":      wantClient,
		"monitoring.email.username":  wantUsername,
		"nodes":                      wantNodes,
		"nodes[].name":               wantName,
		"nodes[].network":            wantNetwork(),
		"nodes[].bitcoind.storage":   wantSize,
	}
}

// Required lists the paths that the user must give, where [] stands for any index.
func Required() []string { return slices.Sorted(maps.Keys(required())) }

// optional are the objects that stay out, instead of taking their defaults, when the user leaves them out.
func optional(path string) bool {
	switch listIndex.ReplaceAllString(path, "[]") {
	case "cluster.eks", "cluster.existing", "monitoring", "monitoring.email", "logging", "ingress", "ingress.oidc", "nodes[].lightning":
		return true
	}
	return false
}

// overlay lays what the user gave over what is known at that path. The result has known's types all the way down: what
// does not fit is recorded and replaced by the default, so that the rest can still be checked.
func overlay(path string, known, given any, found *mistakes) any {
	switch known := known.(type) {
	case map[string]any:
		if object, ok := given.(map[string]any); ok {
			return overlayObject(path, known, object, found)
		}
	case []any:
		if list, ok := given.([]any); ok {
			result := make([]any, len(list))
			entry := known[0]
			if _, text := entry.(string); text {
				entry = "" // an entry of the wrong type becomes nothing, not the default entry
			}
			for i, value := range list {
				result[i] = overlay(fmt.Sprintf("%s[%d]", path, i), entry, value, found)
			}
			return result
		}
	case string:
		if text, ok := given.(string); ok {
			return text
		}
	case bool:
		if truth, ok := given.(bool); ok {
			return truth
		}
	case json.Number:
		if number, ok := given.(json.Number); ok {
			if _, err := number.Int64(); err == nil {
				return number
			}
		}
	}
	found.add(path, given, wantType(path, known, given))
	return absent(path, known, found)
}

func overlayObject(path string, known, given map[string]any, found *mistakes) map[string]any {
	result := map[string]any{}
	entry, open := known[anyKey]
	for _, key := range slices.Sorted(maps.Keys(given)) {
		switch value, at := known[key], join(path, key); {
		case open:
			result[key] = overlay(at, entry, given[key], found)
		case value != nil:
			result[key] = overlay(at, value, given[key], found)
		case secretKey.MatchString(key):
			found.addText(at, "hidden", "no such key: secrets do not belong here")
		default:
			found.add(at, given[key], "no such key "+hint(key, slices.Sorted(maps.Keys(known))))
		}
	}
	if open {
		return result
	}
	for _, key := range slices.Sorted(maps.Keys(known)) {
		if _, ok := given[key]; !ok {
			result[key] = absent(join(path, key), known[key], found)
		}
	}
	return result
}

// absent is what stands at a path where the user gave nothing: the default, or nothing.
func absent(path string, known any, found *mistakes) any {
	if want, ok := required()[listIndex.ReplaceAllString(path, "[]")]; ok {
		found.missing(path, want)
	}
	switch known := known.(type) {
	case map[string]any:
		if _, open := known[anyKey]; open || optional(path) {
			return nil
		}
		return overlayObject(path, known, nil, found)
	case []any:
		// Only the instance types have entries by default; the entry of the other lists is empty, or an object.
		if text, ok := known[0].(string); ok && text != "" {
			return known
		}
		return []any{}
	}
	return known
}

// wantType says which type belongs at a path.
func wantType(path string, known, given any) string {
	switch known.(type) {
	case map[string]any:
		return "an object"
	case []any:
		return "a list"
	case bool:
		return "true or false"
	case json.Number:
		return "a whole number"
	}
	if _, number := given.(json.Number); number && path == "cluster.version" {
		// YAML reads an unquoted 1.30 as the number 1.3, so the message cannot repeat what was meant.
		return `the version in quotes, such as "1.35"`
	}
	switch given.(type) {
	case json.Number, bool:
		return "a string in quotes"
	}
	return "a string"
}

// join extends a path by a key, quoting keys that would make it ambiguous.
func join(path, key string) string {
	switch {
	case !plainKey.MatchString(key):
		return path + "[" + short(key) + "]"
	case path == "":
		return key
	}
	return path + "." + key
}

// hint names the known key that was probably meant or, if none is close, all of them.
func hint(key string, known []string) string {
	best, least := "", 1+min(3, max(1, len(key)/3))
	for _, candidate := range known {
		if d := distance(strings.ToLower(key), strings.ToLower(candidate)); d < least {
			best, least = candidate, d
		}
	}
	if best != "" {
		return "(did you mean " + best + "?)"
	}
	return "(known keys: " + strings.Join(known, ", ") + ")"
}

// distance is the Levenshtein distance in bytes: how many must be inserted, dropped or exchanged. No known key is longer
// than 40 bytes, so it looks at no more of either.
func distance(a, b string) int {
	a, b = a[:min(len(a), 40)], b[:min(len(b), 40)]
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			exchange := diagonal
			if a[i] != b[j] {
				exchange++
			}
			diagonal = row[j+1]
			row[j+1] = min(exchange, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
