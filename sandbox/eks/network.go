package eks

import (
	"errors"
	"maps"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

const (
	securityGroupType     = "aws:ec2/securityGroup:SecurityGroup"
	securityGroupRuleType = "aws:ec2/securityGroupRule:SecurityGroupRule"

	// defaultDescription is what every Pulumi AWS SDK writes into a security group without a description.
	defaultDescription = "Managed by Pulumi"
)

type securityGroup struct {
	pulumi.CustomResourceState
}

type securityGroupRule struct {
	pulumi.CustomResourceState

	SecurityGroupRuleID pulumi.StringOutput `pulumi:"securityGroupRuleId"`
}

// chooseSubnets takes subnetIds, or else the public subnets followed by the private ones, as one output: one unknown
// subnet makes the whole list unknown.
func (c *cluster) chooseSubnets(*pulumi.Context) error {
	if c.args.SubnetIDs != nil {
		c.subnets = c.args.SubnetIDs
		return nil
	}
	lists := []any{}
	for _, ids := range []pulumi.StringArrayInput{c.args.PublicSubnetIDs, c.args.PrivateSubnetIDs} {
		if ids != nil {
			lists = append(lists, ids.ToStringArrayOutput())
		}
	}
	c.subnets = pulumi.All(lists...).ApplyT(func(all []any) []string {
		ids := []string{}
		for _, list := range all {
			ids = append(ids, list.([]string)...)
		}
		return ids
	}).(pulumi.StringArrayOutput)
	return nil
}

func (c *cluster) skipsSecurityGroups() bool {
	return c.args.SkipDefaultSecurityGroups != nil && *c.args.SkipDefaultSecurityGroups
}

func (c *cluster) newClusterSecurityGroup(ctx *pulumi.Context) error {
	if options(c.args.given).has("clusterSecurityGroup") {
		c.clusterGroup = &securityGroup{}
		return c.hydrate(ctx, "clusterSecurityGroup", securityGroupType, c.clusterGroup)
	}
	if c.skipsSecurityGroups() {
		return nil
	}
	name := c.name + "-eksClusterSecurityGroup"
	group, err := c.newSecurityGroup(ctx, name,
		mergeTags(map[string]string{"Name": name}, c.args.ClusterSecurityGroupTags, c.args.Tags))
	if err != nil {
		return err
	}
	c.clusterGroup = group
	_, err = c.newRule(ctx, "eksClusterInternetEgressRule", internetEgress(group))
	return err
}

func (c *cluster) newNodeSecurityGroup(ctx *pulumi.Context) error {
	if c.skipsSecurityGroups() {
		return nil
	}
	name := c.name + "-nodeSecurityGroup"
	owner := c.control.Name.ApplyT(func(cluster string) map[string]string {
		return map[string]string{"kubernetes.io/cluster/" + cluster: "owned"}
	}).(pulumi.StringMapOutput)
	var err error
	c.nodeGroup, err = c.newSecurityGroup(ctx, name,
		mergeTags(map[string]string{"Name": name}, owner, c.args.NodeSecurityGroupTags, c.args.Tags))
	if err != nil {
		return err
	}
	node, control := c.nodeGroup.ID(), c.clusterGroup.ID()
	for rule, inputs := range map[string]pulumi.Map{
		"eksNodeIngressRule": {
			"description":     pulumi.String("Allow nodes to communicate with each other"),
			"type":            pulumi.String("ingress"),
			"fromPort":        pulumi.Int(0),
			"toPort":          pulumi.Int(0),
			"protocol":        pulumi.String("-1"),
			"securityGroupId": node,
			"self":            pulumi.Bool(true),
		},
		"eksNodeClusterIngressRule": ingress(1025, 65535, node, control,
			"Allow worker Kubelets and pods to receive communication from the cluster control plane"),
		"eksExtApiServerClusterIngressRule": ingress(443, 443, node, control,
			"Allow pods running extension API servers on port 443 to receive communication from cluster control plane"),
		"eksNodeInternetEgressRule": internetEgress(c.nodeGroup),
	} {
		if _, err := c.newRule(ctx, rule, inputs); err != nil {
			return err
		}
	}
	c.ingressRule, err = c.newRule(ctx, "eksClusterIngressRule",
		ingress(443, 443, control, node, "Allow pods to communicate with the cluster API Server"))
	return err
}

func (c *cluster) newSecurityGroup(ctx *pulumi.Context, name string, tags pulumi.StringMapOutput) (*securityGroup, error) {
	group := &securityGroup{}
	err := ctx.RegisterResource(securityGroupType, name, pulumi.Map{
		"description":         pulumi.String(defaultDescription),
		"vpcId":               c.args.VpcID,
		"revokeRulesOnDelete": pulumi.Bool(true),
		"tags":                tags,
	}, group, pulumi.Parent(c))
	return group, err
}

func (c *cluster) newRule(ctx *pulumi.Context, name string, inputs pulumi.Map) (*securityGroupRule, error) {
	rule := &securityGroupRule{}
	err := ctx.RegisterResource(securityGroupRuleType, c.name+"-"+name, inputs, rule, pulumi.Parent(c))
	return rule, err
}

func internetEgress(group *securityGroup) pulumi.Map {
	return pulumi.Map{
		"description":     pulumi.String("Allow internet access."),
		"type":            pulumi.String("egress"),
		"fromPort":        pulumi.Int(0),
		"toPort":          pulumi.Int(0),
		"protocol":        pulumi.String("-1"),
		"cidrBlocks":      pulumi.StringArray{pulumi.String("0.0.0.0/0")},
		"securityGroupId": group.ID(),
	}
}

func ingress(from, to int, group, source pulumi.IDOutput, description string) pulumi.Map {
	return pulumi.Map{
		"description":           pulumi.String(description),
		"type":                  pulumi.String("ingress"),
		"fromPort":              pulumi.Int(from),
		"toPort":                pulumi.Int(to),
		"protocol":              pulumi.String("tcp"),
		"securityGroupId":       group,
		"sourceSecurityGroupId": source,
	}
}

// hydrate reads a resource that the caller passed by reference back from the engine.
func (c *cluster) hydrate(ctx *pulumi.Context, option, token string, into pulumi.CustomResource) error {
	v := options(c.args.given).value(option)
	if !v.IsResourceReference() {
		return errors.New(option + " is not a resource reference, want a resource of the same program")
	}
	urn := v.ResourceReferenceValue().URN
	return ctx.RegisterResource(token, urn.Name(), nil, into, pulumi.URN_(string(urn)))
}

// mergeTags returns own overlaid with the groups in their order: what every resource is tagged with wins.
func mergeTags(own map[string]string, groups ...pulumi.StringMapInput) pulumi.StringMapOutput {
	given := []any{}
	for _, tags := range groups {
		if tags != nil {
			given = append(given, tags.ToStringMapOutput())
		}
	}
	return pulumi.All(given...).ApplyT(func(all []any) map[string]string {
		merged := maps.Clone(own)
		for _, tags := range all {
			maps.Copy(merged, tags.(map[string]string))
		}
		return merged
	}).(pulumi.StringMapOutput)
}

func orBool(v pulumi.BoolPtrInput, missing bool) pulumi.Input {
	if v == nil {
		return pulumi.Bool(missing)
	}
	return v
}

func orString(v pulumi.StringPtrInput, missing string) pulumi.StringOutput {
	if v == nil {
		return pulumi.String(missing).ToStringOutput()
	}
	return v.ToStringPtrOutput().Elem()
}
