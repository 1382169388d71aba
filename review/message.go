package review

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

// sentence is a message of the policy pack, taken apart.
type sentence struct {
	text, fix           string
	exempted, undecided bool
}

// The texts by which the pack says what became of a finding: policy/pack writes them in office.pronounce.
const (
	undecidedStart  = "undecided: "
	exemptStart     = "exempt: "
	fixStart        = "\nFix: "
	undecidedExempt = "\nShould it turn out to be a violation, it is exempt: "
)

var terms = regexp.MustCompile(`\(owner .*, expires \S+, -?\d+ days left\)$`)

// take reads a message as the pack words it. Only an advisory one can be exempt or undecided, so a mandatory one is never taken for it,
// whatever its text. The terms of an exemption are left out: they stand with the exemptions, and its days would make each day's finding
// a new one.
func take(message string, stops bool, reasons []string) sentence {
	s := sentence{text: strings.TrimSpace(message)}
	if stops {
		s.text, s.fix = cutFix(s.text)
		return s
	}
	if text, is := strings.CutPrefix(s.text, undecidedStart); is {
		text, _, s.exempted = strings.Cut(text, undecidedExempt)
		s.text, s.undecided = text, true
		return s
	}
	text, is := strings.CutPrefix(s.text, exemptStart)
	if !is || !terms.MatchString(text) {
		s.text, s.fix = cutFix(s.text)
		return s
	}
	s.text, s.exempted = text[:strings.LastIndex("\n"+text, "\n")], true
	for _, reason := range reasons {
		// A reason may have several lines.
		if i := strings.LastIndex(text, "\n"+strings.TrimSpace(reason)+" (owner "); i >= 0 {
			s.text = text[:i]
			break
		}
	}
	s.text = strings.TrimSpace(s.text)
	return s
}

func cutFix(message string) (text, fix string) {
	i := strings.LastIndex(message, fixStart)
	if i < 0 {
		return message, ""
	}
	return message[:i], message[i+len(fixStart):]
}

// reasonsFor are the reasons of a rule's exemptions.
func reasonsFor(rule string, exemptions []pack.Exemption) []string {
	var reasons []string
	for _, e := range exemptions {
		if e.Rule == rule {
			reasons = append(reasons, e.Reason)
		}
	}
	return reasons
}

// moving are the parts of a message that change when something else does: places in lists, lines, the number of an exemption.
var moving = regexp.MustCompile(`\[\d+\]|\bline \d+|^Exemption \d+`)

// fingerprint is of the finding itself: neither file, nor line, nor today's level is in it, so that the same finding is known again. The
// stack is, since GitLab puts the reports of several stacks together and keeps one of each fingerprint.
func fingerprint(stack, pack string, f Finding, resource string, repeated int) string {
	key := strings.Join([]string{stack, pack, f.Rule, resource, moving.ReplaceAllString(f.Message, "#")}, "\x00")
	if repeated > 0 {
		key += fmt.Sprintf("\x00%d", repeated)
	}
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}
