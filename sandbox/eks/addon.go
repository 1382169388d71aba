package eks

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

const (
	addonType = "aws:eks/addon:Addon"

	// The genuine provider asks AWS for the newest version of each add-on; without AWS these are the ones it was
	// answered for Kubernetes 1.35 when the record in testdata was made.
	coreDNSVersion   = "v1.12.4-eksbuild.1"
	kubeProxyVersion = "v1.35.0-eksbuild.2"
	vpcCniVersion    = "v1.20.4-eksbuild.1"
)

type cniAddon struct {
	pulumi.ResourceState
}

// newKubeProxy makes the add-on unless it is switched off.
func (c *cluster) newKubeProxy(ctx *pulumi.Context) error {
	opts := addonOptions{}
	if c.args.KubeProxyAddonOptions != nil {
		opts = *c.args.KubeProxyAddonOptions
	}
	if opts.Enabled != nil && !*opts.Enabled {
		return nil
	}
	return c.newAddon(ctx, "kube-proxy", kubeProxyVersion, opts)
}

// newCoreDNS makes the add-on only where it is asked for: without a default node group there is nothing to place it
// on. Configuration values count as asking, even next to enabled=false.
func (c *cluster) newCoreDNS(ctx *pulumi.Context) error {
	opts := c.args.CorednsAddonOptions
	if opts == nil || !(opts.Enabled != nil && *opts.Enabled) && opts.ConfigurationValues == nil {
		return nil
	}
	return c.newAddon(ctx, "coredns", coreDNSVersion, *opts)
}

func (c *cluster) newAddon(ctx *pulumi.Context, name, version string, opts addonOptions) error {
	var configuration pulumi.Input
	if opts.ConfigurationValues != nil {
		configuration = compactJSON(opts.ConfigurationValues.ToMapOutput())
	}
	return ctx.RegisterResource(addonType, c.name+"-"+name, pulumi.Map{
		"addonName":                pulumi.String(name),
		"addonVersion":             orString(opts.Version, version),
		"clusterName":              c.control.Name,
		"configurationValues":      configuration,
		"preserve":                 pulumi.Bool(true),
		"resolveConflictsOnCreate": orString(opts.ResolveConflictsOnCreate, "OVERWRITE"),
		"resolveConflictsOnUpdate": orString(opts.ResolveConflictsOnUpdate, "OVERWRITE"),
		"tags":                     c.args.Tags,
	}, &plainResource{}, pulumi.Parent(c))
}

// newVpcCni makes the add-on in a component of its own, once access to the cluster is set up.
func (c *cluster) newVpcCni(ctx *pulumi.Context) error {
	if c.args.UseDefaultVpcCni != nil && *c.args.UseDefaultVpcCni {
		return nil
	}
	name := c.name + "-vpc-cni"
	c.cni = &cniAddon{}
	err := ctx.RegisterComponentResource("eks:index:VpcCniAddon", name, c.cni,
		pulumi.Parent(c), pulumi.DependsOn(c.authorized), pulumi.Providers(c.kubernetes))
	if err != nil {
		return err
	}
	given := c.args.VpcCniOptions
	addon := &plainResource{}
	err = ctx.RegisterResource(addonType, name, pulumi.Map{
		"addonName":                pulumi.String("vpc-cni"),
		"addonVersion":             orValue(given["addonVersion"], vpcCniVersion),
		"clusterName":              c.control.Name,
		"configurationValues":      cniConfiguration(given),
		"preserve":                 pulumi.Bool(true),
		"resolveConflictsOnCreate": orValue(given["resolveConflictsOnCreate"], "OVERWRITE"),
		"resolveConflictsOnUpdate": orValue(given["resolveConflictsOnUpdate"], "OVERWRITE"),
		"serviceAccountRoleArn":    given["serviceAccountRoleArn"],
		"tags":                     c.args.Tags,
	}, addon, pulumi.Parent(c.cni))
	if err != nil {
		return err
	}
	return ctx.RegisterResourceOutputs(c.cni, pulumi.Map{"addon": reference(addon)})
}

// cniVariable says which environment variable of the aws-node container an option sets, and to what when it is left
// out. No fallback means that the variable is left out, too.
type cniVariable struct {
	option, env, fallback string
}

