package clusterhardening

import (
	"regexp"
	"strconv"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var version = regexp.MustCompile(`^([0-9]{1,3})\.([0-9]{1,3})$`)

// minors is the distance between two major versions in ordinals: more than any release line has.
const minors = 1000

// ordinal returns a Kubernetes version such as 1.35 as a number that orders and subtracts, one for each minor version. As a
// decimal number 1.4 would be newer than 1.35.
func ordinal(text string) (int, bool) {
	parts := version.FindStringSubmatch(text)
	if parts == nil {
		return 0, false
	}
	major, _ := strconv.Atoi(parts[1])
	minor, _ := strconv.Atoi(parts[2])
	return major*minors + minor, true
}

// ordinalOf is the same of a property; one that is not known leaves the check open.
func ordinalOf(v pack.Value) (int, bool) { return ordinal(v.Text()) }
