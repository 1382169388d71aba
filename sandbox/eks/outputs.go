package eks

import (
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// outputs are what the component hands back, under the names that the SDKs read. Nothing here is marked secret, as in
// the genuine provider: the kubeconfig holds no credential, only the command that fetches one.
func (c *cluster) outputs() pulumi.Map {
	eksGroup := c.control.VpcConfig.ApplyT(func(config map[string]any) string {
		id, _ := config["clusterSecurityGroupId"].(string)
		return id
	}).(pulumi.StringOutput)
	out := pulumi.Map{
		"autoModeNodeRoleName": pulumi.String(""),
		// Without the default groups both ids are those of the group that EKS itself makes.
		"clusterSecurityGroupId":  eksGroup,
		"nodeSecurityGroupId":     eksGroup,
		"clusterIngressRuleId":    pulumi.String(""),
		"core":                    c.core(),
		"defaultNodeGroupAsgName": pulumi.String(""),
		"eksCluster":              reference(c.control),
		"fargateProfileId":        pulumi.String(""),
		"fargateProfileStatus":    pulumi.String(""),
		"instanceRoles":           pulumi.Array{},
		"kubeconfig":              c.kubeconfig,
		"kubeconfigJson":          compactJSON(c.kubeconfig),
		"oidcIssuer": c.issuer().ApplyT(func(url string) string {
			return strings.TrimPrefix(url, "https://")
		}),
		"oidcProviderArn": pulumi.String(""),
		"oidcProviderUrl": c.issuer(),
	}
	if c.clusterGroup != nil {
		out["clusterSecurityGroup"] = reference(c.clusterGroup)
		out["clusterSecurityGroupId"] = c.clusterGroup.ID()
	}
	if c.nodeGroup != nil {
		out["nodeSecurityGroup"] = reference(c.nodeGroup)
		out["nodeSecurityGroupId"] = c.nodeGroup.ID()
		out["eksClusterIngressRule"] = reference(c.ingressRule)
		out["clusterIngressRuleId"] = c.ingressRule.SecurityGroupRuleID
	}
	if c.oidc != nil {
		out["oidcProviderArn"] = c.oidc.Arn
	}
	return out
}

// core is what pulumi-eks hands to its own node groups and add-ons.
func (c *cluster) core() pulumi.Map {
	nodes := pulumi.Map{"version": c.args.Version}
	core := pulumi.Map{
		"accessEntries":         c.entries,
		"autoModeNodeRoleName":  pulumi.String(""),
		"cluster":               reference(c.control),
		"clusterIamRole":        reference(c.role),
		"encryptionConfig":      c.encryptionConfig(),
		"endpoint":              c.control.Endpoint,
		"instanceRoles":         pulumi.Array{},
		"kubeconfig":            c.kubeconfig,
		"nodeGroupOptions":      nodes,
		"nodeSecurityGroupTags": c.args.NodeSecurityGroupTags,
		"privateSubnetIds":      c.args.PrivateSubnetIDs,
		"provider":              reference(c.kubernetes),
		"publicSubnetIds":       c.args.PublicSubnetIDs,
		"storageClasses":        pulumi.Map{},
		"subnetIds":             c.subnets,
		"tags":                  c.args.Tags,
		"vpcId":                 c.args.VpcID,
	}
	if c.clusterGroup != nil {
		core["clusterSecurityGroup"] = reference(c.clusterGroup)
	}
	if c.nodeGroup != nil {
		nodes["nodeSecurityGroup"] = reference(c.nodeGroup)
		nodes["clusterIngressRule"] = reference(c.ingressRule)
	}
	if c.cni != nil {
		core["vpcCni"] = reference(c.cni)
	}
	if c.oidc != nil {
		core["oidcProvider"] = reference(c.oidc)
	}
	return core
}

// issuer is the cluster's OpenID Connect issuer, empty where EKS reports none.
func (c *cluster) issuer() pulumi.StringOutput {
	return c.control.Identities.ApplyT(func(identities []any) string {
		url, _ := dig(identities, "oidcs", "issuer").(string)
		return url
	}).(pulumi.StringOutput)
}

// dig follows keys through a list of objects, taking the first element of every list.
func dig(v any, keys ...string) any {
	if list, ok := v.([]any); ok {
		if len(list) == 0 {
			return nil
		}
		v = list[0]
	}
	if len(keys) == 0 {
		return v
	}
	object, _ := v.(map[string]any)
	return dig(object[keys[0]], keys[1:]...)
}

// kubeconfigFor calls the AWS CLI for a token, with the scope that the caller asked for.
func (c *cluster) kubeconfigFor(profile bool) pulumi.Output {
	scope := c.args.ProviderCredentialOpts
	return pulumi.All(c.control.Name, c.control.Endpoint, c.control.Arn, c.control.CertificateAuthority,
		orString(scope.RoleArn, ""), orString(scope.ProfileName, "")).ApplyT(func(all []any) map[string]any {
		name, endpoint, arn := all[0].(string), all[1].(string), all[2].(string)
		authority, _ := all[3].(map[string]any)
		args := []any{"--region", regionOf(arn), "eks", "get-token", "--cluster-name", name, "--output", "json"}
		if assume := all[4].(string); assume != "" {
			args = append(args, "--role", assume)
		}
		if use := all[5].(string); profile && use != "" {
			args = append(args, "--profile", use)
		}
		const exec = "client.authentication.k8s.io/v1beta1"
		return map[string]any{
			"apiVersion": "v1",
			"kind":       "Config",
			"clusters": []any{map[string]any{
				"name":    "kubernetes",
				"cluster": map[string]any{"server": endpoint, "certificate-authority-data": authority["data"]},
			}},
			"contexts": []any{map[string]any{
				"name":    "aws",
				"context": map[string]any{"cluster": "kubernetes", "user": "aws"},
			}},
			"current-context": "aws",
			"users": []any{map[string]any{
				"name": "aws",
				"user": map[string]any{"exec": map[string]any{
					"apiVersion": exec,
					"command":    "aws",
					"args":       args,
					"env": []any{map[string]any{
						"name":  "KUBERNETES_EXEC_INFO",
						"value": `{"apiVersion": "` + exec + `"}`,
					}},
				}},
			}},
		}
	})
}

// regionOf reads the region out of an ARN, the fourth of its colon-separated fields.
func regionOf(arn string) string {
	fields := strings.SplitN(arn, ":", 6)
	if len(fields) < 6 {
		return ""
	}
	return fields[3]
}
