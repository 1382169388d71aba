package review

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"
	"github.com/stretchr/testify/require"
)

// requireJUnit holds a report to what docs.gitlab.com/ci/testing/unit_test_reports says of the format: the elements, what each holds, the
// counts, and that no two cases of a suite have one name, since GitLab would pass over the second.
func requireJUnit(t *testing.T, report []byte) {
	t.Helper()
	require.Less(t, len(report), 30<<20, "GitLab takes 30 MB a file")
	inside := map[string]string{
		"testsuites": "", "testsuite": "testsuites", "testcase": "testsuite", "failure": "testcase", "error": "testcase", "skipped": "testcase",
	}
	var open []string
	counted, told := map[string]int{}, map[string]int{}
	seen := map[string]bool{}
	decoder := xml.NewDecoder(bytes.NewReader(report))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		switch token := token.(type) {
		case xml.StartElement:
			name, parent := token.Name.Local, ""
			if len(open) > 0 {
				parent = open[len(open)-1]
			}
			want, known := inside[name]
			require.True(t, known, "element %s is none of JUnit's", name)
			require.Equal(t, want, parent, "element %s", name)
			attributes := map[string]string{}
			for _, a := range token.Attr {
				attributes[a.Name.Local] = a.Value
			}
			counted[name]++
			switch name {
			case "testsuite":
				require.NotEmpty(t, attributes["name"])
			case "testcase":
				require.NotEmpty(t, attributes["name"])
				id := attributes["classname"] + "\x00" + attributes["name"]
				require.False(t, seen[id], "case %s is there twice", id)
				seen[id] = true
			case "testsuites":
				for attribute, of := range map[string]string{"tests": "testcase", "failures": "failure", "errors": "error", "skipped": "skipped"} {
					n, err := strconv.Atoi(attributes[attribute])
					require.NoError(t, err)
					told[of] = n
				}
			}
			open = append(open, name)
		case xml.EndElement:
			open = open[:len(open)-1]
		}
	}
	require.Empty(t, open)
	for element, n := range told {
		require.Equal(t, counted[element], n, "count of %s", element)
	}
	require.Equal(t, 1, counted["testsuites"])
}

func issuesOf(t *testing.T, r Review) []issue {
	t.Helper()
	text, err := CodeQuality(r)
	require.NoError(t, err)
	var issues []issue
	require.NoError(t, json.Unmarshal(text, &issues))
	return issues
}

func TestCodeQuality_IsWhatGitLabDocuments(t *testing.T) {
	schema, err := jsonschema.Compile(filepath.Join("testdata", "codequality.schema.json"))
	require.NoError(t, err)
	for name, text := range map[string]string{
		"a first preview": recorded(t, "first.jsonl"),
		"a change":        recorded(t, "change.jsonl"),
		"nothing":         logOf(wholePack),
		"a failure":       failure("", "x") + "\n" + failed,
		"hostile names":   hostileLog(),
	} {
		t.Run(name, func(t *testing.T) {
			report, err := CodeQuality(reviewed(t, text))
			require.NoError(t, err)
			var parsed any
			require.NoError(t, json.Unmarshal(report, &parsed))
			require.NoError(t, schema.Validate(parsed))
			junit, err := JUnit(reviewed(t, text))
			require.NoError(t, err)
			requireJUnit(t, junit)
		})
	}
}

func TestCodeQuality_SchemaRefusesWhatGitLabWouldNotRead(t *testing.T) {
	schema, err := jsonschema.Compile(filepath.Join("testdata", "codequality.schema.json"))
	require.NoError(t, err)
	for name, text := range map[string]string{
		"another severity": `[{"description":"d","check_name":"c","fingerprint":"` + strings.Repeat("a", 64) + `","severity":"high","location":{"path":"p","lines":{"begin":1}}}]`,
		"no location":      `[{"description":"d","check_name":"c","fingerprint":"` + strings.Repeat("a", 64) + `","severity":"info"}]`,
		"a path from ./":   `[{"description":"d","check_name":"c","fingerprint":"` + strings.Repeat("a", 64) + `","severity":"info","location":{"path":"./p","lines":{"begin":1}}}]`,
	} {
		t.Run(name, func(t *testing.T) {
			var parsed any
			require.NoError(t, json.Unmarshal([]byte(text), &parsed))
			require.Error(t, schema.Validate(parsed))
		})
	}
}

func TestCodeQuality_MapsSeverityAndPlace(t *testing.T) {
	got := map[string]string{}
	for _, i := range issuesOf(t, reviewed(t, recorded(t, "change.jsonl"))) {
		got[i.CheckName] = i.Severity + " " + i.Location.Path
	}
	require.Equal(t, map[string]string{
		"volume-retained":     "blocker Pulumi.testnet.yaml",
		"bitcoind-stop-grace": "critical Pulumi.testnet.yaml",
		"guardduty-eks":       "info policy/exemptions.yaml",
		"image-digest":        "info policy/exemptions.yaml",
	}, got)
}

