package eks

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// clusterArgs are the modelled options of eks:index:Cluster. What decides which children exist is plain; what only
// passes through to a child is an Input, so that it may be unknown during a preview.
type clusterArgs struct {
	AccessEntries             map[string]accessEntryArgs `pulumi:"accessEntries"`
	AuthenticationMode        *string                    `pulumi:"authenticationMode"`
	CorednsAddonOptions       *addonOptions              `pulumi:"corednsAddonOptions"`
	CreateOidcProvider        *bool                      `pulumi:"createOidcProvider"`
	KubeProxyAddonOptions     *addonOptions              `pulumi:"kubeProxyAddonOptions"`
	SkipDefaultNodeGroup      *bool                      `pulumi:"skipDefaultNodeGroup"`
	SkipDefaultSecurityGroups *bool                      `pulumi:"skipDefaultSecurityGroups"`
	UseDefaultVpcCni          *bool                      `pulumi:"useDefaultVpcCni"`

	BootstrapSelfManagedAddons      pulumi.BoolPtrInput     `pulumi:"bootstrapSelfManagedAddons"`
	ClusterSecurityGroupTags        pulumi.StringMapInput   `pulumi:"clusterSecurityGroupTags"`
	ClusterTags                     pulumi.StringMapInput   `pulumi:"clusterTags"`
	EnableConfigMapMutable          pulumi.BoolPtrInput     `pulumi:"enableConfigMapMutable"`
	EnabledClusterLogTypes          pulumi.StringArrayInput `pulumi:"enabledClusterLogTypes"`
	EncryptionConfigKeyArn          pulumi.StringPtrInput   `pulumi:"encryptionConfigKeyArn"`
	EndpointPrivateAccess           pulumi.BoolPtrInput     `pulumi:"endpointPrivateAccess"`
	EndpointPublicAccess            pulumi.BoolPtrInput     `pulumi:"endpointPublicAccess"`
	IPFamily                        pulumi.StringPtrInput   `pulumi:"ipFamily"`
	KubernetesServiceIPAddressRange pulumi.StringPtrInput   `pulumi:"kubernetesServiceIpAddressRange"`
	Name                            pulumi.StringPtrInput   `pulumi:"name"`
	NodeSecurityGroupTags           pulumi.StringMapInput   `pulumi:"nodeSecurityGroupTags"`
	PrivateSubnetIDs                pulumi.StringArrayInput `pulumi:"privateSubnetIds"`
	ProviderCredentialOpts          credentialOptions       `pulumi:"providerCredentialOpts"`
	PublicAccessCIDRs               pulumi.StringArrayInput `pulumi:"publicAccessCidrs"`
	PublicSubnetIDs                 pulumi.StringArrayInput `pulumi:"publicSubnetIds"`
	SubnetIDs                       pulumi.StringArrayInput `pulumi:"subnetIds"`
	Tags                            pulumi.StringMapInput   `pulumi:"tags"`
	UpgradePolicy                   pulumi.MapInput         `pulumi:"upgradePolicy"`
	Version                         pulumi.StringPtrInput   `pulumi:"version"`
	VpcCniOptions                   map[string]pulumi.Input `pulumi:"vpcCniOptions"`
	VpcID                           pulumi.StringPtrInput   `pulumi:"vpcId"`

	// given is the request itself: it tells an absent option from an empty one, and holds resource references.
	given resource.PropertyMap
}

// addonOptions are the options of the coredns and kube-proxy add-ons.
type addonOptions struct {
	Enabled                  *bool                 `pulumi:"enabled"`
	ConfigurationValues      pulumi.MapInput       `pulumi:"configurationValues"`
	ResolveConflictsOnCreate pulumi.StringPtrInput `pulumi:"resolveConflictsOnCreate"`
	ResolveConflictsOnUpdate pulumi.StringPtrInput `pulumi:"resolveConflictsOnUpdate"`
	Version                  pulumi.StringPtrInput `pulumi:"version"`
}

// credentialOptions scope the kubeconfig to a role or a profile.
type credentialOptions struct {
	ProfileName pulumi.StringPtrInput `pulumi:"profileName"`
	RoleArn     pulumi.StringPtrInput `pulumi:"roleArn"`
}

// modelledOptions names every option that newCluster acts on. proxy is among them although nothing reads it: it
// changes how the genuine provider reaches AWS, not what it registers. createInstanceRole may only be false.
func modelledOptions() []string {
	return []string{
		"accessEntries", "authenticationMode", "bootstrapSelfManagedAddons", "clusterSecurityGroup",
		"clusterSecurityGroupTags", "clusterTags", "corednsAddonOptions", "createInstanceRole", "createOidcProvider",
		"enableConfigMapMutable", "enabledClusterLogTypes", "encryptionConfigKeyArn", "endpointPrivateAccess",
		"endpointPublicAccess", "ipFamily", "kubeProxyAddonOptions", "kubernetesServiceIpAddressRange", "name",
		"nodeSecurityGroupTags", "privateSubnetIds", "providerCredentialOpts", "proxy", "publicAccessCidrs",
		"publicSubnetIds", "serviceRole", "skipDefaultNodeGroup", "skipDefaultSecurityGroups", "subnetIds", "tags",
		"upgradePolicy", "useDefaultVpcCni", "version", "vpcCniOptions", "vpcId",
	}
}

