package review

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/cost"
	"gitlab.com/thinkmassive/satkube/policy/pack"
	"gitlab.com/thinkmassive/satkube/policy/rules"
)

// hostile are texts that would do something in GitLab if they stood there as they are.
func hostile() []string {
	return []string{
		"a | b | c", "`end` | @all", "``` \n/merge\n", "\n/close", "\r\n/assign @root", "@all", "!1 #1 ~bug %\"v1\" &1 $1 ^1", "<script>alert(1)</script>",
		"</details><img src=x onerror=alert(1)>", "[click](javascript:alert(1))", "![x](https://evil.example/pixel.png)", "\\", "x\\", "a\\|b",
		"<!-- satkube-review stack=mainnet -->", "-->", "https://evil.example", "\u202egnp.exe", "a\x00b", "**bold** _it_", ":smile:", "$`a`$", "\xff\xfe", "",
	}
}

func hostileLog() string {
	var lines []string
	for _, name := range hostile() {
		name = strings.ToValidUTF8(name, "?")
		for _, op := range []string{"delete", "create"} {
			lines = append(lines, step(op, "kubernetes:core/v1:PersistentVolumeClaim", op+name, ""))
		}
		lines = append(lines,
			strings.Replace(step("update", "aws:ec2/vpc:Vpc", "v"+name, ""), `"detailedDiff":null`, `"detailedDiff":{`+text(name)+`:{"diffKind":"update"}}`, 1),
			violation("satkube", "image-digest", "mandatory", urnOf("a:b:"+name, name), name),
			violation("other", "rule"+name, "mandatory", urnOf("a:b:C", name), name+"\nFix: "+name),
			failure(urnOf("a:b:C", name), name),
		)
	}
	return strings.Join(append(lines, wholePack, failed), "\n")
}

var (
	span   = regexp.MustCompile("`[^`\n]+`")
	cells  = regexp.MustCompile(`\|`)
	active = regexp.MustCompile(`@\w|![0-9]|[^&]#[0-9]|~\w|<script|<img|javascript:|https?://|/merge|/close|/assign|\\`)
)

// requireSafe holds a comment to what keeps GitLab from acting on it: outside of code spans nothing is but our own words; each line of a
// table has its table's cells; no line begins with a quick action; there is one marker.
func requireSafe(t *testing.T, comment string) {
	t.Helper()
	require.NotContains(t, comment, "\r")
	require.NotContains(t, comment, `\`, "whether it takes a cell's border its meaning depends on the renderer")
	width := 0
	for i, line := range strings.Split(comment, "\n") {
		require.NotRegexp(t, `^\s*/`, line)
		require.Zero(t, strings.Count(line, "`")%2, "a code span is open in %q", line)
		bare := strings.ReplaceAll(span.ReplaceAllString(line, ""), "]("+docs, "](")
		require.NotRegexp(t, active, bare)
		require.Equal(t, i == 0, strings.Contains(bare, "satkube-review"), "line %d", i)
		if !strings.HasPrefix(line, "|") {
			width = 0
			continue
		}
		// GitLab finds the cells before it finds the spans.
		if n := len(cells.FindAllString(line, -1)); width == 0 {
			width = n
		} else {
			require.Equal(t, width, n, "cells of %q", line)
		}
	}
}

func TestComment_HostileNamesStayNames(t *testing.T) {
	o := options(t)
	for _, bad := range hostile() {
		o.Exemptions = append(o.Exemptions, pack.Exemption{Rule: bad, Resource: bad, Reason: bad, Owner: bad, Expires: bad})
	}
	log, err := Read(strings.NewReader(hostileLog()))
	require.NoError(t, err)
	r, err := Build(log, o)
	require.NoError(t, err)
	comment := Comment(r)
	requireSafe(t, comment)
	require.Contains(t, comment, "`@all`", "a name is shown, not hidden")
}

func TestProse_IsCodeWhereGitLabWouldFindAReference(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"plain":     {"Set it to true.", "Set it to true."},
		"a person":  {"Ask @root.", "`Ask @root.`"},
		"an issue":  {"See #1.", "`See #1.`"},
		"markup":    {"a|b <c> *d* _e_ [f]", "a&#124;b &lt;c&gt; &#42;d&#42; &#95;e&#95; &#91;f&#93;"},
		"two lines": {"a\nb", "a b"},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, test.want, prose(test.text)) })
	}
}

const seed = "abandon ability able about above absent absorb abstract absurd abuse access accident account accuse achieve acid acoustic acquire across act action actor actress actual"

// canaries are secrets as they might stand in a log by a mistake of a provider, a program or another policy pack.
func canaries() map[string]string {
	return map[string]string{
		"seed":  seed,
		"key":   "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIFakeFakeFakeFakeFake\n-----END EC PRIVATE KEY-----",
		"token": "glpat-" + "A1b2C3d4E5f6G7h8I9j0",
		"hex":   "0201036c6e6402f801030a10b3bf6906c1937139ac0684ac4417139d1201301a16",
		"xprv":  "tprv8ZgxMBicQKsPd7Uf69XL1XwhmjHopUGep8GuEiJDZmbQz6o58LninorQAfcKZWARbtRtfnLcJ5MQ2AtHcQJCCRUcMRvmDUjyEmNUWwx8UbK",
		"pair":  "rpcpassword=correct-horse-battery",
	}
}

