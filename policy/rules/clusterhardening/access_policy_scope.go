package clusterhardening

import (
	"regexp"
	"slices"
	"strconv"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

const accessPolicyAssociation = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"

var clusterAdminPolicy = regexp.MustCompile(`/AmazonEKSClusterAdminPolicy$`)

// maxClusterAdmins is how many associations may cover the whole cluster while nobody is named: a deployer, a break-glass role and
// one more. The platform takes its administrators from the stack's configuration, so the pack cannot know their names by itself.
const maxClusterAdmins = 3

var accessPolicyScope = pack.Rule{
	Name:     "access-policy-scope",
	Types:    pack.Tokens(accessPolicyAssociation),
	Severity: pack.High,
	CKS:      "cluster-hardening/api-access",
	Must: "EKS access policies are scoped to namespaces. Over the whole cluster they are for principals in the setting clusterAdmins or, " +
		"while it is empty, for three associations of a stack at most.",
	Why: "A principal with a policy over the whole cluster reaches the wallets of every namespace, those of later ones too; a long list of " +
		"such principals is one that nobody reads.",
	Fix: "Set accessScope.type to namespace with accessScope.namespaces and a lesser policyArn, or name the principal's ARN in the setting " +
		"clusterAdmins, where * stands for anything.",
	Refs:     []string{"CIS EKS 1.8.0 4.1.1", "CIS EKS 1.8.0 4.1.7", "EKS access policies"},
	Settings: map[string]any{"clusterAdmins": []string{}},
	CheckStack: func(s pack.Stack, violate pack.StackReport) {
		admins := s.Setting("clusterAdmins").Texts()
		var broad []pack.Resource
		for _, r := range s.All(pack.Tokens(accessPolicyAssociation)) {
			reasons := broadReasons(r)
			if len(reasons) == 0 {
				continue
			}
			broad = append(broad, r)
			// Each reason is a message of its own: one alone may be known.
			for _, reason := range reasons {
				if len(admins) > 0 && !listed(r.At("principalArn"), admins) {
					violate(r, reason+" and principalArn is not in the setting clusterAdmins.")
				}
			}
		}
		if len(admins) > 0 || len(broad) <= maxClusterAdmins {
			return
		}
		for _, r := range broad {
			violate(r, "It is one of more than "+strconv.Itoa(maxClusterAdmins)+" associations that cover the whole cluster; want accessScope.type "+
				"namespace, or the setting clusterAdmins.")
		}
	},
	Pass: pack.Cases{
		"one namespace":   {association("one", "AmazonEKSEditPolicy", map[string]any{"type": "namespace", "namespaces": []any{"bitcoin-testnet"}})},
		"three of them":   {administrator("one"), administrator("two"), administrator("three")},
		"none":            {{Type: "aws:eks/accessEntry:AccessEntry", Name: "one", Props: map[string]any{"principalArn": principal("one")}}},
		"many with scope": {administrator("one"), administrator("two"), administrator("three"), viewer("four"), viewer("five")},
	},
	Fail: pack.Cases{
		"four of them": {administrator("one"), administrator("two"), administrator("three"), administrator("four")},
		"scope left out": {
			administrator("one"), administrator("two"), administrator("three"), association("four", "AmazonEKSViewPolicy", nil),
		},
		"every namespace by its pattern": {
			administrator("one"), administrator("two"), administrator("three"),
			association("four", "AmazonEKSEditPolicy", map[string]any{"type": "namespace", "namespaces": []any{"*"}}),
		},
		"the administrator's policy in namespaces": {
			administrator("one"), administrator("two"), administrator("three"),
			association("four", "AmazonEKSClusterAdminPolicy", map[string]any{"type": "namespace", "namespaces": []any{"bitcoin-testnet"}}),
		},
	},
}

// broadReasons says why an association counts as one over the whole cluster; nothing when it does not.
func broadReasons(r pack.Resource) []string {
	var reasons []string
	if policy := r.At("policyArn"); wrong(policy, policy.Matches(clusterAdminPolicy)) {
		reasons = append(reasons, policy.Path()+" is the administrator's policy")
	}
	if scope := r.At("accessScope", "type"); !scope.Is("namespace") {
		reasons = append(reasons, scope.Path()+" is not namespace")
	}
	namespaces := r.At("accessScope", "namespaces")
	if slices.ContainsFunc(namespaces.List(), func(one pack.Value) bool { return wrong(one, one.Is("*")) }) {
		reasons = append(reasons, namespaces.Path()+" covers every namespace")
	}
	return reasons
}

// wrong tells whether a value is what it must not be. One that is not known is fine in the run that assumes the best, as it is for
// what must be there: or else one unknown makes the association broad in one run, a second one in the other, and it counts for sure.
func wrong(v pack.Value, is bool) bool {
	if v.Known() {
		return is
	}
	return !v.Absent()
}

func administrator(name string) pack.Object {
	return association(name, "AmazonEKSClusterAdminPolicy", map[string]any{"type": "cluster"})
}

func viewer(name string) pack.Object {
	return association(name, "AmazonEKSViewPolicy", map[string]any{"type": "namespace", "namespaces": []any{"bitcoin-testnet"}})
}

func association(name, policy string, scope map[string]any) pack.Object {
	props := map[string]any{"policyArn": "arn:aws:eks::aws:cluster-access-policy/" + policy, "principalArn": principal(name)}
	if scope != nil {
		props["accessScope"] = scope
	}
	return pack.Object{Type: accessPolicyAssociation, Name: name, Props: props}
}

func principal(name string) string { return "arn:aws:iam::123456789012:role/" + name }
