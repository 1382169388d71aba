package systemhardening

import (
	"maps"
	"strings"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

type (
	object = map[string]any
	list   = []any
)

// container is a container with these fields over its name and image.
func container(fields object) object {
	c := object{"name": "app", "image": "docker.io/library/app:1"}
	maps.Copy(c, fields)
	return c
}

// spec is the specification of a pod with one plain container and these fields over it.
func spec(fields object) object {
	s := object{"containers": list{container(nil)}}
	maps.Copy(s, fields)
	return s
}

// beside is the specification of a pod with one plain container and another one in that list.
func beside(where string, fields object) object {
	return spec(object{where: list{container(fields)}})
}

// pod is a Pod of that specification.
func pod(s object) pack.Case { return workload("kubernetes:core/v1:Pod", s) }

// workload is a sample of any pod carrier, its twins among them.
func workload(token string, s object) pack.Case {
	return pack.One(token, carrier(token, object{}, s))
}

// annotated is a Pod with annotations.
func annotated(annotations, s object) pack.Case {
	token := "kubernetes:core/v1:Pod"
	return pack.One(token, carrier(token, object{"annotations": annotations}, s))
}

// carrier puts a pod's metadata and specification to where a kind has them.
func carrier(token string, meta, s object) object {
	kind := token[strings.LastIndex(token, ":")+1:]
	if plain, is := strings.CutSuffix(kind, "List"); is {
		return object{"items": list{carrier("kubernetes:core/v1:"+plain, meta, s)}}
	}
	template := object{"metadata": meta, "spec": s}
	switch strings.TrimSuffix(kind, "Patch") {
	case "Pod":
		return template
	case "PodTemplate":
		return object{"template": template}
	case "CronJob":
		return object{"spec": object{"jobTemplate": object{"spec": object{"template": template}}}}
	}
	return object{"spec": object{"template": template}}
}

// launchTemplate is an EC2 launch template, as nodes are made of.
func launchTemplate(props object) pack.Case {
	return pack.One("aws:ec2/launchTemplate:LaunchTemplate", props)
}

// nodeGroup is a managed node group.
func nodeGroup(props object) pack.Case { return pack.One("aws:eks/nodeGroup:NodeGroup", props) }
