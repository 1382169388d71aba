package review

import (
	"fmt"
	"strconv"
	"strings"
)

// LongestComment bounds a stack's comment, in bytes. GitLab refuses a note of more than 1,000,000 characters (docs.gitlab.com/api/notes, the
// attribute body), and the stacks of a merge request share one: four of them fit. The sections' shares below add up to less than this.
const LongestComment = 240_000

// The shares of a comment's sections, in bytes. What does not fit is counted, and stands in report.html.
const (
	riskShare      = 44_000
	errorShare     = 10_000
	mandatoryShare = 44_000
	findingShare   = 34_000
	exemptionShare = 10_000
	costShare      = 10_000
	treeShare      = 36_000
)

// NoteMarker is the first line of the note on a merge request that holds the stacks' comments. It shows nothing, and tells which note to
// write anew.
const NoteMarker = "<!-- satkube-review -->"

// MarkerPrefix begins each stack's comment.
const MarkerPrefix = "<!-- satkube-review stack="

// Marker is the first line of a stack's comment.
func Marker(stack string) string { return MarkerPrefix + stack + " -->" }

// Comment renders the review as the comment of a merge request, in GitLab's Markdown.
func Comment(r Review) string {
	var out strings.Builder
	fmt.Fprintf(&out, "%s\n## Preview of %s: %s\n", Marker(r.Stack), code(r.Stack), Outcome(r))
	risks(&out, r)
	warnings(&out, r)
	summary(&out, r)
	verdicts(&out, r)
	findings(&out, r)
	exemptionTable(&out, r)
	costTable(&out, r)
	tree(&out, r)
	out.WriteString("\nNames and paths of properties only: no value of one is in this report.\n")
	return out.String()
}

// Outcome is the verdict on the preview in a few words.
func Outcome(r Review) string {
	switch stopping := len(r.Mandatory()); {
	case r.BrokeOff:
		return "FAILED"
	case stopping > 0:
		return "REFUSED, " + count(stopping, "mandatory violation")
	case r.Failed:
		return "FAILED"
	}
	if len(r.AtRisk()) > 0 {
		return count(len(r.AtRisk()), "resource") + " with data replaced or deleted"
	}
	counts := tally(r)
	var parts []string
	for _, op := range ops() {
		if counts[op] > 0 && op != Same && op != Refresh {
			parts = append(parts, fmt.Sprintf("%d to %s", counts[op], op))
		}
	}
	if len(parts) == 0 {
		return "no changes"
	}
	return strings.Join(parts, ", ")
}

func tally(r Review) map[Op]int {
	counts := map[Op]int{}
	for _, resource := range r.Resources {
		counts[resource.Op]++
	}
	return counts
}

// rows writes rows as far as they fit into the share, and how many do not. more is the row that says so.
func rows(out *strings.Builder, share int, more string, all []string) {
	for i, row := range all {
		if share -= len(row); share < 0 {
			fmt.Fprintf(out, more+"\n", "... and "+count(len(all)-i, "more line")+", see report.html")
			return
		}
		out.WriteString(row)
	}
}

func risks(out *strings.Builder, r Review) {
	lost := r.AtRisk()
	if len(lost) == 0 {
		return
	}
	fmt.Fprintf(out, "\n### :rotating_light: DATA AT RISK: %s replaced or deleted\n\n", count(len(lost), "resource"))
	out.WriteString("| change | resource | at stake | because of | held back by |\n|---|---|---|---|---|\n")
	var lines []string
	for _, resource := range lost {
		because := codes(resource.Replacing, 5)
		if because == "" {
			because = "it is not in the program any more"
			if resource.Op == Replace {
				because = "the log names no property"
			}
		}
		lines = append(lines, fmt.Sprintf("| **%s** | %s | %s | %s | %s |\n", strings.ToUpper(string(resource.Op)), named(resource), prose(resource.Loses), because, holds(resource)))
	}
	rows(out, riskShare, "| | %s | | | |", lines)
}

