package systemhardening

import (
	"regexp"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

// adminPolicy matches AWS' own policies with which one may become administrator.
var adminPolicy = regexp.MustCompile(`:policy/(AdministratorAccess|PowerUserAccess|IAMFullAccess)$`)

var iamAdmin = pack.Rule{
	Name: "iam-admin",
	Types: pack.Tokens("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "aws:iam/policyAttachment:PolicyAttachment",
		"aws:iam/userPolicyAttachment:UserPolicyAttachment", "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
		"aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive", "aws:iam/role:Role"),
	Severity: pack.Critical,
	CKS:      "system-hardening/least-privilege",
	Must:     "Nothing in the stack is an administrator of the AWS account.",
	Why:      "AdministratorAccess and PowerUserAccess own the account outright and IAMFullAccess makes itself a role that does, so a leaked credential of that one role ends in every key and volume there is.",
	Fix:      "Attach a policy of the stack's own that lists actions and ARNs instead of the managed policy in policyArn, policyArns or managedPolicyArns.",
	Refs:     []string{"CKV_AWS_274", "AWS: managed policies for job functions"},
	Check: func(r pack.Resource, violate pack.Report) {
		attached := []pack.Value{r.At("policyArn")}
		for _, name := range []string{"managedPolicyArns", "policyArns"} {
			attached = append(attached, r.At(name).List()...)
		}
		for _, policy := range attached {
			if policy.Matches(adminPolicy) {
				violate(policy.Path() + " has to be a policy that makes nobody an administrator.")
			}
		}
	},
	Pass: pack.Cases{
		"a node's policy": attachment("node", "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy"),
		"a role":          pack.One("aws:iam/role:Role", object{"managedPolicyArns": list{"arn:aws:iam::aws:policy/ReadOnlyAccess"}}),
		"none":            pack.One("aws:iam/role:Role", object{"assumeRolePolicy": "{}"}),
	},
	Fail: pack.Cases{
		"administrator":    attachment("ci", "arn:aws:iam::aws:policy/AdministratorAccess"),
		"power user":       attachment("ci", "arn:aws-us-gov:iam::aws:policy/PowerUserAccess"),
		"all of IAM":       attachment("ci", "arn:aws:iam::aws:policy/IAMFullAccess"),
		"a role's managed": pack.One("aws:iam/role:Role", object{"managedPolicyArns": list{"arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::aws:policy/AdministratorAccess"}}),
		"exclusive ones":   pack.One("aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive", object{"policyArns": list{"arn:aws:iam::aws:policy/PowerUserAccess"}}),
		"a user":           pack.One("aws:iam/userPolicyAttachment:UserPolicyAttachment", object{"policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}),
		"a group":          pack.One("aws:iam/groupPolicyAttachment:GroupPolicyAttachment", object{"policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}),
		"several at once":  pack.One("aws:iam/policyAttachment:PolicyAttachment", object{"policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}),
	},
}

// attachment attaches a managed policy to a role.
func attachment(role, policy string) pack.Case {
	return pack.One("aws:iam/rolePolicyAttachment:RolePolicyAttachment", object{"role": role, "policyArn": policy})
}
