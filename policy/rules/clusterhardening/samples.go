package clusterhardening

import (
	"strings"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

const (
	rbac       = "kubernetes:rbac.authorization.k8s.io/v1:"
	eksCluster = "aws:eks/cluster:Cluster"
	nodeGroup  = "aws:eks/nodeGroup:NodeGroup"
)

// role is a Role, clusterRole a ClusterRole, rolePatch and roleList their twins, of these rules.
func role(rules ...any) pack.Case        { return pack.One(rbac+"Role", roleProps(rules)) }
func clusterRole(rules ...any) pack.Case { return pack.One(rbac+"ClusterRole", roleProps(rules)) }
func rolePatch(rules ...any) pack.Case   { return pack.One(rbac+"RolePatch", roleProps(rules)) }
func roleList(rules ...any) pack.Case {
	return pack.One(rbac+"ClusterRoleList", map[string]any{"items": []any{roleProps(rules)}})
}

func roleProps(rules []any) map[string]any {
	return map[string]any{"metadata": map[string]any{"name": "reader"}, "rules": rules}
}

// allow is a rule of a role: verbs on resources, both separated by spaces, in one API group.
func allow(verbs, group, resources string) map[string]any {
	return map[string]any{"verbs": words(verbs), "apiGroups": []any{group}, "resources": words(resources)}
}

// allowNamed is the same for the objects of one name.
func allowNamed(verbs, group, resources, name string) map[string]any {
	rule := allow(verbs, group, resources)
	rule["resourceNames"] = []any{name}
	return rule
}

func words(text string) []any {
	var list []any
	for _, word := range strings.Fields(text) {
		list = append(list, word)
	}
	return list
}

// binding is a ClusterRoleBinding or RoleBinding, by kind, of that role to these subjects.
func binding(kind, roleName string, subjects ...any) pack.Case {
	return pack.One(rbac+kind, bindingProps(roleName, subjects))
}

func bindingProps(roleName string, subjects []any) map[string]any {
	return map[string]any{
		"roleRef":  map[string]any{"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": roleName},
		"subjects": subjects,
	}
}

func subject(kind, name string) map[string]any {
	return map[string]any{"kind": kind, "name": name}
}

// statefulSet, cronJob and podPatch carry that pod specification.
func statefulSet(spec map[string]any) pack.Case {
	return pack.One("kubernetes:apps/v1:StatefulSet", map[string]any{"spec": map[string]any{"template": map[string]any{"spec": spec}}})
}

func cronJob(spec map[string]any) pack.Case {
	template := map[string]any{"template": map[string]any{"spec": spec}}
	return pack.One("kubernetes:batch/v1:CronJob", map[string]any{"spec": map[string]any{"jobTemplate": map[string]any{"spec": template}}})
}

func podPatch(spec map[string]any) pack.Case {
	return pack.One("kubernetes:core/v1:PodPatch", map[string]any{"spec": spec})
}

func podList(spec map[string]any) pack.Case {
	return pack.One("kubernetes:core/v1:PodList", map[string]any{"items": []any{map[string]any{"spec": spec}}})
}

// cluster is an EKS control plane with these properties.
func cluster(props map[string]any) pack.Case { return pack.One(eksCluster, props) }
