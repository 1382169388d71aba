package bitcoin

import (
	"regexp"
	"slices"
	"strings"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var seedNeverInClear = pack.Rule{
	Name:     "seed-never-in-clear",
	Types:    configured(),
	Severity: pack.Critical,
	CKS:      "bitcoin/funds",
	Must:     "No environment variable, command line or ConfigMap holds a seed or the password of a wallet.",
	Why: "Environment, command lines and ConfigMaps are readable by whoever may read pods, and end in logs, crash reports and support " +
		"bundles. Twelve or twenty-four words are the funds themselves.",
	Fix: "Put it into a Secret, mount that as a file, and name the file: wallet-unlock-password-file=/path. Environment variables may hold " +
		"such a path, no value and no reference to a Secret.",
	Refs: []string{"lnd docs/safety.md", "reference/bitcoin.md 4.4", "CIS EKS 1.8.0 4.4.1"},
	Check: func(r pack.Resource, violate pack.Report) {
		if r.Kind() == "ConfigMap" {
			data := r.At("data")
			for _, key := range data.Keys() {
				text := data.At(key)
				if secretName.MatchString(key) && !pathName.MatchString(key) && !text.Absent() && !text.Matches(path) {
					violate(data.Path() + " has a key that is named like a seed or a wallet's password.")
				}
				if tells(text) {
					violate(data.Path() + " holds a seed or a wallet's password.")
				}
			}
			return
		}
		for _, c := range r.Containers() {
			for _, env := range c.At("env").List() {
				value, name := env.At("value"), env.At("name").Text()
				if secretName.MatchString(name) && !value.Matches(path) || tells(value) {
					violate(env.Path() + " hands over a seed or a wallet's password.")
				}
			}
			for _, word := range append(c.At("command").List(), c.At("args").List()...) {
				if tells(word) {
					violate(word.Path() + " holds a seed or a wallet's password.")
				}
			}
		}
	},
	Pass: pack.Cases{
		"a file": pack.One(statefulSet, with(lndSet(), []any{map[string]any{"name": "WALLET_PASSWORD_FILE", "value": "/run/w/password"}}, inside("env")...)),
		"a script that moves it": pack.One(statefulSet, with(lndSet(), texts("sh", "-c",
			"jq -c --arg password \"$(base64 </run/w/password)\" '{wallet_password: $password, cipher_seed_mnemonic: .}' /data/seed/mnemonic.json"), inside("command")...)),
		"prose":           pack.One(configMap, file("lnd", "; this file says where the node will find what opens its purse each time", "wallet-unlock-password-file=/run/w/password")),
		"another program": pack.One(deployment, another()),
	},
	Fail: pack.Cases{
		"password in the environment": pack.One(deployment, with(another(), []any{map[string]any{"name": "LND_WALLET_PASSWORD", "value": "hunter2"}}, inside("env")...)),
		"from a Secret": pack.One(deployment, with(another(), []any{map[string]any{
			"name": "WALLET_MNEMONIC", "valueFrom": map[string]any{"secretKeyRef": map[string]any{"name": "w", "key": "m"}},
		}}, inside("env")...)),
		"words as arguments": pack.One(statefulSet, with(lndSet(), texts("sh", "-c", "echo '"+words+"' | lncli create"), inside("command")...)),
		"in an init container": pack.One(statefulSet, with(lndSet(),
			[]any{map[string]any{"name": "first", "args": texts("--wallet-password=hunter2")}}, inPod("initContainers")...)),
		"words in a ConfigMap":   pack.One(configMap, map[string]any{"data": map[string]any{"notes": "keep this\n" + strings.ReplaceAll(words, " ", "\n")}}),
		"a list of them":         pack.One(configMap, map[string]any{"data": map[string]any{"x.json": `["` + strings.ReplaceAll(words, " ", `", "`) + `"]`}}),
		"a list, line by line":   pack.One(configMap, map[string]any{"data": map[string]any{"x.json": "[\n  \"" + strings.ReplaceAll(words, " ", "\",\n  \"") + "\"\n]"}}),
		"a loose list":           pack.One(configMap, map[string]any{"data": map[string]any{"x.json": `["` + strings.ReplaceAll(words, " ", `" , "`) + `"]`}}),
		"numbered, with gaps":    pack.One(configMap, map[string]any{"data": map[string]any{"notes": "1. " + strings.ReplaceAll(words, " ", "\n\n1. ")}}),
		"a key of a ConfigMap":   pack.One(configMap, map[string]any{"data": map[string]any{"wallet-password": "hunter2"}}),
		"password in a file":     pack.One(configMap, map[string]any{"data": map[string]any{"init.yaml": "wallet_password: hunter2\n"}}),
		"an ephemeral container": pack.One("kubernetes:core/v1:Pod", with(pod(another()), []any{map[string]any{"args": texts("mnemonic=" + words)}}, "spec", "ephemeralContainers")),
	},
}

// words is the well-known seed of tests.
const words = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about"

var (
	secretName = regexp.MustCompile(`(?i)(mnemonic|cipher[-_.]?seed|aezeed|seed[-_.]?(phrase|words|passphrase)|wallet[-_.]?(unlock[-_.]?)?(password|passphrase))`)
	pathName   = regexp.MustCompile(`(?i)\.(sh|json|txt|md)$`)
	path       = regexp.MustCompile(`^/\S*$`)
	assigned   = regexp.MustCompile(secretName.String() + `["']?[ \t]*[=:][ \t]*["']?[A-Za-z0-9!#%&*+,;?@^_-]{4,}`)
	// assignedWords are what a line has one of when assigned matches it.
	assignedWords = []string{"mnemonic", "seed", "wallet"}
	bullet        = regexp.MustCompile(`^(-|\d{1,2}[.):])\s+`)
	// between stands between the words of a list in JSON or YAML, or in a line of them; border ends such a list.
	between = regexp.MustCompile(`["']\s*,\s*["']|,`)
	border  = strings.NewReplacer(`"`, " . ", `'`, " . ", "=", " . ", "[", " . ", "]", " . ", "|", " . ", ";", " . ")
	// common are words of prose and of shell scripts that are no words of seeds.
	common = strings.Fields("the and for not are was has but does done then echo else from its into until")
)

// tells tells whether the text gives a seed or a wallet's password away.
func tells(value pack.Value) bool {
	text := value.Text()
	if !value.Known() {
		return value.Matches(assigned)
	}
	return pack.SomeLine(text, assignedWords, assigned.MatchString) || seed(text)
}

// shortestSeed is the length of the shortest seed, of twelve words of three letters and what separates them; shortestList is by how
// many ends of lines the words are separated where each has a line.
const (
	shortestSeed = 12*3 + 11
	shortestList = 11
)

// seed tells whether the text has as many words in a row as seeds do: in one line, or one a line. Empty lines do not count.
func seed(text string) bool {
	length, ends := couldBeSeed(text)
	if length < shortestSeed {
		return false
	}
	var alone []string
	for line := range strings.Lines(text) {
		// Most lines are of something else, and to take each apart all the same doubles what this rule takes.
		if length, _ := couldBeSeed(line); ends < shortestList && length < shortestSeed {
			continue
		}
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		if strings.ContainsAny(line[:1], "-0123456789") {
			line = bullet.ReplaceAllString(line, "")
		}
		if strings.Contains(line, ",") {
			line = between.ReplaceAllString(line, " ")
		}
		if inARow(strings.Fields(border.Replace(line))) {
			return true
		}
		fields := strings.Fields(strings.Trim(line, `"' `))
		if len(fields) != 1 {
			fields = []string{"."}
		}
		alone = append(alone, fields...)
	}
	return ends >= shortestList && inARow(alone)
}

// couldBeSeed returns the length of the longest part of the text, and the most ends of lines in such a part, that is made of nothing
// but what stands in a seed: small letters, white space, quotes, commas and bullets.
func couldBeSeed(text string) (length, ends int) {
	begin, within := 0, 0
	for i := range len(text) {
		switch b := text[i]; {
		case b == '\n':
			within++
		case 'a' <= b && b <= 'z', b <= ' ', b >= 0x80, '0' <= b && b <= '9', strings.IndexByte(`"',-.):`, b) >= 0:
		default:
			length, ends = max(length, i-begin), max(ends, within)
			begin, within = i+1, 0
		}
	}
	return max(length, len(text)-begin), max(ends, within)
}

// inARow tells whether as many of the words follow one another as a seed has.
func inARow(words []string) bool {
	run := 0
	for _, word := range append(words, ".") {
		if ofSeed(word) {
			run++
			continue
		}
		if slices.Contains([]int{12, 15, 18, 21, 24}, run) {
			return true
		}
		run = 0
	}
	return false
}

// ofSeed tells whether it may be a word of a seed: three to eight small letters.
func ofSeed(word string) bool {
	if len(word) < 3 || len(word) > 8 || slices.Contains(common, word) {
		return false
	}
	return !strings.ContainsFunc(word, func(r rune) bool { return r < 'a' || r > 'z' })
}
