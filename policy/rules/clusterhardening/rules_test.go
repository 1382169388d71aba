package clusterhardening

import (
	"testing"

	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/policy/pack"
	"gitlab.com/thinkmassive/satkube/policy/pack/packtest"
)

func TestRules_HoldOnTheirOwnSamples(t *testing.T) {
	packtest.Prove(t, Rules())
}

func TestRules_FollowTheirSettings(t *testing.T) {
	admin := binding("ClusterRoleBinding", "cluster-admin", subject("Group", "break-glass"))
	account := func(namespace, name string) map[string]any {
		return map[string]any{"kind": "ServiceAccount", "namespace": namespace, "name": name}
	}
	maker := role(allow("create", "", "pods"))
	unnamed := pack.One(rbac+"Role", map[string]any{
		"metadata": map[string]any{"name": pack.Unknown}, "rules": []any{map[string]any{
			"apiGroups": []any{""}, "resources": []any{"pods"}, "verbs": []any{pack.Unknown},
		}},
	})
	client := pack.One("kubernetes:core/v1:Pod", map[string]any{
		"metadata": map[string]any{"namespace": "monitoring"},
		"spec":     map[string]any{"serviceAccountName": "prometheus", "automountServiceAccountToken": true},
	})
	cases := map[string]struct {
		rule     pack.Rule
		sample   pack.Case
		settings map[string]any
		want     []bool // of each finding, whether it is undecided
	}{
		"a subject that is named":   {clusterAdminBinding, admin, map[string]any{"subjects": []string{"Group/break-*"}}, nil},
		"a subject of another kind": {clusterAdminBinding, admin, map[string]any{"subjects": []string{"User/break-glass"}}, []bool{false}},
		"no subject at all": {
			clusterAdminBinding, binding("RoleBinding", "cluster-admin"),
			map[string]any{"subjects": []string{"Group/x"}},
			[]bool{false},
		},
		"a subject not known": {
			clusterAdminBinding, binding("RoleBinding", "cluster-admin", pack.Unknown),
			map[string]any{"subjects": []string{"Group/x"}},
			[]bool{true},
		},
		"an account that is named": {
			clusterAdminBinding, binding("RoleBinding", "cluster-admin", account("flux", "flux")),
			map[string]any{"subjects": []string{"ServiceAccount/flux/flux"}},
			nil,
		},
		"an account in other namespaces": {
			clusterAdminBinding, binding("RoleBinding", "cluster-admin", account("x", "flux")),
			map[string]any{"subjects": []string{"ServiceAccount/flux/flux"}},
			[]bool{false},
		},
		"a controller that is named":   {rbacCreatePods, maker, map[string]any{"controllers": []string{"reader"}}, nil},
		"a controller of another name": {rbacCreatePods, maker, map[string]any{"controllers": []string{"write*"}}, []bool{false}},
		"a role with nothing known":    {rbacCreatePods, unnamed, map[string]any{"controllers": []string{"reader"}}, []bool{true}},
		"a client of the API":          {automountOff, client, map[string]any{"apiClients": []string{"monitoring/prometheus"}}, nil},
		"not a client of the API":      {automountOff, client, map[string]any{"apiClients": []string{"bitcoin/*"}}, []bool{false}},
		"four administrators, all named": {
			accessPolicyScope, accessPolicyScope.Fail["four of them"],
			map[string]any{"clusterAdmins": []string{"arn:aws:iam::123456789012:role/*"}},
			nil,
		},
		"an administrator not named": {
			accessPolicyScope,
			pack.Case{administrator("one")},
			map[string]any{"clusterAdmins": []string{principal("two")}},
			[]bool{false, false},
		},
		"a namespaced viewer not named": {
			accessPolicyScope,
			pack.Case{viewer("one")},
			map[string]any{"clusterAdmins": []string{principal("two")}},
			nil,
		},
		"an association of nothing known": {
			accessPolicyScope,
			pack.Case{mystery("one")},
			map[string]any{"clusterAdmins": []string{principal("two")}},
			[]bool{true, true, true},
		},
		"four associations of nothing known": {accessPolicyScope, pack.Case{
			mystery("one"), mystery("two"), mystery("three"), mystery("four"),
		}, nil, []bool{true, true, true, true, true}}, // and the stack, because not every combination of so many unknowns was tried
		"an older version is enough": {
			eksVersionSupported, cluster(map[string]any{"version": "1.34"}),
			map[string]any{"minVersion": "1.34"},
			nil,
		},
		"the setting is no version": {
			eksVersionSupported, cluster(map[string]any{"version": "1.36"}),
			map[string]any{"minVersion": 1.35},
			[]bool{false},
		},
		"extended support is bought": {
			eksUpgradePolicy, eksUpgradePolicy.Fail["extended"],
			map[string]any{"supportTypes": []string{"STANDARD", "EXTENDED"}},
			nil,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			found := pack.Review([]pack.Rule{c.rule}, packtest.Inputs(c.sample), pack.Settings{c.rule.Name: c.settings})
			var undecided []bool
			for _, f := range found {
				undecided = append(undecided, f.Undecided)
			}
			require.Equal(t, c.want, undecided)
		})
	}
}

func mystery(name string) pack.Object {
	return pack.Object{Type: accessPolicyAssociation, Name: name, Props: map[string]any{
		"accessScope": pack.Unknown, "policyArn": pack.Unknown, "principalArn": pack.Unknown,
	}}
}

func TestNodeVersionSkew_IsUndecidedBetweenTwoClusters(t *testing.T) {
	other := pack.Object{Type: eksCluster, Name: "other", Props: map[string]any{"name": pack.Unknown, "version": "1.33"}}
	sample := pack.Case{versioned("1.36"), other, group(map[string]any{"clusterName": pack.Unknown, "version": "1.36"})}
	found := pack.Review([]pack.Rule{nodeVersionSkew}, packtest.Inputs(sample), nil)
	require.NotEmpty(t, found)
	for _, f := range found {
		require.True(t, f.Undecided)
	}
}
