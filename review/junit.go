package review

import (
	"bytes"
	"encoding/xml"
	"strings"
	"unicode"
)

// The elements that GitLab reads of JUnit's format, by docs.gitlab.com/ci/testing/unit_test_reports: it shows classname as the suite, and
// the content of failure, error and skipped.
type suites struct {
	XMLName  xml.Name `xml:"testsuites"`
	Name     string   `xml:"name,attr"`
	Tests    int      `xml:"tests,attr"`
	Failures int      `xml:"failures,attr"`
	Errors   int      `xml:"errors,attr"`
	Skipped  int      `xml:"skipped,attr"`
	Suites   []suite  `xml:"testsuite"`
}

type suite struct {
	Name     string     `xml:"name,attr"`
	Tests    int        `xml:"tests,attr"`
	Failures int        `xml:"failures,attr"`
	Errors   int        `xml:"errors,attr"`
	Skipped  int        `xml:"skipped,attr"`
	Cases    []testcase `xml:"testcase"`
}

type testcase struct {
	Class   string   `xml:"classname,attr"`
	Name    string   `xml:"name,attr"`
	File    string   `xml:"file,attr"`
	Failure *outcome `xml:"failure"`
	Error   *outcome `xml:"error"`
	Skipped *outcome `xml:"skipped"`
}

type outcome struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// JUnit renders the verdict as a test report: a suite for each domain, a case for each rule. A mandatory violation is a failure; what is
// advisory, exempt, undecided or was not reviewed is skipped, since nothing is broken and nothing is proved; a preview that did not end
// well is an error.
func JUnit(r Review) ([]byte, error) {
	all := suites{Name: "preview of " + r.Stack}
	all.add(ran(r))
	for _, domain := range r.Domains {
		all.add(ruled(r, domain))
	}
	// Rules of another pack have no domain here.
	others := map[string]bool{}
	foreign := suite{Name: "other policy packs"}
	for _, f := range r.Findings {
		if f.Domain == "" && !others[f.Rule] {
			others[f.Rule] = true
			foreign.add(judged(r, f.Rule, "", foreign.Name, true))
		}
	}
	all.add(foreign)
	var out bytes.Buffer
	out.WriteString(xml.Header)
	encoder := xml.NewEncoder(&out)
	encoder.Indent("", "  ")
	if err := encoder.Encode(all); err != nil {
		return nil, err
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

func (s *suites) add(one suite) {
	if one.Tests == 0 {
		return
	}
	s.Suites = append(s.Suites, one)
	s.Tests, s.Failures, s.Errors, s.Skipped = s.Tests+one.Tests, s.Failures+one.Failures, s.Errors+one.Errors, s.Skipped+one.Skipped
}

func (s *suite) add(c testcase) {
	s.Cases = append(s.Cases, c)
	s.Tests++
	switch {
	case c.Failure != nil:
		s.Failures++
	case c.Error != nil:
		s.Errors++
	case c.Skipped != nil:
		s.Skipped++
	}
}

// ran is the suite that tells whether there is anything to judge by.
func ran(r Review) suite {
	s := suite{Name: "Preview"}
	program := testcase{Class: r.Stack + ": Preview", Name: "the program runs to its end", File: settingsFile(r.Stack)}
	if r.BrokeOff {
		program.Error = &outcome{Message: "the preview failed", Text: plain(strings.Join(r.Errors, "\n"))}
	}
	s.add(program)
	reviewed := testcase{Class: program.Class, Name: "the policy pack judges the preview", File: program.File}
	if r.Unreviewed {
		reviewed.Error = &outcome{Message: "not reviewed", Text: "The policy pack did not judge this preview."}
	}
	s.add(reviewed)
	return s
}

func ruled(r Review, domain Domain) suite {
	s := suite{Name: domain.Title}
	for _, rule := range r.Rules {
		if rule.Domain == domain.Key {
			s.add(judged(r, rule.Name, domain.Key, domain.Title, rule.Judged))
		}
	}
	return s
}

// judged is the case of one rule: its findings, the worst first.
func judged(r Review, rule, domain, suite string, reviewed bool) testcase {
	c := testcase{Class: r.Stack + ": " + suite, Name: plain(rule), File: settingsFile(r.Stack)}
	var found []Finding
	for _, f := range r.Findings {
		if f.Rule == rule && f.Domain == domain {
			found = append(found, f)
		}
	}
	if len(found) == 0 {
		if !reviewed {
			c.Skipped = &outcome{Message: "not reviewed", Text: "Nothing to look at, disabled, or not reached."}
		}
		return c
	}
	var text []string
	for _, f := range found {
		text = append(text, describe(f)+"\nfingerprint "+f.Fingerprint)
	}
	c.File = file(r.Stack, found[0])
	told := &outcome{Message: string(found[0].Severity), Text: plain(strings.Join(text, "\n\n"))}
	if found[0].Mandatory {
		c.Failure = told
		return c
	}
	told.Message = []string{exempted: "exempt", undecided: "undecided", advisory: "advisory"}[weight(found[0])]
	c.Skipped = told
	return c
}

// plain takes out what a terminal or XML 1.0 has no place for.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && !unicode.IsPrint(r) && r != ' ' {
			return '�'
		}
		return r
	}, strings.ToValidUTF8(text, "�"))
}
