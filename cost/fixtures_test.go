package cost

import "testing"

type object = map[string]any

type list = []any

const stackURN = "urn:pulumi:test::satkube::pulumi:pulumi:Stack::satkube-test"

// urnOf is the URN of a resource; types of parents are left out, which no test looks at.
func urnOf(token, name string) string { return "urn:pulumi:test::satkube::" + token + "::" + name }

// thing is a resource below a component, or below the stack where there is none.
func thing(token, name, component string, inputs object) Resource {
	parent := stackURN
	if component != "" {
		parent = urnOf("satkube:x:X", component)
	}
	return Resource{URN: urnOf(token, name), Type: token, Name: name, Parent: parent, Inputs: inputs}
}

func component(name string) Resource { return thing("satkube:x:X", name, "", object{}) }

func provider(region any) Resource {
	return thing("pulumi:providers:aws", "aws", "", object{"region": region, "version": "7.12.0"})
}

func group(name, kind string, desired any, more object) Resource {
	inputs := object{
		"instanceTypes": list{kind, "m5.large"}, "capacityType": "ON_DEMAND", "launchTemplate": object{"id": Unknown, "version": Unknown},
		"scalingConfig": object{"desiredSize": desired, "minSize": 1.0, "maxSize": 9.0},
	}
	for key, value := range more {
		inputs[key] = value
	}
	return thing("aws:eks/nodeGroup:NodeGroup", name, "cluster", inputs)
}

func template(name string, sizes ...float64) Resource {
	var mappings list
	for _, size := range sizes {
		mappings = append(mappings, object{"deviceName": "/dev/xvda", "ebs": object{"volumeType": "gp3", "volumeSize": size}})
	}
	return thing("aws:ec2/launchTemplate:LaunchTemplate", name, "cluster", object{"blockDeviceMappings": mappings})
}

func controlPlane(policy string) Resource {
	return thing("aws:eks/cluster:Cluster", "cluster-eksCluster", "cluster", object{"version": "1.35", "upgradePolicy": object{"supportType": policy}})
}

func storageClass(name string, standard bool, parameters object) Resource {
	mark := "false"
	if standard {
		mark = "true"
	}
	return thing("kubernetes:storage.k8s.io/v1:StorageClass", "baseline-"+name, "baseline", object{
		"metadata":    object{"name": name, "annotations": object{"storageclass.kubernetes.io/is-default-class": mark}},
		"provisioner": "ebs.csi.aws.com", "parameters": parameters,
	})
}

func claimSpec(class, size any) object {
	spec := object{"resources": object{"requests": object{"storage": size}}}
	if class != nil {
		spec["storageClassName"] = class
	}
	return spec
}

func claim(name string, class, size any) Resource {
	return thing("kubernetes:core/v1:PersistentVolumeClaim", name, "node", object{"spec": claimSpec(class, size)})
}

func set(name string, replicas any, specs ...object) Resource {
	spec := object{"volumeClaimTemplates": list{}}
	if replicas != nil {
		spec["replicas"] = replicas
	}
	var templates list
	for _, claimed := range specs {
		templates = append(templates, object{"metadata": object{"name": "data"}, "spec": claimed})
	}
	spec["volumeClaimTemplates"] = templates
	return thing("kubernetes:apps/v1:StatefulSet", name, "monitoring", object{"spec": spec})
}

func estimate(t *testing.T, resources ...Resource) Estimate {
	t.Helper()
	e, err := Of(resources)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// reasons are why lines have no price, by what they are for.
func reasons(e Estimate) map[string]string {
	found := map[string]string{}
	for _, line := range e.Unpriced {
		found[line.What] = line.Reason
	}
	return found
}
