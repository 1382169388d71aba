// Package bitcoin holds the rules of this project's own domain: what keeps the funds of a Lightning node, what keeps the nodes
// alive, and who may reach them.
package bitcoin

import (
	"regexp"
	"slices"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

// program is a node that the rules look after. Its text is the value of the label that its objects carry.
type program string

const (
	lnd      program = "lnd"
	bitcoind program = "bitcoind"
)

const nameLabel = "app.kubernetes.io/name"

// The images by their repositories, whatever the registry, and the commands that start the programs inside of shell scripts.
var (
	lndImage      = regexp.MustCompile(`(^|/)lnd(:[^/@]*)?(@.*)?$`)
	bitcoindImage = regexp.MustCompile(`(^|/)(bitcoin|bitcoind|bitcoin-core|docker-bitcoind|umbrel-bitcoin)(:[^/@]*)?(@.*)?$`)
	lndStarted    = regexp.MustCompile(`(?m)(^|[;&|({]|\b(?:exec|then|do|else|nohup|env|sudo)\s)\s*["']?([^\s"']*/)?lnd["']?(\s|;|$)`)
	bitcoinStart  = regexp.MustCompile(`(?m)(^|[;&|({]|\b(?:exec|then|do|else|nohup|env|sudo)\s)\s*["']?([^\s"']*/)?bitcoind["']?(\s|;|$)`)
	shell         = regexp.MustCompile(`^\s*(\S*/)?(sh|bash|ash|dash|busybox)\s*$`)
	client        = regexp.MustCompile(`^\s*(\S*/)?(lncli|lndinit|bitcoin-cli|bitcoin-tx|bitcoin-util|bitcoin-wallet|sleep|true|cat)\s*$`)
)

func (p program) image() *regexp.Regexp {
	if p == lnd {
		return lndImage
	}
	return bitcoindImage
}

func (p program) started() *regexp.Regexp {
	if p == lnd {
		return lndStarted
	}
	return bitcoinStart
}

// same tells whether two names are equal.
func same(a, b pack.Value) bool {
	if !a.Known() {
		a, b = b, a
	}
	if !a.Known() {
		return b.Is("the same")
	}
	return b.In(a.Text())
}

// sameNamespace tells whether two objects stand in the same namespace; one that names none stands in default.
func sameNamespace(a, b pack.Value) bool {
	return same(a, b) || inDefault(a) && inDefault(b)
}

func inDefault(namespace pack.Value) bool {
	return namespace.Known() && (!namespace.Given() || namespace.Is("default"))
}

// runs tells whether the pod runs the program: its labels or its resource's say so, or one of its containers does it all the same.
func (p program) runs(r pack.Resource, pod pack.Pod) bool {
	return pod.Meta.At("labels", nameLabel).Is(string(p)) || r.Label(nameLabel).Is(string(p)) || len(p.recognised(pod)) > 0
}

// pods returns the pods in the resource that run the program.
func (p program) pods(r pack.Resource) []pack.Pod {
	var found []pack.Pod
	for _, pod := range r.Pods() {
		if p.runs(r, pod) {
			found = append(found, pod)
		}
	}
	return found
}

// daemons returns the containers that run the program in a pod that does. When none can be recognised, they are all.
func (p program) daemons(pod pack.Pod) []pack.Value {
	if found := p.recognised(pod); len(found) > 0 {
		return found
	}
	return pod.Spec.At("containers").List()
}

func (p program) recognised(pod pack.Pod) []pack.Value {
	var found []pack.Value
	for _, c := range pod.LongRunning() {
		if p.isDaemon(c) {
			found = append(found, c)
		}
	}
	return found
}

func (p program) isDaemon(c pack.Value) bool {
	if c.At("name").Is(string(p)) {
		return true
	}
	if !c.At("image").Matches(p.image()) {
		return false
	}
	for _, list := range []pack.Value{c.At("command"), c.At("args")} {
		if !list.Known() {
			return list.Is(string(p))
		}
	}
	words := append(c.At("command").List(), c.At("args").List()...)
	if len(words) == 0 {
		return true
	}
	if words[0].Matches(shell) {
		return slices.ContainsFunc(words[1:], func(w pack.Value) bool { return w.Matches(p.started()) })
	}
	return !words[0].Matches(client)
}

// workload is a pod that runs one of the programs, and the resource that holds it.
type workload struct {
	about pack.Resource
	pod   pack.Pod
}

// workloads returns what runs the program in the stack.
func (p program) workloads(s pack.Stack) []workload {
	return p.among(s.All(pack.PodCarriers()))
}

// near returns what runs the program in the namespace, or in one that is not known.
func (p program) near(s pack.Stack, namespace pack.Value) []workload {
	return p.among(s.Near(namespace, pack.PodCarriers()))
}

func (p program) among(resources []pack.Resource) []workload {
	var found []workload
	for _, r := range resources {
		for _, pod := range p.pods(r) {
			found = append(found, workload{r, pod})
		}
	}
	return found
}

// mounts tells whether a volume of the pod is of an object: path is where a volume names it, such as secret.secretName.
func (w workload) mounts(object pack.Resource, path ...any) bool {
	if !sameNamespace(w.about.Namespace(), object.Namespace()) {
		return false
	}
	for _, volume := range w.pod.Spec.At("volumes").List() {
		if name := volume.At(path...); !name.Absent() && same(name, object.At("metadata", "name")) {
			return true
		}
	}
	return false
}

// claim is a PersistentVolumeClaim of a node, or a template of one in its StatefulSet.
type claim struct {
	about      pack.Resource
	meta, spec pack.Value
}

// claims returns the claims of the program: labelled as its own, mounted by its pods, or made by its StatefulSets.
func (p program) claims(s pack.Stack) []claim {
	var found []claim
	for _, c := range s.All(pack.Kinds("PersistentVolumeClaim")) {
		mounted := func(w workload) bool { return w.mounts(c, "persistentVolumeClaim", "claimName") }
		if c.Label(nameLabel).Is(string(p)) || slices.ContainsFunc(p.near(s, c.Namespace()), mounted) {
			found = append(found, claim{c, c.At("metadata"), c.At("spec")})
		}
	}
	for _, w := range p.workloads(s) {
		for _, template := range w.about.At("spec", "volumeClaimTemplates").List() {
			if !template.Absent() {
				found = append(found, claim{w.about, template.At("metadata"), template.At("spec")})
			}
		}
	}
	return found
}

// nodeClaims returns the claims of all nodes.
func nodeClaims(s pack.Stack) []claim {
	return append(lnd.claims(s), bitcoind.claims(s)...)
}

// whole is the value as a whole number, or absent when there is none. A value that is not known is as large as can be, or 0.
func whole(v pack.Value, absent int) int {
	if v.Known() && !v.Given() {
		return absent
	}
	n := 0
	if !v.Known() {
		if v.AtLeast(1) {
			n = 1 << 24
		}
		return n
	}
	for bit := 1 << 24; bit > 0; bit >>= 1 {
		if v.AtLeast(float64(n + bit)) {
			n += bit
		}
	}
	return n
}
