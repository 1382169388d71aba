package config

import (
	"fmt"
	"regexp"
	"strings"
)

const (
	wantAdmins    = "at least one IAM user or role ARN, including that of whoever runs pulumi up"
	wantPrincipal = "the ARN of an IAM user or role, such as arn:aws:iam::123456789012:role/NAME"
)

// principalForm matches what an EKS access entry accepts as principalArn. A path before the name is allowed.
var principalForm = regexp.MustCompile(`^arn:(aws|aws-cn|aws-us-gov):iam::[0-9]{12}:(user|role)/[A-Za-z0-9_+=,.@/-]*[A-Za-z0-9_+=,.@-]$`)

// checkPrincipals checks who gets into the cluster: access entries are the only way in, so a wrong one locks people out.
func checkPrincipals(e EKS, found *mistakes) {
	// Refused cluster.eks.admins: an empty list. EKS' own bootstrap admin is switched off, so nobody could enter the cluster, not even the run that builds it.
	if len(e.Admins) == 0 {
		found.add("cluster.eks.admins", []any{}, wantAdmins)
	}
	first := map[string]string{}
	checkPrincipalList("admins", e.Admins, e.Region, first, found)
	checkPrincipalList("operators", e.Operators, e.Region, first, found)
}

// policyForm matches the ARN of a policy of the account's own or of AWS'.
var policyForm = regexp.MustCompile(`^arn:(aws|aws-cn|aws-us-gov):iam::([0-9]{12}|aws):policy/[A-Za-z0-9_+=,.@/-]*[A-Za-z0-9_+=,.@-]$`)

// checkBoundary checks the form only: whether the policy is there, and wide enough, AWS says.
func checkBoundary(e EKS, found *mistakes) {
	parts := policyForm.FindStringSubmatch(e.PermissionsBoundary)
	switch path := "cluster.eks.permissionsBoundary"; {
	case e.PermissionsBoundary == "":
	// Refused cluster.eks.permissionsBoundary: anything else than the ARN of an IAM policy.
	case parts == nil:
		found.add(path, e.PermissionsBoundary, "the ARN of an IAM policy, such as arn:aws:iam::123456789012:policy/NAME")
	// Refused cluster.eks.permissionsBoundary: a policy of another partition than the region's.
	case found.clean("cluster.eks.region") && parts[1] != partition(e.Region):
		found.add(path, e.PermissionsBoundary, "an ARN of partition "+partition(e.Region)+", which region "+e.Region+" is in")
	}
}

// checkPrincipalList remembers in first where each ARN stood first.
func checkPrincipalList(list string, arns []string, region string, first map[string]string, found *mistakes) {
	for i, arn := range arns {
		name := fmt.Sprintf("%s[%d]", list, i)
		path := "cluster.eks." + name
		parts := principalForm.FindStringSubmatch(arn)
		switch {
		// Refused cluster.eks.admins[], operators[]: the account's root user, whose rights no policy can limit.
		case strings.HasPrefix(arn, "arn:") && strings.HasSuffix(arn, ":root"):
			found.add(path, arn, "an IAM user or role, never the account's root")
		// Refused cluster.eks.admins[], operators[]: the ARN of a role's session (arn:aws:sts::…:assumed-role/…), which access entries do not match; give the role itself.
		case strings.Contains(arn, ":assumed-role/"):
			found.add(path, arn, "the ARN of the role itself, not of its session")
		// Refused cluster.eks.admins[], operators[]: anything else that is not the ARN of an IAM user or role.
		case parts == nil:
			found.add(path, arn, wantPrincipal)
		// Refused cluster.eks.admins[], operators[]: an ARN of another partition (aws, aws-cn, aws-us-gov) than the region's. An account exists in one of them.
		case found.clean("cluster.eks.region") && parts[1] != partition(region):
			found.add(path, arn, "an ARN of partition "+partition(region)+", which region "+region+" is in")
		// Refused cluster.eks.admins[], operators[]: a principal that is listed twice. EKS has one access entry for each, so an operator who is also an admin would be decided by chance.
		case first[arn] != "":
			found.add(path, arn, "a principal that is not already "+first[arn])
		default:
			first[arn] = name
		}
	}
}

// partition is the part of AWS' world that a region belongs to, as ARNs name it.
func partition(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}
