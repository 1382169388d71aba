package eks

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/provider"
)

const (
	clusterType = "eks:index:Cluster"

	// kubernetesVersion is the release of the Kubernetes provider that pulumi-eks 4.0.1 was built with; it asks for it
	// by number, whichever one the program itself uses.
	kubernetesVersion = "4.27.0"
)

// cluster is the component while it is being built: every step adds its children and leaves what later steps need.
type cluster struct {
	pulumi.ResourceState

	name string
	args *clusterArgs
	aws  partition

	clusterGroup *securityGroup
	nodeGroup    *securityGroup
	ingressRule  *securityGroupRule
	role         *role
	roleReady    []pulumi.Resource
	subnets      pulumi.StringArrayInput
	control      *controlPlane
	kubeconfig   pulumi.Output
	kubernetes   *pulumi.ProviderResourceState
	authorized   []pulumi.Resource
	entries      pulumi.Array
	cni          *cniAddon
	oidc         *oidcProvider
}

// controlPlane is the aws:eks/cluster:Cluster child, with the outputs that its siblings read.
type controlPlane struct {
	pulumi.CustomResourceState

	Arn                  pulumi.StringOutput `pulumi:"arn"`
	CertificateAuthority pulumi.MapOutput    `pulumi:"certificateAuthority"`
	Endpoint             pulumi.StringOutput `pulumi:"endpoint"`
	Identities           pulumi.ArrayOutput  `pulumi:"identities"`
	Name                 pulumi.StringOutput `pulumi:"name"`
	VpcConfig            pulumi.MapOutput    `pulumi:"vpcConfig"`
}

func newCluster(
	ctx *pulumi.Context, name string, args *clusterArgs, opts pulumi.ResourceOption,
) (*provider.ConstructResult, error) {
	c := &cluster{name: name, args: args}
	if err := ctx.RegisterComponentResource(clusterType, name, c, opts); err != nil {
		return nil, err
	}
	for _, step := range []func(*pulumi.Context) error{
		c.lookUpPartition,
		c.chooseSubnets,
		c.newServiceRole,
		c.newClusterSecurityGroup,
		c.newControlPlane,
		c.newKubeProxy,
		c.newKubernetesProvider,
		c.newNodeAccess,
		c.newAccessEntries,
		c.newVpcCni,
		c.newCoreDNS,
		c.newOIDCProvider,
		c.newNodeSecurityGroup,
	} {
		if err := step(ctx); err != nil {
			return nil, fmt.Errorf("eks cluster %s: %w", name, err)
		}
	}
	outputs := c.outputs()
	if err := ctx.RegisterResourceOutputs(c, outputs); err != nil {
		return nil, err
	}
	return &provider.ConstructResult{URN: c.URN(), State: outputs}, nil
}

func (c *cluster) newControlPlane(ctx *pulumi.Context) error {
	var groups pulumi.StringArray
	if c.clusterGroup != nil {
		groups = pulumi.StringArray{c.clusterGroup.ID().ToStringOutput()}
	}
	inputs := pulumi.Map{
		"name":                       c.args.Name,
		"roleArn":                    c.role.Arn,
		"kubernetesNetworkConfig":    c.networkConfig(),
		"bootstrapSelfManagedAddons": orBool(c.args.BootstrapSelfManagedAddons, true),
		"vpcConfig": pulumi.Map{
			"securityGroupIds":      groups,
			"subnetIds":             c.subnets,
			"endpointPrivateAccess": c.args.EndpointPrivateAccess,
			"endpointPublicAccess":  c.args.EndpointPublicAccess,
			"publicAccessCidrs":     c.args.PublicAccessCIDRs,
		},
		"version":                c.args.Version,
		"enabledClusterLogTypes": c.args.EnabledClusterLogTypes,
		"tags":                   mergeTags(map[string]string{"Name": c.name + "-eksCluster"}, c.args.ClusterTags, c.args.Tags),
		"encryptionConfig":       c.encryptionConfig(),
		"accessConfig":           c.accessConfig(),
		"upgradePolicy":          c.args.UpgradePolicy,
	}
	c.control = &controlPlane{}
	return ctx.RegisterResource("aws:eks/cluster:Cluster", c.name+"-eksCluster", inputs, c.control,
		pulumi.Parent(c),
		// EKS removes a control plane only as long as the role may still delete its network interfaces.
		pulumi.DependsOn(c.roleReady),
		// Both are read by EKS once, at creation; a difference later would replace the cluster.
		pulumi.IgnoreChanges([]string{
			"accessConfig.bootstrapClusterCreatorAdminPermissions",
			"bootstrapSelfManagedAddons",
		}))
}

