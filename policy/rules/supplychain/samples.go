package supplychain

import (
	"maps"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

type object = map[string]any

type list = []any

const digest = "sha256:da25cedc66b1daefff9f412ee196c901a899c3fa68a33b20849c3e08b5c40d63"

// pinned is an image as the lock file writes it.
const pinned = "docker.io/bitcoin/bitcoin:31.1@" + digest

// pods is a Deployment of pods with that specification.
func pods(spec object) pack.Case {
	return pack.One("kubernetes:apps/v1:Deployment", object{"spec": object{"template": object{"spec": spec}}})
}

// runs is a Deployment of one container of the image.
func runs(image any) pack.Case {
	return pods(object{"containers": list{object{"name": "main", "image": image}}})
}

// initialises is a Deployment whose init container runs the image.
func initialises(image any) pack.Case {
	return pods(object{
		"containers":     list{object{"name": "main", "image": pinned}},
		"initContainers": list{object{"name": "first", "image": image}},
	})
}

// debugs is a Pod whose ephemeral container runs the image.
func debugs(image any) pack.Case {
	return pack.One("kubernetes:core/v1:Pod", object{"spec": object{
		"containers":          list{object{"name": "main", "image": pinned}},
		"ephemeralContainers": list{object{"name": "debug", "image": image}},
	}})
}

// schedules is a CronJob of the image.
func schedules(image any) pack.Case {
	return pack.One("kubernetes:batch/v1:CronJob", object{"spec": object{"jobTemplate": object{"spec": object{"template": object{"spec": object{
		"containers": list{object{"name": "main", "image": image}},
	}}}}}})
}

// mounts is a Deployment that mounts the image as a volume.
func mounts(image any) pack.Case {
	return pods(object{
		"containers": list{object{"name": "main", "image": pinned}},
		"volumes":    list{object{"name": "files", "image": object{"reference": image}}},
	})
}

// patches is a DeploymentPatch that sets the image.
func patches(image any) pack.Case {
	return pack.One("kubernetes:apps/v1:DeploymentPatch", object{"spec": object{"template": object{"spec": object{
		"containers":          list{object{"name": "main", "image": image}},
		"initContainers":      list{},
		"ephemeralContainers": list{},
		"volumes":             list{},
	}}}})
}

// lists is a PodList whose second pod runs the image.
func lists(image any) pack.Case {
	return pack.One("kubernetes:core/v1:PodList", object{"items": list{
		object{"spec": object{"containers": list{object{"name": "main", "image": pinned}}}},
		object{"spec": object{"containers": list{object{"name": "main", "image": image}}}},
	}})
}

// with returns the object with more properties.
func with(base, more object) object {
	joined := maps.Clone(base)
	maps.Copy(joined, more)
	return joined
}

// eksCluster is a control plane, for rules about what a cluster has to come with.
var eksCluster = pack.Object{Type: "aws:eks/cluster:Cluster", Name: "cluster", Props: object{"version": "1.35"}}
