package clustersetup

import "gitlab.com/thinkmassive/satkube/policy/pack"

var imdsHopLimit = pack.Rule{
	Name:     "imds-hop-limit",
	Types:    withMetadata(),
	Severity: pack.High,
	CKS:      "cluster-setup/node-metadata",
	Must:     "Answers of the instance metadata service travel one hop.",
	Why: "A pod is one hop further away than its node. With a limit of two a pod gets a token, and with it the credentials of the node's role;" +
		" left out, the image or the account decides, and many of them say two.",
	Fix:  "Set metadataOptions.httpPutResponseHopLimit to 1 and give pods their rights by EKS Pod Identity.",
	Refs: []string{"CKV_AWS_341", "Amazon EKS best practices: restrict access to the instance profile", "Amazon EC2 user guide: instance metadata service options"},
	Check: func(r pack.Resource, violate pack.Report) {
		options := r.At("metadataOptions")
		if limit := options.At("httpPutResponseHopLimit"); !limit.AtMost(1) && !options.At("httpEndpoint").Is("disabled") {
			violate(limit.Path() + " is left out or above 1; want 1.")
		}
	},
	Pass: pack.Cases{
		"one":         pack.One(launchTemplate, object{"metadataOptions": object{"httpPutResponseHopLimit": 1}}),
		"as text":     pack.One(instance, object{"metadataOptions": object{"httpPutResponseHopLimit": "1"}}),
		"no metadata": pack.One(launchTemplate, object{"metadataOptions": object{"httpEndpoint": "disabled"}}),
	},
	Fail: pack.Cases{
		"two":         pack.One(launchTemplate, object{"metadataOptions": object{"httpPutResponseHopLimit": 2}}),
		"left out":    pack.One(launchTemplate, object{"metadataOptions": object{"httpTokens": "required"}}),
		"no options":  pack.One(launchTemplate, object{"name": "nodes"}),
		"a text":      pack.One(launchTemplate, object{"metadataOptions": object{"httpPutResponseHopLimit": "one"}}),
		"an instance": pack.One(instance, object{"metadataOptions": object{"httpPutResponseHopLimit": 64}}),
	},
}
