package systemhardening

import (
	"maps"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var hostPort = pack.Rule{
	Name:     "host-port",
	Types:    pack.PodCarriers(),
	Severity: pack.Medium,
	CKS:      "microservices/pod-security",
	Must:     "No container takes a port of the node.",
	Why:      "A host port listens on the node's own address, so the security group that lets nodes talk to each other opens it to the whole cluster; and no second such pod fits on the node.",
	Fix:      "Leave hostPort out of every container's ports and reach the pod through a Service.",
	Refs:     []string{"PSS baseline: hostPorts", "Kubescape C-0044, C-0204", "CKV_K8S_26", "KSV-0024", "Polaris hostPortSet"},
	Check: func(r pack.Resource, violate pack.Report) {
		for _, container := range r.Containers() {
			for _, port := range container.At("ports").List() {
				if taken := port.At("hostPort"); !taken.Absent() && !taken.Is(0) {
					violate(taken.Path() + " has to be left out.")
				}
			}
		}
	},
	Pass: pack.Cases{
		"no ports":                        pod(spec(nil)),
		"no host port":                    pod(beside("initContainers", ports(nil))),
		"host port 0":                     pod(beside("initContainers", ports(object{"hostPort": 0}))),
		"none in a list":                  workload("kubernetes:core/v1:PodList", beside("initContainers", ports(nil))),
		"0 in a Patch":                    workload("kubernetes:core/v1:PodPatch", object{"containers": list{container(object{"ports": list{object{"containerPort": 9090, "hostPort": 0.0}}})}, "initContainers": list{}, "ephemeralContainers": list{}}),
		"none in a ReplicationController": workload("kubernetes:core/v1:ReplicationController", beside("initContainers", ports(nil))),
	},
	Fail: pack.Cases{
		"a host port":             pod(spec(object{"containers": list{container(ports(object{"hostPort": 8080}))}})),
		"as a text":               pod(spec(object{"containers": list{container(ports(object{"hostPort": "8080"}))}})),
		"of an init container":    pod(beside("initContainers", ports(object{"hostPort": 8080}))),
		"of a debug container":    pod(beside("ephemeralContainers", ports(object{"hostPort": 8080}))),
		"in a Patch":              workload("kubernetes:apps/v1:DeploymentPatch", beside("initContainers", ports(object{"hostPort": 8080}))),
		"in a list of DaemonSets": workload("kubernetes:apps/v1:DaemonSetList", beside("initContainers", ports(object{"hostPort": 8080}))),
	},
}

// ports is a container's list of ports with one plain port and one with these fields.
func ports(fields object) object {
	port := object{"containerPort": 8080}
	maps.Copy(port, fields)
	return object{"ports": list{object{"containerPort": 9090}, port}}
}
