package clusterhardening

import (
	"regexp"
	"slices"
	"strings"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

// listed tells whether a name is in a setting, where * stands for anything. Ask last, after what makes the name matter: a name
// that is not known leaves the check open.
func listed(name pack.Value, patterns []string) bool {
	if len(patterns) == 0 {
		return false
	}
	// An exemption counts against the violation, so a rule that is itself not known could cancel it out in both runs. Looking at
	// the text says that it is open.
	name.Text()
	return slices.ContainsFunc(patterns, func(pattern string) bool { return name.Matches(glob(pattern)) })
}

// listedAccount tells whether a service account is in a setting of namespace/name patterns.
func listedAccount(namespace, name pack.Value, accounts []string) bool {
	return slices.ContainsFunc(accounts, func(account string) bool {
		ns, n, is := strings.Cut(account, "/")
		return is && listed(namespace, []string{ns}) && listed(name, []string{n})
	})
}

func glob(pattern string) *regexp.Regexp {
	return regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, ".*") + "$")
}