// nestedOptions names the modelled keys of the options that are objects.
func nestedOptions() map[string][]string {
	addon := []string{"enabled", "configurationValues", "resolveConflictsOnCreate", "resolveConflictsOnUpdate", "version"}
	cni := []string{
		"addonVersion", "configurationValues", "enableNetworkPolicy", "externalSnat", "resolveConflictsOnCreate",
		"resolveConflictsOnUpdate", "serviceAccountRoleArn",
	}
	for _, v := range cniVariables() {
		cni = append(cni, v.option)
	}
	return map[string][]string{
		"corednsAddonOptions":    addon,
		"kubeProxyAddonOptions":  addon,
		"providerCredentialOpts": {"profileName", "roleArn"},
		"vpcCniOptions":          append(cni, "customNetworkConfig"),
	}
}

// validate returns every mistake in the options, one a line: those that the genuine provider refuses, and those that
// only the stand-in cannot follow.
func validate(name string, given resource.PropertyMap) error {
	o := options(given)
	errs := o.unmodelled()
	if !o.is("skipDefaultNodeGroup", true) {
		errs = append(errs, errors.New("skipDefaultNodeGroup is not true, want true: the sandbox's stand-in has no default node group"))
	}
	if o.has("createInstanceRole") && !o.is("createInstanceRole", false) {
		errs = append(errs, unmodelled("createInstanceRole"))
	}
	if !o.has("vpcId") {
		errs = append(errs, errors.New("vpcId is not set, want a VPC: the sandbox's stand-in looks up no default VPC"))
	}
	if o.has("subnetIds") && (o.has("publicSubnetIds") || o.has("privateSubnetIds")) {
		errs = append(errs, errors.New("subnetIds is set together with publicSubnetIds or privateSubnetIds, want one way or the other"))
	}
	if o.is("endpointPublicAccess", false) && o.has("publicAccessCidrs") {
		errs = append(errs, errors.New("publicAccessCidrs is set while endpointPublicAccess is false, want it left out"))
	}
	cni := options(o.object("vpcCniOptions"))
	if cni.truthy("externalSnat") && cni.truthy("cniExternalSnat") {
		errs = append(errs, errors.New("vpcCniOptions sets externalSnat and cniExternalSnat, want one of them"))
	}
	errs = append(errs, o.authentication()...)
	for i, err := range errs {
		errs[i] = fmt.Errorf("eks cluster %s: %w", name, err)
	}
	return errors.Join(errs...)
}

// options reads decisions from the request. A value that is unknown or missing decides nothing.
type options resource.PropertyMap

func (o options) value(key string) resource.PropertyValue {
	v := resource.PropertyMap(o)[resource.PropertyKey(key)]
	for {
		switch {
		case v.IsSecret():
			v = v.SecretValue().Element
		case v.IsOutput() && v.OutputValue().Known:
			v = v.OutputValue().Element
		default:
			return v
		}
	}
}

func (o options) has(key string) bool {
	return !o.value(key).IsNull()
}

func (o options) is(key string, want bool) bool {
	v := o.value(key)
	return v.IsBool() && v.BoolValue() == want
}

func (o options) truthy(key string) bool {
	return o.has(key) && !o.is(key, false)
}

func (o options) object(key string) resource.PropertyMap {
	if v := o.value(key); v.IsObject() {
		return v.ObjectValue()
	}
	return nil
}

func (o options) unmodelled() []error {
	var errs []error
	known := modelledOptions()
	for _, key := range slices.Sorted(maps.Keys(o)) {
		if o.has(string(key)) && !slices.Contains(known, string(key)) {
			errs = append(errs, unmodelled(string(key)))
		}
	}
	nested := nestedOptions()
	for _, option := range slices.Sorted(maps.Keys(nested)) {
		inner := options(o.object(option))
		for _, key := range slices.Sorted(maps.Keys(inner)) {
			if inner.truthy(string(key)) && !slices.Contains(nested[option], string(key)) {
				errs = append(errs, unmodelled(option+"."+string(key)))
			}
		}
	}
	return errs
}

func (o options) authentication() []error {
	modes := []string{modeConfigMap, modeAPI, modeAPIAndConfigMap}
	mode := o.value("authenticationMode")
	if o.has("authenticationMode") && (!mode.IsString() || !slices.Contains(modes, mode.StringValue())) {
		return []error{fmt.Errorf("authenticationMode is %v, want one of %s", mode.V, strings.Join(modes, ", "))}
	}
	if o.has("accessEntries") && (!mode.IsString() || !usesAccessEntries(mode.StringValue())) {
		return []error{fmt.Errorf("accessEntries is set, want authenticationMode %s or %s", modeAPI, modeAPIAndConfigMap)}
	}
	return nil
}

func unmodelled(option string) error {
	return fmt.Errorf("%s is set, want it left out: the sandbox's stand-in does not model it", option)
}

// unknownOutputs rewrites unknown values as unknown outputs. The two mean the same, but the former is sent as a
// string, and the SDK refuses to read that where an option is a list or an object.
func unknownOutputs(given resource.PropertyMap) resource.PropertyMap {
	rewritten := resource.PropertyMap{}
	for key, value := range given {
		rewritten[key] = unknownOutput(value)
	}
	return rewritten
}

func unknownOutput(v resource.PropertyValue) resource.PropertyValue {
	switch {
	case v.IsComputed():
		return resource.NewProperty(resource.Output{})
	case v.IsSecret() && v.SecretValue().Element.IsComputed():
		return resource.NewProperty(resource.Output{Secret: true})
	case v.IsArray():
		list := make([]resource.PropertyValue, 0, len(v.ArrayValue()))
		for _, element := range v.ArrayValue() {
			list = append(list, unknownOutput(element))
		}
		return resource.NewProperty(list)
	case v.IsObject():
		return resource.NewProperty(unknownOutputs(v.ObjectValue()))
	}
	return v
}
