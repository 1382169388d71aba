package systemhardening

import "gitlab.com/thinkmassive/satkube/policy/pack"

var iamNoUsers = pack.Rule{
	Name: "iam-no-users",
	Types: pack.Tokens("aws:iam/user:User", "aws:iam/accessKey:AccessKey", "aws:iam/userLoginProfile:UserLoginProfile",
		"aws:iam/sshKey:SshKey", "aws:iam/serviceSpecificCredential:ServiceSpecificCredential"),
	Severity: pack.High,
	CKS:      "system-hardening/least-privilege",
	Must:     "The stack makes no IAM user and no long-lived credential.",
	Why:      "An access key works from anywhere until somebody revokes it, and this one would lie in the stack's state as well; roles give credentials that end within hours.",
	Fix:      "Remove the user and its keys: people come through IAM Identity Center, pipelines through OIDC, and pods through an EKS Pod Identity association.",
	Refs:     []string{"CKV_AWS_273", "AWS-0143", "CKS 1.20: Minimize IAM roles"},
	Check: func(_ pack.Resource, violate pack.Report) {
		violate("An IAM user or its credential has to be replaced by a role.")
	},
	Pass: pack.Cases{
		"a role":       pack.One("aws:iam/role:Role", object{"assumeRolePolicy": "{}"}),
		"a Pod's role": pack.One("aws:eks/podIdentityAssociation:PodIdentityAssociation", object{"serviceAccount": "lnd"}),
	},
	Fail: pack.Cases{
		"a user":        pack.One("aws:iam/user:User", object{"name": "backup"}),
		"no inputs":     pack.One("aws:iam/user:User", nil),
		"a key":         pack.One("aws:iam/accessKey:AccessKey", object{"user": "backup"}),
		"a password":    pack.One("aws:iam/userLoginProfile:UserLoginProfile", object{"user": "backup"}),
		"an SSH key":    pack.One("aws:iam/sshKey:SshKey", object{"username": "backup"}),
		"for one thing": pack.One("aws:iam/serviceSpecificCredential:ServiceSpecificCredential", object{"userName": "backup"}),
	},
}
