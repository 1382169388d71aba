package clustersetup

import (
	"testing"

	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/policy/pack"
	"gitlab.com/thinkmassive/satkube/policy/pack/packtest"
)

// dependent returns the sample with its last resource depending on the ones with these names.
func dependent(sample pack.Case, names ...string) []pack.Input {
	inputs := packtest.Inputs(sample)
	last := &inputs[len(inputs)-1]
	for _, input := range inputs {
		for _, name := range names {
			if input.Name == name {
				last.Dependencies = append(last.Dependencies, input.URN)
			}
		}
	}
	return inputs
}

func one(token, name string, props object) pack.Case {
	return pack.Case{{Type: token, Name: name, Props: props}}
}

func TestStackRules_FollowDependenciesWhereIDsAreNotKnown(t *testing.T) {
	subnets := joined(
		one(subnet, "private", object{"mapPublicIpOnLaunch": false}),
		one(subnet, "public", object{"mapPublicIpOnLaunch": true, "tags": object{"kubernetes.io/role/elb": "1"}}),
		one(nodeGroup, "nodes", object{"subnetIds": pack.Unknown}),
	)
	templates := joined(
		one(launchTemplate, "fixed", object{"imageId": "ami-0123456789abcdef0"}),
		one(launchTemplate, "floating", object{}),
		one(nodeGroup, "nodes", object{"launchTemplate": object{"id": pack.Unknown, "version": "1"}}),
	)
	networks := joined(
		one(vpc, "first", object{}),
		one(vpc, "second", object{}),
		one(defaultGroup, "default", object{"vpcId": pack.Unknown}),
	)
	for name, c := range map[string]struct {
		rule    pack.Rule
		inputs  []pack.Input
		refused string
	}{
		"nodes in private subnets":   {privateNodes, dependent(subnets, "private"), ""},
		"nodes in public subnets":    {privateNodes, dependent(subnets, "private", "public"), "nodes"},
		"nodes of a fixed image":     {binariesPinned, dependent(templates, "fixed"), ""},
		"nodes of a floating image":  {binariesPinned, dependent(templates, "floating"), "nodes"},
		"a VPC that nobody took":     {defaultSGClosed, dependent(networks, "first"), "second"},
		"a group for each VPC":       {defaultSGClosed, dependent(joined(networks, one(defaultGroup, "other", object{})), "second"), ""},
		"groups for only one of two": {defaultSGClosed, dependent(networks, "second"), "first"},
	} {
		t.Run(name, func(t *testing.T) {
			findings := pack.Review([]pack.Rule{c.rule}, c.inputs, nil)
			if c.refused == "" {
				require.Empty(t, findings)
				return
			}
			require.Len(t, findings, 1)
			require.False(t, findings[0].Undecided)
			require.Regexp(t, "::"+c.refused+"$", findings[0].URN)
		})
	}
}

func TestBinariesPinned_IsUndecidedWhereNothingTellsTheTemplate(t *testing.T) {
	templates := joined(one(launchTemplate, "fixed", object{"imageId": "ami-0123456789abcdef0"}), one(launchTemplate, "floating", object{}))
	nodes := one(nodeGroup, "nodes", object{"launchTemplate": object{"id": pack.Unknown, "version": "1"}})
	findings := pack.Review([]pack.Rule{binariesPinned}, packtest.Inputs(joined(templates, nodes)), nil)
	require.Len(t, findings, 1)
	require.True(t, findings[0].Undecided)
}

