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
