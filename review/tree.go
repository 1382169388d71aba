package review

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/urn"
)

// deepest bounds the indentation of the tree: deeper resources stand at this depth.
const deepest = 8

// tree writes what changes, each below its parent. What does not change is counted, unless something below it changes.
func tree(out *strings.Builder, r Review) {
	children, known := map[string][]Resource{}, map[string]bool{}
	for _, resource := range r.Resources {
		known[resource.URN] = true
	}
	for _, resource := range r.Resources {
		parent := resource.Parent
		if !known[parent] || parent == resource.URN {
			parent = ""
		}
		children[parent] = append(children[parent], resource)
	}
	var lines []string
	unchanged := 0
	// walk tells whether something changed from here down; what it writes for nothing is taken back.
	var walk func(resource Resource, depth int) bool
	walk = func(resource Resource, depth int) bool {
		start := len(lines)
		lines = append(lines, strings.Repeat("  ", min(depth, deepest))+branch(resource))
		changed := resource.Op != Same
		if !changed {
			unchanged++
		}
		for _, child := range children[resource.URN] {
			changed = walk(child, depth+1) || changed
		}
		if !changed {
			lines = lines[:start]
		}
		return changed
	}
	for _, top := range children[""] {
		walk(top, 0)
	}
	if len(lines) == 0 {
		return
	}
	fmt.Fprintf(out, "\n<details><summary>All changes; %d unchanged</summary>\n\n", unchanged)
	rows(out, treeShare, "- %s", lines)
	out.WriteString("\n</details>\n")
}

func branch(resource Resource) string {
	line := "- "
	if resource.Op != Same {
		line += "**" + string(resource.Op) + "** "
	}
	line += named(resource)
	if paths := codes(resource.Changed, 8); paths != "" && resource.Op != Same {
		line += ": " + paths
	}
	return line + "\n"
}

// subject names the resource of a URN.
func subject(id string) string {
	parsed, err := urn.Parse(id)
	if err != nil {
		return code(id)
	}
	return code(string(parsed.Type())) + " " + code(parsed.Name())
}