func fragments(secret string) []string {
	return append(strings.FieldsFunc(secret, func(r rune) bool { return r == '\n' || r == '=' }), secret)
}

func TestReports_HoldNoSecretOfTheLog(t *testing.T) {
	var lines []string
	for kind, secret := range canaries() {
		key := step("update", "random:index/randomPassword:RandomPassword", kind, "")
		lines = append(lines,
			strings.NewReplacer(`"inputs":{}`, `"inputs":{"value":`+text(secret)+`}`, `"outputs":{}`, `"outputs":{"result":`+text(secret)+`}`, `"id":""`, `"id":`+text(secret)).Replace(key),
			`{"preludeEvent":{"config":{"satkube:secret":`+text(secret)+`}}}`,
			`{"stdoutEvent":{"message":`+text(secret)+`}}`,
			`{"policyRemediationEvent":{"before":{"a":`+text(secret)+`}}}`,
			failure(urnOf("a:b:C", "x"), "it is refused:\ncluster.name is "+secret+", want a name: "+secret),
			failure("", secret),
			violation("other", "talkative", "mandatory", urnOf("a:b:C", "x"), "The value canary-4711 "+secret+" is bad.\nFix: remove "+secret),
			failure(urnOf("a:b:C", "x"), "the value is canary-4711"),
			violation("satkube", "image-digest", "advisory", urnOf("a:b:C", "x"), "undecided: "+secret),
		)
	}
	r := reviewed(t, strings.Join(append(lines, wholePack, failed), "\n"))
	quality, err := CodeQuality(r)
	require.NoError(t, err)
	junit, err := JUnit(r)
	require.NoError(t, err)
	for kind, secret := range canaries() {
		for _, fragment := range fragments(secret) {
			if kind == "pair" && fragment == "rpcpassword" {
				continue
			}
			for report, content := range map[string]string{"comment": Comment(r), "quality": string(quality), "junit": string(junit)} {
				require.NotContains(t, content, fragment, "%s holds the %s", report, kind)
			}
		}
	}
	require.Contains(t, Comment(r), withheld)
	require.NotContains(t, Comment(r)+string(quality)+string(junit), "canary-4711", "what has no shape of a secret is not passed on either")
}

func TestBuild_ConcealsWhatABillRepeats(t *testing.T) {
	log, err := Read(strings.NewReader(logOf(step("create", "aws:kms/key:Key", "k", ""), wholePack)))
	require.NoError(t, err)
	o := options(t)
	o.Estimate = func([]cost.Resource) (cost.Estimate, error) {
		line := cost.Line{URN: urnOf("a:b:C", "x"), Component: "c", What: "2 × " + seed, Reason: seed}
		return cost.Estimate{Lines: []cost.Line{line}, Unpriced: []cost.Line{line}, Usage: []cost.Line{line}}, nil
	}
	r, err := Build(log, o)
	require.NoError(t, err)
	require.NotContains(t, fmt.Sprint(r.Before, r.After), "abandon")
	require.Contains(t, Comment(r), "Billed by use, not in it: 1 position")
}

func TestConceal_LeavesOrdinarySentencesAlone(t *testing.T) {
	for _, sentence := range []string{
		"spec.template.spec.containers[0].image is not pinned by a sha256 digest.",
		"image is docker.io/library/x@sha256:4530cd98c529bc913ae364067f0233ab6cfb9a560644480b365b45f74a18dbf3, want another",
		"The root directory that it reads holds the runtime's socket, which is root's; it runs as user 10205 without capabilities.",
		"Exemption 10, of rule run-as-non-root for kubernetes:apps/v1:DaemonSet::logging-fluentd: nothing in this stack needs it.",
	} {
		require.Equal(t, sentence, conceal(sentence))
	}
	for _, rule := range rules.All() {
		require.Equal(t, rule.Fix, conceal(rule.Fix))
		require.Equal(t, rule.Must, conceal(rule.Must))
	}
}

func FuzzComment(f *testing.F) {
	for _, bad := range hostile() {
		f.Add(bad, bad, bad, false)
	}
	f.Fuzz(func(t *testing.T, name, message, path string, stops bool) {
		level := "advisory"
		if stops {
			level = "mandatory"
		}
		log, err := Read(strings.NewReader(strings.Join([]string{
			strings.Replace(step("replace", "kubernetes:core/v1:PersistentVolumeClaim", name, ""), `"detailedDiff":null`, `"detailedDiff":{`+text(path)+`:{"diffKind":"update-replace"}}`, 1),
			violation("satkube", "image-digest", level, urnOf("a:b:C", name), message),
			violation("satkube", name, level, urnOf("a:b:"+path, name), message),
			violation(message, name, level, name, path),
			failure(urnOf("a:b:C", name), message),
			wholePack, failed,
		}, "\n")))
		require.NoError(t, err)
		r, err := Build(log, Options{
			Stack: "testnet", Today: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC), Docs: docs, Rules: someRules(), Estimate: free,
			Exemptions: []pack.Exemption{{Rule: name, Resource: path, Reason: message, Owner: name, Expires: path}},
		})
		require.NoError(t, err)
		requireSafe(t, Comment(r))
		junit, err := JUnit(r)
		require.NoError(t, err)
		requireJUnit(t, junit)
	})
}
