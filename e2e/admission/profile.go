package admission

import (
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// profile is what Pod Security is told by a namespace's labels.
type profile struct {
	enforce, warn string
}

// The levels of Pod Security, from the one that admits most, and how its warnings begin (k8s.io/pod-security-admission).
var levels = []string{"privileged", "baseline", "restricted"}

const (
	enforceLabel       = "pod-security.kubernetes.io/enforce"
	warnLabel          = "pod-security.kubernetes.io/warn"
	podSecurityWarning = "would violate PodSecurity "
)

func profileOf(namespace *unstructured.Unstructured) profile {
	labels := namespace.GetLabels()
	return profile{enforce: labels[enforceLabel], warn: labels[warnLabel]}
}

// warnsOfAdmitted says that the namespace admits, on purpose, pods that it is warned of.
func (p profile) warnsOfAdmitted() bool {
	enforced, warned := slices.Index(levels, p.enforce), slices.Index(levels, p.warn)
	return enforced >= 0 && enforced < warned
}
