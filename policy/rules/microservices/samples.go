package microservices

import (
	"maps"
	"strings"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

// Samples are built from these two.
type (
	object = map[string]any
	list   = []any
)

const (
	pod            = "kubernetes:core/v1:Pod"
	podPatch       = "kubernetes:core/v1:PodPatch"
	deployment     = "kubernetes:apps/v1:Deployment"
	statefulSet    = "kubernetes:apps/v1:StatefulSet"
	daemonSetPatch = "kubernetes:apps/v1:DaemonSetPatch"
	job            = "kubernetes:batch/v1:Job"
	cronJob        = "kubernetes:batch/v1:CronJob"
	deploymentList = "kubernetes:apps/v1:DeploymentList"
	namespace      = "kubernetes:core/v1:Namespace"
	configMap      = "kubernetes:core/v1:ConfigMap"
	secret         = "kubernetes:core/v1:Secret"
	service        = "kubernetes:core/v1:Service"
)

// carrier is a resource of that type around a pod's specification.
func carrier(token string, spec object) pack.Case { return pack.One(token, carried(token, spec)) }

func carried(token string, spec object) object {
	template := object{"template": object{"spec": spec}}
	switch kind := token[strings.LastIndex(token, ":")+1:]; {
	case kind == "DeploymentList":
		return object{"items": list{object{"spec": template}}}
	case strings.HasPrefix(kind, "CronJob"):
		return object{"spec": object{"jobTemplate": object{"spec": template}}}
	case strings.HasPrefix(kind, "Pod"):
		return object{"spec": spec}
	}
	return object{"spec": template}
}

// container is a container with a security context; other fields are added by with.
func container(securityContext object) object {
	return object{"name": "main", "image": "registry.example/app", "securityContext": securityContext}
}

// with returns a copy of the object with more fields.
func with(o, more object) object {
	merged := maps.Clone(o)
	maps.Copy(merged, more)
	return merged
}

// running is a pod of one container. starting and debugged have a second one, as an init and as an ephemeral container.
func running(c object) object { return object{"containers": list{c}} }

func starting(first, init object) object {
	return with(running(first), object{"initContainers": list{init}})
}

func debugged(first, ephemeral object) object {
	return with(running(first), object{"ephemeralContainers": list{ephemeral}})
}
