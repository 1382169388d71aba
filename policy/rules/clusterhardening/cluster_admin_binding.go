package clusterhardening

import (
	"strings"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var clusterAdminBinding = pack.Rule{
	Name:     "cluster-admin-binding",
	Types:    pack.Kinds("RoleBinding", "ClusterRoleBinding"),
	Severity: pack.Critical,
	CKS:      "cluster-hardening/rbac",
	Must:     "Nobody is bound to the role cluster-admin, apart from subjects that the configuration names.",
	Why: "Whoever holds cluster-admin reads every Secret and enters every pod. One leaked token or one pod taken over is then the loss of " +
		"the seeds and channels of all nodes.",
	Fix: "Set roleRef.name to a role with only the verbs and resources that the subjects need, or name the subjects in the setting " +
		"subjects as Kind/name (ServiceAccount/namespace/name).",
	Refs: []string{
		"CIS EKS 1.8.0 4.1.1", "Kubescape C-0185", "Kubescape C-0035", "kube-linter cluster-admin-role-binding", "KSV-0111",
		"Polaris clusterrolebindingClusterAdmin",
	},
	Settings: map[string]any{"subjects": []string{}},
	Check: func(r pack.Resource, violate pack.Report) {
		name := r.At("roleRef", "name")
		if name.Is("cluster-admin") && !admitted(r.At("subjects"), r.Setting("subjects").Texts()) {
			violate(name.Path() + " is the role that may do everything; want a role with what the subjects need.")
		}
	},
	Pass: pack.Cases{
		"a role of its own":      binding("ClusterRoleBinding", "satkube-operator-read", subject("Group", "satkube:operators")),
		"a role in a namespace":  binding("RoleBinding", "backup", subject("ServiceAccount", "backup")),
		"a patch of another one": binding("RoleBindingPatch", "backup", subject("ServiceAccount", "backup")),
	},
	Fail: pack.Cases{
		"cluster-admin to a group":           binding("ClusterRoleBinding", "cluster-admin", subject("Group", "satkube:operators")),
		"cluster-admin within one namespace": binding("RoleBinding", "cluster-admin", subject("ServiceAccount", "lnd")),
		"a patch":                            binding("ClusterRoleBindingPatch", "cluster-admin", subject("User", "satoshi")),
		"no subject yet":                     binding("ClusterRoleBinding", "cluster-admin"),
		"in a list": pack.One(rbac+"ClusterRoleBindingList", map[string]any{
			"items": []any{bindingProps("cluster-admin", []any{subject("User", "satoshi")})},
		}),
	},
}

// admitted tells whether there are subjects and each of them is allowed. A binding without any is not: who joins it later is not
// looked at again.
func admitted(subjects pack.Value, allowed []string) bool {
	if len(allowed) == 0 {
		return false
	}
	list := subjects.List()
	if !subjects.Known() {
		return subjects.Absent()
	}
	for _, one := range list {
		if !listedSubject(one, allowed) {
			return false
		}
	}
	return len(list) > 0
}

func listedSubject(one pack.Value, allowed []string) bool {
	for _, entry := range allowed {
		kind, name, _ := strings.Cut(entry, "/")
		if !listed(one.At("kind"), []string{kind}) {
			continue
		}
		if kind != "ServiceAccount" && listed(one.At("name"), []string{name}) {
			return true
		}
		if kind == "ServiceAccount" && listedAccount(one.At("namespace"), one.At("name"), []string{name}) {
			return true
		}
	}
	return false
}
