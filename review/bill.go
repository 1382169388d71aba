package review

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"gitlab.com/thinkmassive/satkube/cost"
)

// costTable writes what the stack costs a month, before and after.
func costTable(out *strings.Builder, r Review) {
	if r.BrokeOff {
		out.WriteString("\n### Cost a month: not computed, since the program did not run to its end\n")
		return
	}
	before, after := byComponent(r.Before), byComponent(r.After)
	components := slices.Sorted(maps.Keys(merge(before, after)))
	if len(components) == 0 && len(r.After.Unpriced)+len(r.After.Usage) == 0 {
		return
	}
	fmt.Fprintf(out, "\n### Cost a month: %s, %s\n\n", dollars(r.After.Total()), signed(r.After.Total()-r.Before.Total()))
	out.WriteString("| component | before | after | difference |\n|---|---:|---:|---:|\n")
	var lines []string
	for _, name := range components {
		lines = append(lines, fmt.Sprintf("| %s | %s | %s | %s |\n", code(name), dollars(before[name]), dollars(after[name]), signed(after[name]-before[name])))
	}
	rows(out, costShare/2, "| %s | | | |", lines)
	fmt.Fprintf(out, "| **all** | %s | %s | %s |\n", dollars(r.Before.Total()), dollars(r.After.Total()), signed(r.After.Total()-r.Before.Total()))
	if region := r.After.Region; region != "" {
		fmt.Fprintf(out, "\nList prices of %s, without tax, discounts and free tiers.\n", code(region))
	}
	positions(out, "Without a price", r.After.Unpriced)
	positions(out, "Billed by use, not in it", r.After.Usage)
}

// positions writes what has no amount, and why.
func positions(out *strings.Builder, what string, list []cost.Line) {
	if len(list) == 0 {
		return
	}
	var lines []string
	for _, line := range list {
		text := "- " + subject(line.URN) + ": " + code(line.What)
		if line.Reason != "" {
			text += ", " + code(line.Reason)
		}
		lines = append(lines, text+"\n")
	}
	fmt.Fprintf(out, "\n<details><summary>%s: %s</summary>\n\n", what, count(len(lines), "position"))
	rows(out, costShare/4, "- %s", lines)
	out.WriteString("\n</details>\n")
}

func byComponent(e cost.Estimate) map[string]cost.Money {
	sums := map[string]cost.Money{}
	for _, c := range e.ByComponent() {
		sums[c.Name] = c.Monthly
	}
	return sums
}

func merge(a, b map[string]cost.Money) map[string]cost.Money {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

// dollars writes an amount without the sign of the currency, which opens a formula in GitLab's Markdown.
func dollars(m cost.Money) string { return strings.Replace(m.String(), "$", "", 1) + " USD" }

func signed(m cost.Money) string { return strings.Replace(m.Signed(), "$", "", 1) + " USD" }