func TestFingerprint_IsTheSameInTheNextRunAndInEachReport(t *testing.T) {
	first := reviewed(t, recorded(t, "change.jsonl"))
	next := reviewed(t, strings.NewReplacer("1795391065", "1795999999", "128 days left", "3 days left", "129 days left", "3 days left").
		Replace(recorded(t, "change.jsonl")))
	require.NotEmpty(t, first.Findings)
	require.Equal(t, first.Findings, next.Findings)
	junit, err := JUnit(next)
	require.NoError(t, err)
	issues := issuesOf(t, next)
	require.Len(t, issues, len(first.Findings))
	for i, f := range first.Findings {
		require.Equal(t, f.Fingerprint, issues[i].Fingerprint)
		require.Contains(t, string(junit), f.Fingerprint)
		require.Contains(t, Comment(next), code(f.Rule))
	}
}

func TestFingerprint_FollowsTheFindingAndNotItsPlace(t *testing.T) {
	id := urnOf("kubernetes:apps/v1:StatefulSet", "lnd")
	print := func(urn, message string) string {
		r := reviewed(t, logOf(violation("satkube", "image-digest", "mandatory", urn, message), wholePack))
		return r.Findings[0].Fingerprint
	}
	same := print(id, "spec.containers[0].image is bad, line 3.\nFix: x\n")
	require.Equal(t, same, print(id, "spec.containers[7].image is bad, line 9.\nFix: y\n"))
	require.Equal(t, same, print(strings.Replace(id, "kubernetes:", "satkube:lnd:Lnd$kubernetes:", 1), "spec.containers[0].image is bad, line 3.\n"))
	require.NotEqual(t, same, print(urnOf("kubernetes:apps/v1:StatefulSet", "other"), "spec.containers[0].image is bad, line 3.\n"))
	require.NotEqual(t, same, print(id, "spec.containers[0].image is worse, line 3.\n"))
	require.Equal(t, print("", "Exemption 3, of rule x for y: not needed."), print("", "Exemption 4, of rule x for y: not needed."))
}

func TestFingerprint_IsUniqueInAReport(t *testing.T) {
	id := urnOf("kubernetes:apps/v1:StatefulSet", "lnd")
	r := reviewed(t, logOf(
		violation("satkube", "image-digest", "mandatory", id, "spec.containers[0].image is bad."),
		violation("satkube", "image-digest", "mandatory", id, "spec.containers[1].image is bad."),
		violation("satkube", "image-digest", "advisory", id, "undecided: spec.containers[1].image is bad."), wholePack,
	))
	seen := map[string]bool{}
	for _, i := range issuesOf(t, r) {
		require.False(t, seen[i.Fingerprint])
		seen[i.Fingerprint] = true
	}
	require.Len(t, seen, 3)
}

func TestJUnit_TellsFailedFromSkippedFromPassed(t *testing.T) {
	report, err := JUnit(reviewed(t, recorded(t, "change.jsonl")))
	require.NoError(t, err)
	var read suites
	require.NoError(t, xml.Unmarshal(report, &read))
	state := map[string]string{}
	for _, s := range read.Suites {
		for _, c := range s.Cases {
			switch {
			case c.Failure != nil:
				state[c.Name] = "failed in " + s.Name
			case c.Skipped != nil:
				state[c.Name] = c.Skipped.Message
			case c.Error != nil:
				state[c.Name] = "error"
			default:
				state[c.Name] = "passed"
			}
		}
	}
	require.Equal(t, "failed in Funds and node safety", state["volume-retained"])
	require.Equal(t, "exempt", state["guardduty-eks"])
	require.Equal(t, "passed", state["lnd-single-replica"])
	require.Equal(t, "passed", state["the program runs to its end"])
}

func TestComment_OfAHugeStackStaysBelowGitLabsLimit(t *testing.T) {
	var text strings.Builder
	claim := "kubernetes:core/v1:PersistentVolumeClaim"
	long := strings.Repeat("x", 200)
	for i := range 3000 {
		name := fmt.Sprintf("claim-%d-%s", i, long)
		fmt.Fprintln(&text, step("delete", claim, name, ""))
		for _, pack := range []string{"satkube", "other"} {
			fmt.Fprintln(&text, violation(pack, "image-digest", "mandatory", urnOf(claim, name), "It is bad."))
			fmt.Fprintln(&text, violation(pack, "image-digest", "advisory", urnOf(claim, name), "It is not good.\n"+strings.Repeat("y ", 300)))
		}
		fmt.Fprintln(&text, failure(urnOf(claim, name), "x"))
	}
	text.WriteString(wholePack + "\n" + failed)
	comment := Comment(reviewed(t, text.String()))
	require.Less(t, len(comment), LongestComment)
	require.Greater(t, len(comment), 100_000)
	require.Contains(t, comment, "more lines, see report.html")
	require.Contains(t, comment, "3000 resources replaced or deleted", "what is left out is counted")
	requireSafe(t, comment)
}

func TestComment_SharesLeaveRoomForEverythingElse(t *testing.T) {
	require.Less(t, riskShare+errorShare+mandatoryShare+findingShare+exemptionShare+costShare+treeShare, LongestComment-50_000)
	require.Less(t, LongestComment, 1_000_000)
}

func TestTestdata_HoldsNoOutputsOfTheSandbox(t *testing.T) {
	for _, name := range []string{"first.jsonl", "change.jsonl"} {
		text, err := os.ReadFile(filepath.Join("testdata", name))
		require.NoError(t, err)
		require.NotContains(t, string(text), "ciphertext")
		require.NotContains(t, string(text), "arn:aws")
	}
}
