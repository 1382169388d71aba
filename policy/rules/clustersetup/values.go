package clustersetup

import "gitlab.com/thinkmassive/satkube/policy/pack"

// gate returns a value that selects what a rule looks at. While it is not known the check is left open: the assumption that the
// rule applies also assumes that all is as asked, and the two could pass in silence together.
func gate(v pack.Value) pack.Value {
	v.Text()
	return v
}

// assumed is what this run assumes about a value that is not known.
func assumed(unknown pack.Value) bool { return unknown.Is("") }

// same tells whether two values are the same text. One that is not known is the same if assumed so.
func same(a, b pack.Value) bool {
	switch {
	case !a.Known():
		return assumed(a)
	case !b.Known():
		return assumed(b)
	}
	return a.Given() && a.Is(b.Text())
}

// twins are a Kubernetes type of exactly this group and version, its patches and its lists.
func twins(token string) pack.Types {
	return pack.Tokens(token, token+"Patch", token+"List")
}