func TestRules_TakeTheirSettings(t *testing.T) {
	for name, c := range map[string]struct {
		rule     pack.Rule
		sample   pack.Case
		settings map[string]any
	}{
		"one more port":      {sgOpenIngress, ingressOf("tcp", 38333, 38333, "0.0.0.0/0"), map[string]any{"ports": []string{"38333"}}},
		"a public Service":   {serviceLoadbalancerScoped, balancer(nil, nil), map[string]any{"public": []string{"shop/web"}}},
		"another class":      {ingressClassAllowed, inNamespace(ingress, "web", object{"ingressClassName": "public"}), map[string]any{"classes": []string{"public"}}},
		"a controller's own": {netpolIngressOpen, policy(object{"ingress": list{from("0.0.0.0/0")}}), map[string]any{"ingressNamespaces": []string{"shop"}}},
		"another namespace":  {namespaceDefaultDeny, shop(), map[string]any{"systemNamespaces": []string{"shop"}}},
	} {
		t.Run(name, func(t *testing.T) {
			require.NotEmpty(t, pack.Review([]pack.Rule{c.rule}, packtest.Inputs(c.sample), nil))
			require.Empty(t, pack.Review([]pack.Rule{c.rule}, packtest.Inputs(c.sample), pack.Settings{c.rule.Name: c.settings}))
		})
	}
}

func TestRules_SayThatTheyCannotDecide(t *testing.T) {
	denied := object{"podSelector": object{}, "policyTypes": list{"Ingress", "Egress"}}
	for name, c := range map[string]struct {
		rule   pack.Rule
		sample pack.Case
	}{
		"a namespace and a policy without names yet": {namespaceDefaultDeny, joined(
			one(namespace, "shop", object{"metadata": object{"name": pack.Unknown}}),
			one(networkPolicy, "deny", object{"metadata": object{"namespace": pack.Unknown}, "spec": denied}),
		)},
		"a policy that is not known":      {namespaceDefaultDeny, joined(shop(), policy(pack.Unknown))},
		"labels that are not known":       {everyPodSelected, joined(inNamespace(deployment, "web", object{"template": object{"metadata": object{"labels": pack.Unknown}}}), policy(wanted("app", "NotIn", "db")))},
		"an add-on of unknown name":       {vpcCniNetworkPolicy, pack.One(addon, object{"addonName": pack.Unknown, "configurationValues": pack.Unknown})},
		"a cluster of unknown endpoints":  {eksPublicCidrs, controlPlane(pack.Unknown)},
		"a rule of unknown type":          {sgOpenIngress, pack.One(groupRule, object{"type": pack.Unknown, "protocol": "tcp", "fromPort": pack.Unknown, "toPort": pack.Unknown, "cidrBlocks": list{"0.0.0.0/0"}})},
		"a Service of unknown type":       {serviceLoadbalancerScoped, pack.One(service, object{"metadata": pack.Unknown, "spec": pack.Unknown})},
		"a patch that sets no type":       {serviceLoadbalancerScoped, pack.One(service+"Patch", object{"metadata": object{"name": "web"}})},
		"a range and its exceptions":      {netpolImdsBlocked, policy(object{"egress": list{object{"to": list{object{"ipBlock": object{"cidr": pack.Unknown, "except": pack.Unknown}}}}}})},
		"hosts and certificates":          {ingressTLS, inNamespace(ingress, "web", object{"tls": pack.Unknown, "rules": pack.Unknown})},
		"a template of unknown image":     {binariesPinned, joined(one(launchTemplate, "nodes", object{"name": "nodes", "imageId": pack.Unknown}), groupOn("nodes", "3", ""))},
		"a selector that is not known":    {netpolPolicytypesExplicit, policy(object{"podSelector": pack.Unknown, "policyTypes": list{"Ingress"}})},
		"a subnet that may be public":     {privateNodes, one(subnet, "a", object{"mapPublicIpOnLaunch": pack.Unknown})},
		"an interface that may be public": {privateNodes, one(launchTemplate, "a", object{"networkInterfaces": pack.Unknown})},
	} {
		t.Run(name, func(t *testing.T) {
			findings := pack.Review([]pack.Rule{c.rule}, packtest.Inputs(c.sample), nil)
			require.NotEmpty(t, findings)
			for _, f := range findings {
				require.True(t, f.Undecided, f.Message)
			}
		})
	}
}
