package systemhardening

import "gitlab.com/thinkmassive/satkube/policy/pack"

// off tells whether a switch is not on. What is neither absent nor false is refused, so that no odd shape slips through.
func off(v pack.Value) bool { return v.Absent() || v.Is(false) }

// securityContexts returns the security contexts of a pod: its own and that of every container.
func securityContexts(p pack.Pod) []pack.Value {
	all := []pack.Value{p.Spec.At("securityContext")}
	for _, container := range p.Containers() {
		all = append(all, container.At("securityContext"))
	}
	return all
}

// each returns the elements of a list, or the one value that stands where a list could: IAM takes both.
func each(v pack.Value) []pack.Value {
	if list := v.List(); len(list) > 0 || v.Absent() {
		return list
	}
	return []pack.Value{v}
}

// texts returns the texts of a setting that is a list: the default's own, or what the configuration's JSON made of it.
func texts(setting any) []string {
	var all []string
	switch setting := setting.(type) {
	case []string:
		all = setting
	case []any:
		for _, item := range setting {
			if text, is := item.(string); is {
				all = append(all, text)
			}
		}
	}
	return all
}
