package eks

import (
	"crypto/sha1" //nolint:gosec // pulumi-eks names attachments by it; nothing is secured with it
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

const (
	roleType = "aws:iam/role:Role"

	modeConfigMap       = "CONFIG_MAP"
	modeAPI             = "API"
	modeAPIAndConfigMap = "API_AND_CONFIG_MAP"
)

// partition is where in AWS the program runs: it decides the service names and policy ARNs.
type partition struct {
	DNSSuffix string `pulumi:"dnsSuffix"`
	Partition string `pulumi:"partition"`
}

type role struct {
	pulumi.CustomResourceState

	Arn pulumi.StringOutput `pulumi:"arn"`
}

type serviceRole struct {
	pulumi.ResourceState
}

type plainResource struct {
	pulumi.CustomResourceState
}

// accessEntryArgs are who may reach the Kubernetes API, and with which access policies.
type accessEntryArgs struct {
	AccessPolicies   map[string]accessPolicyArgs `pulumi:"accessPolicies"`
	KubernetesGroups pulumi.StringArrayInput     `pulumi:"kubernetesGroups"`
	PrincipalArn     pulumi.StringInput          `pulumi:"principalArn"`
	Tags             pulumi.StringMapInput       `pulumi:"tags"`
	Type             pulumi.StringPtrInput       `pulumi:"type"`
	Username         pulumi.StringPtrInput       `pulumi:"username"`
}

type accessPolicyArgs struct {
	AccessScope pulumi.MapInput    `pulumi:"accessScope"`
	PolicyArn   pulumi.StringInput `pulumi:"policyArn"`
}

func usesAccessEntries(mode string) bool {
	return mode == modeAPI || mode == modeAPIAndConfigMap
}

func (c *cluster) lookUpPartition(ctx *pulumi.Context) error {
	if err := ctx.Invoke("aws:index/getPartition:getPartition", nil, &c.aws, pulumi.Parent(c)); err != nil {
		return err
	}
	if c.aws.Partition == "" || c.aws.DNSSuffix == "" {
		return errors.New("aws:index/getPartition:getPartition returns no partition or dnsSuffix, want both")
	}
	return nil
}

// newServiceRole makes the role that EKS assumes, unless the caller brings one.
func (c *cluster) newServiceRole(ctx *pulumi.Context) error {
	c.role = &role{}
	if options(c.args.given).has("serviceRole") {
		return c.hydrate(ctx, "serviceRole", roleType, c.role)
	}
	name := c.name + "-eksRole"
	parent := &serviceRole{}
	if err := ctx.RegisterComponentResource("eks:index:ServiceRole", name, parent, pulumi.Parent(c)); err != nil {
		return err
	}
	trust, err := trustPolicy("eks." + c.aws.DNSSuffix)
	if err != nil {
		return err
	}
	err = ctx.RegisterResource(roleType, name+"-role", pulumi.Map{
		"assumeRolePolicy": pulumi.String(trust),
		"description":      pulumi.String("Allows EKS to manage clusters on your behalf."),
		"tags":             c.args.Tags,
	}, c.role, pulumi.Parent(parent))
	if err != nil {
		return err
	}
	const policy = ":iam::aws:policy/AmazonEKSClusterPolicy"
	attachment := &plainResource{}
	// The name is made from the ARN in the commercial partition, wherever the cluster runs.
	err = ctx.RegisterResource("aws:iam/rolePolicyAttachment:RolePolicyAttachment", name+"-"+shortHash("arn:aws"+policy), pulumi.Map{
		"policyArn": pulumi.String("arn:" + c.aws.Partition + policy),
		"role":      reference(c.role),
	}, attachment, pulumi.Parent(parent))
	if err != nil {
		return err
	}
	c.roleReady = []pulumi.Resource{c.role, attachment}
	return ctx.RegisterResourceOutputs(parent, pulumi.Map{"role": reference(c.role)})
}

// newNodeAccess makes the aws-auth ConfigMap of the older authentication modes. It maps no role: role mappings and
// instance roles are not modelled.
func (c *cluster) newNodeAccess(ctx *pulumi.Context) error {
	if c.args.AuthenticationMode != nil && *c.args.AuthenticationMode == modeAPI {
		return nil
	}
	access := &plainResource{}
	c.authorized = append(c.authorized, access)
	return ctx.RegisterResource("kubernetes:core/v1:ConfigMap", c.name+"-nodeAccess", pulumi.Map{
		"apiVersion": pulumi.String("v1"),
		"kind":       pulumi.String("ConfigMap"),
		"immutable":  pulumi.Bool(false),
		"metadata": pulumi.Map{
			"name":        pulumi.String("aws-auth"),
			"namespace":   pulumi.String("kube-system"),
			"annotations": pulumi.Map{"pulumi.com/patchForce": pulumi.String("true")},
		},
		"data": pulumi.Map{"mapRoles": pulumi.String("[]\n")},
	}, access, pulumi.Parent(c), pulumi.Provider(c.kubernetes), pulumi.Version(kubernetesVersion))
}

func (c *cluster) newAccessEntries(ctx *pulumi.Context) error {
	c.entries = pulumi.Array{}
	for _, name := range slices.Sorted(maps.Keys(c.args.AccessEntries)) {
		if err := c.newAccessEntry(ctx, c.name+"-"+name, c.args.AccessEntries[name]); err != nil {
			return err
		}
	}
	return nil
}

func (c *cluster) newAccessEntry(ctx *pulumi.Context, name string, args accessEntryArgs) error {
	entry := &plainResource{}
	err := ctx.RegisterResource("aws:eks/accessEntry:AccessEntry", name, pulumi.Map{
		"clusterName":      c.control.Name,
		"kubernetesGroups": args.KubernetesGroups,
		"principalArn":     args.PrincipalArn,
		"tags":             args.Tags,
		"type":             args.Type,
		"userName":         args.Username,
	}, entry, pulumi.Parent(c), pulumi.DependsOn([]pulumi.Resource{c.control}))
	if err != nil {
		return err
	}
	c.authorized = append(c.authorized, entry)
	c.entries = append(c.entries, pulumi.Map{
		"kubernetesGroups": args.KubernetesGroups,
		"principalArn":     args.PrincipalArn,
		"tags":             args.Tags,
		"type":             args.Type,
		"username":         args.Username,
	})
	for _, policy := range slices.Sorted(maps.Keys(args.AccessPolicies)) {
		association := args.AccessPolicies[policy]
		err := ctx.RegisterResource("aws:eks/accessPolicyAssociation:AccessPolicyAssociation", name+"-"+policy, pulumi.Map{
			"accessScope":  association.AccessScope,
			"clusterName":  c.control.Name,
			"policyArn":    association.PolicyArn,
			"principalArn": args.PrincipalArn,
		}, &plainResource{}, pulumi.Parent(entry), pulumi.DependsOn([]pulumi.Resource{entry}))
		if err != nil {
			return err
		}
	}
	return nil
}

// trustPolicy lets a service assume the role. The fields are in the order in which the genuine provider writes them,
// as reviewers and diffs see the text.
func trustPolicy(service string) (string, error) {
	type principal struct{ Service []string }
	type statement struct {
		Action    []string
		Effect    string
		Principal principal
	}
	text, err := json.Marshal(struct {
		Version   string
		Statement []statement
	}{"2012-10-17", []statement{{
		[]string{"sts:AssumeRole", "sts:TagSession"}, "Allow", principal{[]string{service}},
	}}})
	return string(text), err
}

func shortHash(s string) string {
	sum := sha1.Sum([]byte(s)) //nolint:gosec // see the import
	return hex.EncodeToString(sum[:])[:8]
}

// reference passes a resource itself as a value. It goes through the URN so that the dependency is recorded and the
// reference is known during a preview.
func reference(r pulumi.Resource) pulumi.Input {
	return r.URN().ApplyT(func(pulumi.URN) pulumi.Resource { return r })
}