// cniVariables lists what the genuine provider writes. customNetworkConfig is not here: it writes the same variable as
// cniCustomNetworkCfg, whose default comes later and wins.
func cniVariables() []cniVariable {
	return []cniVariable{
		{"nodePortSupport", "AWS_VPC_CNI_NODE_PORT_SUPPORT", ""},
		{"warmEniTarget", "WARM_ENI_TARGET", "1"},
		{"warmIpTarget", "WARM_IP_TARGET", ""},
		{"warmPrefixTarget", "WARM_PREFIX_TARGET", ""},
		{"enablePrefixDelegation", "ENABLE_PREFIX_DELEGATION", ""},
		{"logLevel", "AWS_VPC_K8S_CNI_LOGLEVEL", "DEBUG"},
		{"logFile", "AWS_VPC_K8S_CNI_LOG_FILE", "/host/var/log/aws-routed-eni/ipamd.log"},
		{"vethPrefix", "AWS_VPC_K8S_CNI_VETHPREFIX", "eni"},
		{"eniMtu", "AWS_VPC_ENI_MTU", "9001"},
		{"eniConfigLabelDef", "ENI_CONFIG_LABEL_DEF", ""},
		{"enablePodEni", "ENABLE_POD_ENI", "false"},
		{"cniConfigureRpfilter", "AWS_VPC_K8S_CNI_CONFIGURE_RPFILTER", ""},
		{"cniCustomNetworkCfg", "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG", "false"},
		{"cniExternalSnat", "AWS_VPC_K8S_CNI_EXTERNALSNAT", "false"},
		{"disableTcpEarlyDemux", "DISABLE_TCP_EARLY_DEMUX", "false"},
	}
}

// cniConfiguration is one text made of all options: one of them unknown makes it unknown.
func cniConfiguration(given map[string]pulumi.Input) pulumi.Output {
	values := pulumi.Map{}
	maps.Copy(values, given)
	return compactJSON(values.ToMapOutput().ApplyT(cniValues).(pulumi.MapOutput))
}

// cniValues overlays the caller's own configuration values over what the options say.
func cniValues(given map[string]any) map[string]any {
	env, init := map[string]any{
		"AWS_VPC_K8S_PLUGIN_LOG_FILE":  "/var/log/aws-routed-eni/plugin.log",
		"AWS_VPC_K8S_PLUGIN_LOG_LEVEL": "DEBUG",
	}, map[string]any{}
	for _, v := range cniVariables() {
		text := v.fallback
		if set, ok := given[v.option]; ok && (truthy(set) || v.option == "warmEniTarget") {
			text = fmt.Sprint(set)
		}
		switch {
		case text == "":
		case v.option == "disableTcpEarlyDemux":
			// The early demux is a kernel setting, which only the privileged init container may change.
			init[v.env] = text
		default:
			env[v.env] = text
		}
	}
	if truthy(given["externalSnat"]) {
		env["AWS_VPC_K8S_CNI_EXTERNALSNAT"] = fmt.Sprint(given["externalSnat"])
	}

	config, _ := given["configurationValues"].(map[string]any)
	config = maps.Clone(config)
	if config == nil {
		config = map[string]any{}
	}
	if _, ok := config["enableNetworkPolicy"]; !ok && given["enableNetworkPolicy"] != nil {
		config["enableNetworkPolicy"] = fmt.Sprint(given["enableNetworkPolicy"])
	}
	config["env"] = overlay(env, config["env"])
	custom, _ := config["init"].(map[string]any)
	custom = maps.Clone(custom)
	if custom == nil {
		custom = map[string]any{}
	}
	if set, ok := custom["env"]; ok {
		if _, isMap := set.(map[string]any); isMap {
			custom["env"] = overlay(init, set)
		}
	} else {
		custom["env"] = init
	}
	config["init"] = custom
	return config
}

func overlay(base map[string]any, over any) map[string]any {
	merged := maps.Clone(base)
	if set, ok := over.(map[string]any); ok {
		maps.Copy(merged, set)
	}
	return merged
}

// truthy tells a value that JavaScript would act on: the genuine provider tests options that way.
func truthy(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case bool:
		return v
	case string:
		return v != ""
	case float64:
		return v != 0
	case int:
		return v != 0
	}
	return true
}

func orValue(v pulumi.Input, missing string) pulumi.Input {
	if v == nil {
		return pulumi.String(missing)
	}
	return v
}

// compactJSON writes a value with sorted keys and without HTML escapes, so that the text is the genuine provider's.
func compactJSON(v pulumi.Output) pulumi.Output {
	return v.ApplyT(func(value any) (string, error) {
		var text bytes.Buffer
		enc := json.NewEncoder(&text)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(value); err != nil {
			return "", err
		}
		return string(bytes.TrimSuffix(text.Bytes(), []byte("\n"))), nil
	})
}
