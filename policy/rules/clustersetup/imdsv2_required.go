package clustersetup

import "gitlab.com/thinkmassive/satkube/policy/pack"

// withMetadata are the types that say how an EC2 instance serves its metadata.
func withMetadata() pack.Types {
	return pack.Tokens(launchTemplate, instance, "aws:ec2/launchConfiguration:LaunchConfiguration", "aws:ec2/spotInstanceRequest:SpotInstanceRequest")
}

var imdsv2Required = pack.Rule{
	Name:     "imdsv2-required",
	Types:    withMetadata(),
	Severity: pack.High,
	CKS:      "cluster-setup/node-metadata",
	Must:     "EC2 instances serve their metadata to version 2 of the protocol only.",
	Why: "Version 1 answers any plain GET, so that a server-side request forgery in one web page is enough to read the credentials of the" +
		" node's role. Version 2 wants a token that such a request cannot fetch.",
	Fix:  "Set metadataOptions.httpTokens to required.",
	Refs: []string{"CKV_AWS_79", "Trivy AWS-0028", "Trivy AWS-0130", "Amazon EC2 user guide: instance metadata service options"},
	Check: func(r pack.Resource, violate pack.Report) {
		options := r.At("metadataOptions")
		if tokens := options.At("httpTokens"); !tokens.Is("required") && !options.At("httpEndpoint").Is("disabled") {
			violate(tokens.Path() + " does not require tokens; want required.")
		}
	},
	Pass: pack.Cases{
		"required":    pack.One(launchTemplate, object{"metadataOptions": object{"httpEndpoint": "enabled", "httpTokens": "required"}}),
		"an instance": pack.One(instance, object{"metadataOptions": object{"httpTokens": "required"}}),
		"no metadata": pack.One(launchTemplate, object{"metadataOptions": object{"httpEndpoint": "disabled"}}),
	},
	Fail: pack.Cases{
		"optional":    pack.One(launchTemplate, object{"metadataOptions": object{"httpTokens": "optional"}}),
		"left out":    pack.One(launchTemplate, object{"metadataOptions": object{"httpEndpoint": "enabled"}}),
		"no options":  pack.One(launchTemplate, object{"name": "nodes"}),
		"a list":      pack.One(launchTemplate, object{"metadataOptions": list{object{"httpTokens": "required"}}}),
		"an instance": pack.One(instance, object{"instanceType": "m7g.large"}),
	},
}
