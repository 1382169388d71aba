package pack

import (
	"slices"
	"strings"
)

// Resource is one resource under review.
type Resource struct {
	// Type is the type token; of a twin, the token of the plain kind. Name is the resource's name, URN its whole identity.
	Type, Name, URN string
	// Parent is the URN of the parent.
	Parent string
	// Protect says that Pulumi refuses to delete it.
	Protect bool
	// Dependencies are the URNs of the resources that it depends on; empty in reviews of single resources.
	Dependencies []string

	props Value
	// kind is the Kubernetes kind and pods the pods in the resource, kept because every rule asks for them.
	kind string
	pods []Pod
}

// At returns the property at that path.
func (r Resource) At(steps ...any) Value { return r.props.At(steps...) }

// Kind is the Kubernetes kind, without the ending of a twin; empty for other resources.
func (r Resource) Kind() string { return r.kind }

// Label is a label of a Kubernetes object.
func (r Resource) Label(key string) Value { return r.At("metadata", "labels", key) }

// Annotation is an annotation of a Kubernetes object.
func (r Resource) Annotation(key string) Value { return r.At("metadata", "annotations", key) }

// Setting is a setting of the rule, as the pack's configuration gives it or by default.
func (r Resource) Setting(name string) Setting {
	if r.props.run == nil {
		return Setting{}
	}
	return Setting{r.props.run.settings[name]}
}

// Pod is a pod's specification inside a resource.
type Pod struct {
	// Spec is the pod's spec, Meta its metadata.
	Spec, Meta Value

	// lists are the containers by the names in containerLists, kept because every rule asks for them; nil where they are not known,
	// which each check has to find out for itself.
	lists [][]Value
}

// containerLists are the fields of a pod's spec that hold containers: its own, the init and the ephemeral ones.
var containerLists = [...]string{"containers", "initContainers", "ephemeralContainers"}

func newPod(spec, meta Value) Pod {
	p := Pod{Spec: spec, Meta: meta}
	lists := make([][]Value, len(containerLists))
	for i, name := range containerLists {
		list := spec.At(name)
		if !list.Known() {
			return p
		}
		lists[i] = slices.Clip(list.List())
	}
	p.lists = lists
	return p
}

// podsIn returns the specifications of pods that a Kubernetes object of that kind holds.
func podsIn(kind string, object Value) []Pod {
	switch kind {
	case "Pod":
		return []Pod{newPod(object.At("spec"), object.At("metadata"))}
	case "PodTemplate":
		return []Pod{newPod(object.At("template", "spec"), object.At("template", "metadata"))}
	case "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job":
		return []Pod{newPod(object.At("spec", "template", "spec"), object.At("spec", "template", "metadata"))}
	case "CronJob":
		template := object.At("spec", "jobTemplate", "spec", "template")
		return []Pod{newPod(template.At("spec"), template.At("metadata"))}
	}
	return nil
}

// Pods returns the specifications of pods that the resource holds: one for a pod carrier, none for anything else. They are not to be
// changed.
func (r Resource) Pods() []Pod { return r.pods }

// list returns the containers of the list at that position in containerLists.
func (p Pod) list(i int) []Value {
	if p.lists != nil {
		return p.lists[i]
	}
	return p.Spec.At(containerLists[i]).List()
}

// Containers returns all containers of the pod: its own, the init and the ephemeral ones.
func (p Pod) Containers() []Value {
	return slices.Concat(p.list(0), p.list(1), p.list(2))
}

// LongRunning returns the containers that are meant to run for good: the pod's own, and init containers that restart always.
func (p Pod) LongRunning() []Value {
	all := p.list(0)
	for _, c := range p.list(1) {
		if c.At("restartPolicy").Is("Always") {
			all = append(all, c)
		}
	}
	return all
}

// Containers returns the containers of all pods in the resource.
func (r Resource) Containers() []Value {
	var all []Value
	for _, pod := range r.Pods() {
		all = append(all, pod.Containers()...)
	}
	return all
}

// Stack is all resources of a stack, for rules that need to see them together. Properties are the inputs that were recorded at
// registration, so they are there on the first preview too.
type Stack struct {
	resources []Resource
	// byType are the positions of the resources of each type: checks ask for types over and over.
	byType map[string][]int
	// byNamespace are the positions of Kubernetes objects by the namespace that they name; anywhere are those whose namespace is not known.
	byNamespace map[string][]int
	anywhere    []int
	settings    map[string]any
}

func newStack(inputs []Input, run *evaluation) *Stack {
	s := &Stack{byType: map[string][]int{}, byNamespace: map[string][]int{}, settings: run.settings}
	for _, input := range inputs {
		for _, r := range expand(input, run) {
			s.byType[r.Type] = append(s.byType[r.Type], len(s.resources))
			if namespace, known := named(r.Namespace()); !known {
				s.anywhere = append(s.anywhere, len(s.resources))
			} else if r.kind != "" {
				s.byNamespace[namespace] = append(s.byNamespace[namespace], len(s.resources))
			}
			s.resources = append(s.resources, r)
		}
	}
	return s
}

// All returns the resources of these types.
func (s Stack) All(types Types) []Resource {
	var positions []int
	for token, at := range s.byType {
		if types.Match(token) {
			positions = append(positions, at...)
		}
	}
	slices.Sort(positions)
	var found []Resource
	for _, at := range positions {
		found = append(found, s.resources[at])
	}
	return found
}

// Near returns the Kubernetes objects of these types that stand in the namespace, or in one that is not known: the ones that a check
// has to compare with an object there. Where the namespace is not known itself, they are all.
func (s Stack) Near(namespace Value, types Types) []Resource {
	name, known := named(namespace)
	if !known {
		return s.All(types)
	}
	positions := slices.Concat(s.byNamespace[name], s.anywhere)
	slices.Sort(positions)
	var found []Resource
	for _, at := range positions {
		if types.Match(s.resources[at].Type) {
			found = append(found, s.resources[at])
		}
	}
	return found
}

// named returns the name of a namespace, and whether it is known. An object that names none stands in default. What is no text is not
// known: it may compare equal to a name.
func named(namespace Value) (name string, known bool) {
	if namespace.Known() && !namespace.Given() {
		return "default", true
	}
	name, known = namespace.node.(string)
	return name, known
}

// Setting is a setting of the rule, as the pack's configuration gives it or by default.
func (s Stack) Setting(name string) Setting { return Setting{s.settings[name]} }

// Namespace is the namespace that a Kubernetes object names.
func (r Resource) Namespace() Value { return r.At("metadata", "namespace") }

// InPackage tells whether the resource's type belongs to a package, such as aws.
func (r Resource) InPackage(name string) bool { return strings.HasPrefix(r.Type, name+":") }