// accessConfig makes whoever creates the cluster its administrator: the genuine component deploys into the cluster it
// has just made. SatKube switches that off with a transform.
func (c *cluster) accessConfig() pulumi.Input {
	if c.args.AuthenticationMode == nil {
		return nil
	}
	return pulumi.Map{
		"authenticationMode":                      pulumi.String(*c.args.AuthenticationMode),
		"bootstrapClusterCreatorAdminPermissions": pulumi.Bool(true),
	}
}

// encryptionConfig is one output, so that an unknown key makes all of it unknown, as in the genuine provider.
func (c *cluster) encryptionConfig() pulumi.Input {
	if c.args.EncryptionConfigKeyArn == nil {
		return nil
	}
	return c.args.EncryptionConfigKeyArn.ToStringPtrOutput().ApplyT(func(key *string) map[string]any {
		if key == nil {
			return nil
		}
		return map[string]any{"provider": map[string]any{"keyArn": *key}, "resources": []any{"secrets"}}
	})
}

func (c *cluster) networkConfig() pulumi.Input {
	if c.args.KubernetesServiceIPAddressRange == nil && c.args.IPFamily == nil {
		return nil
	}
	return pulumi.All(orString(c.args.KubernetesServiceIPAddressRange, ""), orString(c.args.IPFamily, "ipv4")).ApplyT(
		func(all []any) map[string]any {
			services, family := all[0].(string), all[1].(string)
			config := map[string]any{"ipFamily": family}
			// EKS chooses the range itself in an IPv6 cluster.
			if services != "" && family == "ipv4" {
				config["serviceIpv4Cidr"] = services
			}
			return config
		})
}

// newKubernetesProvider registers the provider through which the genuine component deploys into the cluster.
func (c *cluster) newKubernetesProvider(ctx *pulumi.Context) error {
	c.kubeconfig = c.kubeconfigFor(false)
	c.kubernetes = &pulumi.ProviderResourceState{}
	return ctx.RegisterResource("pulumi:providers:kubernetes", c.name+"-eks-k8s", pulumi.Map{
		// Only this kubeconfig names a profile: the one that is handed out has to work for other people, too.
		"kubeconfig":             compactJSON(c.kubeconfigFor(true)),
		"enableConfigMapMutable": c.args.EnableConfigMapMutable,
	}, c.kubernetes, pulumi.Parent(c), pulumi.Version(kubernetesVersion))
}

// oidcProvider is the aws:iam/openIdConnectProvider:OpenIdConnectProvider child.
type oidcProvider struct {
	pulumi.CustomResourceState

	Arn pulumi.StringOutput `pulumi:"arn"`
}

func (c *cluster) newOIDCProvider(ctx *pulumi.Context) error {
	if c.args.CreateOidcProvider == nil || !*c.args.CreateOidcProvider {
		return nil
	}
	c.oidc = &oidcProvider{}
	return ctx.RegisterResource("aws:iam/openIdConnectProvider:OpenIdConnectProvider", c.name+"-oidcProvider", pulumi.Map{
		"clientIdLists": pulumi.StringArray{pulumi.String("sts.amazonaws.com")},
		"url":           c.issuer(),
		// The genuine provider asks the issuer for its certificate chain and adds the thumbprint of its root; here is no issuer to ask.
	}, c.oidc, pulumi.Parent(c))
}
