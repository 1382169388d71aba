package runtime

import (
	"maps"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

type object = map[string]any

type list = []any

// with returns the object with more properties; nil takes one away.
func with(base, more object) object {
	joined := maps.Clone(base)
	maps.Copy(joined, more)
	maps.DeleteFunc(joined, func(_ string, v any) bool { return v == nil })
	return joined
}

// one is a sample's resource.
func one(token, name string, props object) pack.Object {
	return pack.Object{Type: token, Name: name, Props: props}
}

// pods is a Deployment of pods with that specification.
func pods(spec object) pack.Case {
	return pack.One("kubernetes:apps/v1:Deployment", object{"spec": object{"template": object{"spec": spec}}})
}

// runs is a Deployment of one container.
func runs(container object) pack.Case {
	return pods(object{"containers": list{with(object{"name": "main"}, container)}})
}

// initialises is a Deployment with one init container, beside a sound one of its own.
func initialises(sound, container object) pack.Case {
	return pods(object{"containers": list{sound}, "initContainers": list{with(object{"name": "first"}, container)}})
}

// debugs is a Pod with one ephemeral container, beside a sound one of its own.
func debugs(sound, container object) pack.Case {
	return pack.One("kubernetes:core/v1:Pod", object{"spec": object{
		"containers": list{sound}, "ephemeralContainers": list{with(object{"name": "debug"}, container)},
	}})
}

// eksCluster is a control plane, for rules about what a cluster has to come with.
var eksCluster = one("aws:eks/cluster:Cluster", "cluster", object{"name": "satkube", "version": "1.35"})