// holds says what keeps Pulumi from deleting a resource.
func holds(resource Resource) string {
	var holding []string
	if resource.Protected {
		holding = append(holding, "protect: Pulumi refuses it")
	}
	if resource.Retained {
		holding = append(holding, "retainOnDelete: the old one stays, outside the stack")
	}
	if len(holding) == 0 {
		return "**nothing**"
	}
	return strings.Join(holding, "; ")
}

func named(resource Resource) string { return code(resource.Type) + " " + code(resource.Name) }

func warnings(out *strings.Builder, r Review) {
	if len(r.Errors) > 0 {
		out.WriteString("\n### :x: The preview failed\n\n")
		var lines []string
		for _, text := range r.Errors {
			lines = append(lines, "- "+code(text)+"\n")
		}
		rows(out, errorShare, "- %s", lines)
	}
	if r.BrokeOff {
		out.WriteString("\n> **The program did not run to its end.** Changes and policies below are of what it reached only.\n")
	}
	if r.Unreviewed {
		out.WriteString("\n> **The policy pack did not judge this preview.** That nothing is found below means nothing.\n")
	}
}

func summary(out *strings.Builder, r Review) {
	counts, stateful := tally(r), map[Op]int{}
	for _, resource := range r.Resources {
		if resource.Stateful {
			stateful[resource.Op]++
		}
	}
	out.WriteString("\n### Changes\n\n| change | resources | with data |\n|---|---|---|\n")
	for _, op := range ops() {
		if counts[op] > 0 {
			fmt.Fprintf(out, "| %s | %d | %d |\n", op, counts[op], stateful[op])
		}
	}
}

func verdicts(out *strings.Builder, r Review) {
	out.WriteString("\n### Policies\n\n| domain | rules | passed | **failed** | advisory | exempt | undecided | not reviewed |\n|---|---|---|---|---|---|---|---|\n")
	for _, d := range r.Domains {
		failed := number(d.Failed)
		if d.Failed > 0 {
			failed = "**" + failed + "**"
		}
		fmt.Fprintf(out, "| %s | %d | %d | %s | %d | %d | %d | %d |\n", prose(d.Title), d.Rules, d.Passed, failed, d.Advisory, d.Exempted, d.Undecided, d.NotReviewed)
	}
}

func findings(out *strings.Builder, r Review) {
	groups := map[int][]Finding{}
	for _, f := range r.Findings {
		groups[weight(f)] = append(groups[weight(f)], f)
	}
	if stopping := groups[mandatory]; len(stopping) > 0 {
		fmt.Fprintf(out, "\n#### :no_entry: %s\n\n", count(len(stopping), "mandatory violation"))
		rows(out, mandatoryShare, "- %s", items(stopping))
	}
	for _, group := range []struct {
		weight int
		what   string
	}{{advisory, "Advisory violations"}, {undecided, "Undecided until it is created"}, {exempted, "Exempt"}} {
		if found := groups[group.weight]; len(found) > 0 {
			fmt.Fprintf(out, "\n<details><summary>%s: %d</summary>\n\n", group.what, len(found))
			rows(out, findingShare/3, "- %s", items(found))
			out.WriteString("\n</details>\n")
		}
	}
}

// items writes each rule with its remedy once, and below it where it is broken. Findings come sorted by rule.
func items(found []Finding) []string {
	var lines []string
	for i, f := range found {
		if i == 0 || f.Rule != found[i-1].Rule || f.Domain != found[i-1].Domain {
			lines = append(lines, headline(f))
		}
		where := "the stack"
		if f.URN != "" {
			where = subject(f.URN)
		}
		lines = append(lines, "  - "+where+"<br>"+codeLines(f.Message)+"\n")
	}
	return lines
}

func headline(f Finding) string {
	rule := code(f.Rule)
	if f.URL != "" {
		rule = "[" + rule + "](" + f.URL + ")"
	}
	line := "- **" + string(f.Severity) + "** " + rule
	if f.Fix != "" && !f.Exempted {
		line += "<br>Fix: " + prose(f.Fix)
	}
	return line + "\n"
}

func number(n int) string { return strconv.Itoa(n) }

// count writes a number with its noun.
func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return number(n) + " " + noun
}
