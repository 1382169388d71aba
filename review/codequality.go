package review

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/urn"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

// issue is one entry of GitLab's Code Quality report, with the fields that docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
// documents.
type issue struct {
	Description string   `json:"description"`
	CheckName   string   `json:"check_name"`
	Fingerprint string   `json:"fingerprint"`
	Severity    string   `json:"severity"`
	Location    location `json:"location"`
}

type location struct {
	Path  string `json:"path"`
	Lines lines  `json:"lines"`
}

type lines struct {
	Begin int `json:"begin"`
}

const exemptionsFile = "policy/exemptions.yaml"

// CodeQuality renders the findings as GitLab's Code Quality report. A preview that failed for another reason is an entry too: an empty
// report reads like a clean one.
func CodeQuality(r Review) ([]byte, error) {
	issues := []issue{}
	if r.BrokeOff || r.Unreviewed {
		what := "The preview failed: " + strings.Join(r.Errors, "; ")
		if !r.BrokeOff {
			what = "The policy pack did not judge this preview."
		}
		sum := sha256.Sum256([]byte(r.Stack + "\x00preview\x00" + what))
		issues = append(issues, issue{
			Description: clip(what), CheckName: "preview", Fingerprint: hex.EncodeToString(sum[:]), Severity: "blocker",
			Location: location{Path: settingsFile(r.Stack), Lines: lines{1}},
		})
	}
	for _, f := range r.Findings {
		issues = append(issues, issue{
			Description: describe(f), CheckName: f.Rule, Fingerprint: f.Fingerprint, Severity: quality(f),
			Location: location{Path: file(r.Stack, f), Lines: lines{1}},
		})
	}
	text, err := json.MarshalIndent(issues, "", "  ")
	if err != nil {
		return nil, err
	}
	return append(text, '\n'), nil
}

// describe is a finding in one line, as GitLab shows it.
func describe(f Finding) string {
	about := "the stack"
	if id, err := urn.Parse(f.URN); err == nil {
		about = string(id.Type()) + " " + id.Name()
	}
	state := ""
	switch {
	case f.Exempted:
		state = "exempt: "
	case f.Undecided:
		state = "undecided: "
	}
	text := about + ": " + state + strings.Join(strings.Fields(f.Message), " ")
	if f.Fix != "" && !f.Exempted {
		text += " Fix: " + strings.Join(strings.Fields(f.Fix), " ")
	}
	return clip(text)
}

// quality is the severity in GitLab's words: info, minor, major, critical or blocker.
func quality(f Finding) string {
	if f.Exempted || f.Undecided {
		return "info"
	}
	switch f.Severity {
	case pack.Critical:
		return "blocker"
	case pack.High:
		return "critical"
	case pack.Medium:
		return "major"
	}
	return "minor"
}

// file is where a reader can do something about a finding. Which line of the program made the resource is not known to the engine; the
// stack's settings are what the program was run with.
func file(stack string, f Finding) string {
	if f.Exempted || f.Domain == ownDomain && f.Rule == "exemptions" {
		return exemptionsFile
	}
	return settingsFile(stack)
}

func settingsFile(stack string) string { return "Pulumi." + stack + ".yaml" }
