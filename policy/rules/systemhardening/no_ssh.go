package systemhardening

import "gitlab.com/thinkmassive/satkube/policy/pack"

// keyNames are the properties that give a machine an SSH key, by type.
var keyNames = map[string]string{
	"aws:eks/nodeGroup:NodeGroup":                     "remoteAccess",
	"aws:ec2/launchTemplate:LaunchTemplate":           "keyName",
	"aws:ec2/launchConfiguration:LaunchConfiguration": "keyName",
	"aws:ec2/instance:Instance":                       "keyName",
}

var noSSH = pack.Rule{
	Name: "no-ssh",
	Types: pack.PodCarriers().And(pack.Tokens("aws:eks/nodeGroup:NodeGroup", "aws:ec2/launchTemplate:LaunchTemplate",
		"aws:ec2/launchConfiguration:LaunchConfiguration", "aws:ec2/instance:Instance", "aws:ec2/keyPair:KeyPair")),
	Severity: pack.High,
	CKS:      "system-hardening/host-footprint",
	Must:     "Nobody logs into a node or a container by SSH.",
	Why:      "A key pair is root on every node for as long as the node lives, belongs to nobody in IAM, leaves no line in CloudTrail or the audit log, and a security group that EKS adds for remote access opens port 22 to everybody when it names no source.",
	Fix:      "Leave out remoteAccess, keyName and key pairs, and use SSM Session Manager or Bottlerocket's admin container; remove containers that listen on port 22 and use kubectl exec.",
	Refs:     []string{"CKV_AWS_100", "kube-linter ssh-port", "Kubescape C-0042"},
	Check: func(r pack.Resource, violate pack.Report) {
		if r.Type == "aws:ec2/keyPair:KeyPair" {
			violate("A key pair has to be removed: nodes are reached through SSM.")
		}
		if name, has := keyNames[r.Type]; has {
			if key := r.At(name); !key.Absent() {
				violate(key.Path() + " has to be left out.")
			}
		}
		for _, container := range r.Containers() {
			for _, port := range container.At("ports").List() {
				if number := port.At("containerPort"); number.Is(22) {
					violate(number.Path() + " is the one of SSH; it has to be removed.")
				}
			}
		}
	},
	Pass: pack.Cases{
		"a node group":      nodeGroup(object{"amiType": "BOTTLEROCKET_ARM_64"}),
		"a launch template": launchTemplate(object{"imageId": "ami-1"}),
		"no ports":          pod(spec(nil)),
		"other ports":       workload("kubernetes:apps/v1:DeploymentList", beside("initContainers", ports(nil))),
	},
	Fail: pack.Cases{
		"a node group":         nodeGroup(object{"remoteAccess": object{"ec2SshKey": "ops"}}),
		"a launch template":    launchTemplate(object{"keyName": "ops"}),
		"a launch config":      pack.One("aws:ec2/launchConfiguration:LaunchConfiguration", object{"keyName": "ops"}),
		"an instance":          pack.One("aws:ec2/instance:Instance", object{"keyName": "ops"}),
		"a key pair":           pack.One("aws:ec2/keyPair:KeyPair", object{"publicKey": "ssh-ed25519 AAAA"}),
		"a container":          pod(spec(object{"containers": list{container(ports(object{"containerPort": 22}))}})),
		"as a text":            pod(spec(object{"containers": list{container(ports(object{"containerPort": "22"}))}})),
		"an init container":    workload("kubernetes:batch/v1:CronJob", beside("initContainers", ports(object{"containerPort": 22}))),
		"a debug container":    pod(beside("ephemeralContainers", ports(object{"containerPort": 22}))),
		"a container, a Patch": workload("kubernetes:apps/v1:DeploymentPatch", beside("initContainers", ports(object{"containerPort": 22}))),
	},
}
