package review

import (
	"fmt"
	"strings"
)

// soon is how many days before its end an exemption is marked.
const soon = 30

// exemptionTable writes the accepted deviations, open to the eye when one of them ends soon.
func exemptionTable(out *strings.Builder, r Review) {
	if len(r.Exemptions) == 0 {
		return
	}
	ending := 0
	var lines []string
	for _, e := range r.Exemptions {
		left := number(e.DaysLeft)
		if e.DaysLeft < soon {
			ending++
			left = ":hourglass: **" + left + "**"
		}
		if e.DaysLeft < 0 {
			left = ":x: **expired**"
		}
		lines = append(lines, fmt.Sprintf("| %s | %s | %s | %s | %s | %s |\n", left, code(e.Expires), code(e.Rule), code(e.Resource), code(e.Owner), code(e.Reason)))
	}
	open := ""
	if ending > 0 {
		open = " open"
	}
	fmt.Fprintf(out, "\n<details%s><summary>Exemptions: %d, %d of them with less than %d days left</summary>\n\n", open, len(lines), ending, soon)
	out.WriteString("| days left | last day | rule | resource | owner | reason |\n|---|---|---|---|---|---|\n")
	rows(out, exemptionShare, "| | | %s | | | |", lines)
	out.WriteString("\n</details>\n")
}
