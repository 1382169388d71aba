package clustersetup

import "gitlab.com/thinkmassive/satkube/policy/pack"

type (
	object = map[string]any
	list   = []any
)

// joined are samples of a stack that holds all resources of several samples.
func joined(cases ...pack.Case) pack.Case {
	var all pack.Case
	for _, c := range cases {
		all = append(all, c...)
	}
	return all
}

// controlPlane is a sample of an EKS cluster with that vpcConfig.
func controlPlane(vpcConfig any) pack.Case {
	return pack.One(cluster, object{"version": "1.35", "vpcConfig": vpcConfig})
}

// inNamespace is a sample of a Kubernetes object with that spec.
func inNamespace(token, name string, spec any) pack.Case {
	return pack.Case{{Type: token, Name: name, Props: object{"metadata": object{"name": name, "namespace": "shop"}, "spec": spec}}}
}

// policy is a sample of a NetworkPolicy with that spec, in the namespace shop.
func policy(spec any) pack.Case { return inNamespace(networkPolicy, "policy", spec) }

// policyPatch and policyList are a patch and a list with one NetworkPolicy of that spec.
func policyPatch(spec any) pack.Case { return inNamespace(networkPolicy+"Patch", "policy", spec) }

func policyList(spec any) pack.Case {
	return pack.One(networkPolicy+"List", object{"items": list{object{"metadata": object{"name": "policy", "namespace": "shop"}, "spec": spec}}})
}

// from and to are rules of NetworkPolicies with one range of addresses.
func from(cidr string, except ...any) object { return object{"from": list{ipBlock(cidr, except)}} }

func to(cidr string, except ...any) object { return object{"to": list{ipBlock(cidr, except)}} }

func ipBlock(cidr string, except list) object {
	block := object{"cidr": cidr}
	if len(except) > 0 {
		block["except"] = except
	}
	return object{"ipBlock": block}
}

// peer is a NetworkPolicy's peer by labels.
func peer(app string) object {
	return object{"podSelector": object{"matchLabels": object{"app": app}}}
}

// web is a sample of a Deployment in the namespace shop whose pods carry the label app and have that container.
func web(app string, container object) pack.Case {
	return inNamespace(deployment, "web", object{"template": pod(app, container)})
}

func pod(app string, container object) object {
	return object{"metadata": object{"labels": object{"app": app}}, "spec": object{"containers": list{container}}}
}

// env is an environment variable of a container with a literal value.
func env(name, value string) object { return object{"name": name, "value": value} }
