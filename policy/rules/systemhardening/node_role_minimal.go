package systemhardening

import (
	"slices"
	"strings"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var (
	roles        = pack.Tokens("aws:iam/role:Role")
	attachments  = pack.Tokens("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
	rolePolicies = pack.Tokens("aws:iam/rolePolicy:RolePolicy")
)

var nodeRoleMinimal = pack.Rule{
	Name:     "node-role-minimal",
	Types:    roles.And(attachments).And(rolePolicies),
	Severity: pack.High,
	CKS:      "system-hardening/least-privilege",
	Must:     "A node's role may join the cluster, pull images and be managed by SSM, and nothing else.",
	Why:      "Every process that gets at the node's metadata has the node's role: with the CNI's policy on it, it detaches the network of other nodes; with anything of the application's, one broken pod has the rights of all.",
	Fix:      "Attach no more than AmazonEKSWorkerNodePolicy, AmazonEC2ContainerRegistryPullOnly and AmazonSSMManagedInstanceCore to the role that EC2 assumes, and give everything else, the CNI's policy too, to a service account by EKS Pod Identity.",
	Refs:     []string{"CIS EKS 1.8.0 5.1.3", "Kubescape C-0223", "AWS: Amazon EKS node IAM role"},
	Settings: map[string]any{"policies": []string{
		"AmazonEKSWorkerNodePolicy", "AmazonEKSWorkerNodeMinimalPolicy", "AmazonEC2ContainerRegistryPullOnly", "AmazonSSMManagedInstanceCore",
	}},
	CheckStack: func(s pack.Stack, violate pack.StackReport) {
		allowed := managedPolicies(s.Setting("policies").Texts())
		for _, role := range s.All(roles) {
			if !assumedByEC2(role.At("assumeRolePolicy").JSON()) {
				continue
			}
			for _, policy := range role.At("managedPolicyArns").List() {
				if !policy.In(allowed...) {
					violate(role, policy.Path()+" has to be one of the policies that a node needs.")
				}
			}
			if inline := role.At("inlinePolicies"); !inline.Absent() {
				violate(role, inline.Path()+" has to be left out of a node's role.")
			}
			for _, a := range s.All(attachments) {
				if policy := a.At("policyArn"); !policy.In(allowed...) && attached(a, role) {
					violate(a, policy.Path()+" has to be one of the policies that a node needs.")
				}
			}
			for _, p := range s.All(rolePolicies) {
				if attached(p, role) {
					violate(p, "A node's role has to have no policy of its own.")
				}
			}
		}
	},
	Pass: pack.Cases{
		"what a node needs": onRole("ec2.amazonaws.com", "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy"),
		"in GovCloud":       onRole("ec2.amazonaws.com", "arn:aws-us-gov:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly"),
		"a pod's role":      onRole("pods.eks.amazonaws.com", "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy"),
		"another role's": append(onRole("ec2.amazonaws.com", "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy"),
			pack.Object{Type: "aws:iam/rolePolicyAttachment:RolePolicyAttachment", Name: "cni", Props: object{"role": "cni", "policyArn": "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy"}}),
		"no role": {{Type: "aws:iam/rolePolicyAttachment:RolePolicyAttachment", Name: "a", Props: object{"role": "node", "policyArn": "arn:aws:iam::aws:policy/AmazonS3FullAccess"}}},
	},
	Fail: pack.Cases{
		"the CNI's":          onRole("ec2.amazonaws.com", "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy"),
		"a storage driver's": onRole("ec2.amazonaws.com", "arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy"),
		"an own one":         onRole("ec2.amazonaws.com", "arn:aws:iam::123456789012:policy/AmazonEKSWorkerNodePolicy"),
		"in China":           onRole("ec2.amazonaws.com.cn", "arn:aws-cn:iam::aws:policy/AmazonS3FullAccess"),
		"a managed one": {{Type: "aws:iam/role:Role", Name: "node", Props: object{
			"assumeRolePolicy": trust("ec2.amazonaws.com"), "managedPolicyArns": list{"arn:aws:iam::aws:policy/AmazonS3FullAccess"},
		}}},
		"an inline one": {{Type: "aws:iam/role:Role", Name: "node", Props: object{
			"assumeRolePolicy": trust("ec2.amazonaws.com"), "inlinePolicies": list{object{"name": "s3", "policy": "{}"}},
		}}},
		"a policy of its own": {
			{Type: "aws:iam/role:Role", Name: "node", Props: object{"name": "node", "assumeRolePolicy": trust("ec2.amazonaws.com")}},
			{Type: "aws:iam/rolePolicy:RolePolicy", Name: "s3", Props: object{"role": "node", "policy": "{}"}},
		},
	},
}

// assumedByEC2 tells whether a trust policy lets EC2 assume the role: in a stack of a cluster, that is what a node's role is.
func assumedByEC2(trust pack.Value) bool {
	for _, statement := range trust.At("Statement").Each() {
		for _, service := range statement.At("Principal", "Service").Each() {
			if service.In("ec2.amazonaws.com", "ec2.amazonaws.com.cn") {
				return true
			}
		}
	}
	return false
}

// attached tells whether a policy or its attachment is the role's. Names tell when they are known; the one that Pulumi makes up for a
// role stands in its inputs. Otherwise it depends on the role or not. A review without an engine knows neither: there the name of the
// resource stands for the role's, and a reference that is not known leaves the check open.
func attached(policy, role pack.Resource) bool {
	named, name := policy.At("role"), role.At("name")
	if named.Known() && name.Known() && named.Given() && name.Given() {
		return strings.EqualFold(named.Text(), name.Text())
	}
	if len(policy.Dependencies) > 0 {
		return slices.Contains(policy.Dependencies, role.URN)
	}
	if named.Text() == "" || name.Text() != "" {
		return false
	}
	return named.Is(role.Name)
}

// managedPolicies returns the ARNs of AWS' own policies of these names, in every partition.
func managedPolicies(names []string) []string {
	var arns []string
	for _, name := range names {
		for _, partition := range []string{"aws", "aws-cn", "aws-us-gov"} {
			arns = append(arns, "arn:"+partition+":iam::aws:policy/"+name)
		}
	}
	return arns
}

// onRole is a role that a service assumes, with a policy attached.
func onRole(service, policy string) pack.Case {
	return pack.Case{
		{Type: "aws:iam/role:Role", Name: "node", Props: object{"name": "node", "assumeRolePolicy": trust(service)}},
		{Type: "aws:iam/rolePolicyAttachment:RolePolicyAttachment", Name: "policy", Props: object{"role": "node", "policyArn": policy}},
	}
}

func trust(service string) string {
	return `{"Statement":[{"Effect":"Allow","Principal":{"Service":"` + service + `"},"Action":"sts:AssumeRole"}]}`
}
