package systemhardening

import "gitlab.com/thinkmassive/satkube/policy/pack"

var nodeEBSEncrypted = pack.Rule{
	Name:     "node-ebs-encrypted",
	Types:    pack.Tokens("aws:ec2/launchTemplate:LaunchTemplate", "aws:eks/nodeGroup:NodeGroup"),
	Severity: pack.High,
	CKS:      "system-hardening/host-footprint",
	Must:     "Every volume that a node starts with is encrypted.",
	Why:      "Images, logs, emptyDirs and the kubelet's copies of Secrets lie on the node's volumes; a snapshot of an unencrypted one is readable by whoever gets it shared or copied. A node group without a launch template gets such volumes from EKS.",
	Fix:      "Set blockDeviceMappings[].ebs.encrypted of the launch template to \"true\", with the volumes' KMS key, for every device of the image, and name the launch template in the node group.",
	Refs:     []string{"CKV_AWS_8", "AWS-0131", "AWS-0008", "pulumi/compliance-policies ec2 LaunchTemplate disallowUnencryptedBlockDevice"},
	Check: func(r pack.Resource, violate pack.Report) {
		if r.Type == "aws:eks/nodeGroup:NodeGroup" {
			if template := r.At("launchTemplate"); template.Absent() {
				violate(template.Path() + " has to be set: without it EKS makes the volumes, and not encrypted.")
			}
			return
		}
		mappings := r.At("blockDeviceMappings")
		devices := mappings.List()
		if len(devices) == 0 && mappings.Known() {
			violate(mappings.Path() + " has to list the image's volumes: what it does not list is not encrypted.")
		}
		for _, device := range devices {
			if encrypted := device.At("ebs", "encrypted"); !encrypted.Is(true) && !noVolume(device) {
				violate(encrypted.Path() + " has to be true.")
			}
		}
	},
	Pass: pack.Cases{
		"true, a text":   launchTemplate(object{"blockDeviceMappings": list{device("true"), device("true")}}),
		"true":           launchTemplate(object{"blockDeviceMappings": list{device(true)}}),
		"instance store": launchTemplate(object{"blockDeviceMappings": list{device("true"), object{"deviceName": "/dev/sdb", "virtualName": "ephemeral0"}}}),
		"a node group":   nodeGroup(object{"launchTemplate": object{"id": pack.Unknown, "version": "1"}}),
	},
	Fail: pack.Cases{
		"no mappings":           launchTemplate(object{"imageId": "ami-1"}),
		"an empty list":         launchTemplate(object{"blockDeviceMappings": list{}}),
		"no list":               launchTemplate(object{"blockDeviceMappings": "x"}),
		"left out":              launchTemplate(object{"blockDeviceMappings": list{object{"deviceName": "/dev/xvda", "ebs": object{"volumeSize": 4}}}}),
		"no volume told":        launchTemplate(object{"blockDeviceMappings": list{object{"deviceName": "/dev/xvda"}}}),
		"false":                 launchTemplate(object{"blockDeviceMappings": list{device("false")}}),
		"the second volume not": launchTemplate(object{"blockDeviceMappings": list{device("true"), device(false)}}),
		"no launch template":    nodeGroup(object{"diskSize": 20}),
	},
}

// noVolume tells whether a mapping makes no EBS volume: it names an instance store, or takes a device of the image away.
func noVolume(device pack.Value) bool {
	return device.At("ebs").Absent() && !(device.At("virtualName").Absent() && device.At("noDevice").Absent())
}

func device(encrypted any) object {
	return object{"deviceName": "/dev/xvda", "ebs": object{"encrypted": encrypted, "volumeSize": 4}}
}
