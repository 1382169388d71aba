package aws

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"gitlab.com/thinkmassive/satkube/sandbox/standin"
)

// eksKinds are a cluster and what belongs to one.
func eksKinds() map[string]*standin.Kind {
	return map[string]*standin.Kind{
		"aws:eks/cluster:Cluster": regional(tagged(&standin.Kind{
			Name: "name", NameLimit: 100,
			Required: []string{"roleArn", "vpcConfig"},
			Immutable: []string{
				"name", "roleArn", "accessConfig.bootstrapClusterCreatorAdminPermissions", "bootstrapSelfManagedAddons", "outpostConfig",
				"kubernetesNetworkConfig.ipFamily", "kubernetesNetworkConfig.serviceIpv4Cidr", "vpcConfig.vpcId",
			},
			ImmutableHere: keepsEncryption,
			Refuse: []standin.Rule{
				matching("name", `^[0-9A-Za-z][0-9A-Za-z_-]{0,99}$`, "1 to 100 letters, digits, - or _"),
				matching("version", `^1\.[0-9]{2}$`, "a Kubernetes release such as 1.35"), roleARN("roleArn"), logTypes, endpoints,
				enoughSubnets, publicRanges, supportType, authenticationMode,
			},
			RefuseDelete: []standin.Rule{unprotected},
			// What was on the cluster is gone with its database.
			Deleted: func(c *standin.Call) error { return c.Cloud.RemoveWith(c.Stack(), standin.FactOn, standin.OnCluster) },
			Claims:  func(c *standin.Call) []string { return []string{"cluster " + c.String("name")} },
			ID:      idFrom("name"),
			Kept:    []string{"certificateAuthority"},
			Make:    newAuthority,
			Outputs: map[string]standin.Output{
				"arn":       func(c *standin.Call) any { return arn(c, "eks", "cluster/"+c.IDOf()) },
				"clusterId": constant(""),
				"createdAt": since("createdAt"),
				"endpoint": func(c *standin.Call) any {
					return fmt.Sprintf("https://%s.gr7.%s.eks.amazonaws.com", clusterHex(c), regionOf(c))
				},
				"identities": func(c *standin.Call) any {
					issuer := fmt.Sprintf("https://oidc.eks.%s.amazonaws.com/id/%s", regionOf(c), clusterHex(c))
					return []any{map[string]any{"oidcs": []any{map[string]any{"issuer": issuer}}}}
				},
				"platformVersion": constant("eks.9"),
				"status":          constant("ACTIVE"),
				"vpcConfig":       clusterNetwork,
			},
			Defaults: map[string]standin.Output{
				"version": constant("1.34"), "bootstrapSelfManagedAddons": constant(true), "deletionProtection": constant(false),
				"accessConfig":  constant(map[string]any{"authenticationMode": "CONFIG_MAP", "bootstrapClusterCreatorAdminPermissions": true}),
				"upgradePolicy": constant(map[string]any{"supportType": "EXTENDED"}),
				"kubernetesNetworkConfig": constant(map[string]any{
					"ipFamily": "ipv4", "serviceIpv4Cidr": "172.20.0.0/16", "serviceIpv6Cidr": "",
				}),
			},
		})),
		"aws:eks/addon:Addon": regional(tagged(&standin.Kind{
			Required:  []string{"addonName", "clusterName"},
			Immutable: []string{"addonName", "clusterName"},
			Refuse: []standin.Rule{
				oneOf("resolveConflictsOnCreate", "NONE", "OVERWRITE"), oneOf("resolveConflictsOnUpdate", "NONE", "OVERWRITE", "PRESERVE"),
				configurationJSON, roleARN("serviceAccountRoleArn"),
			},
			Claims: func(c *standin.Call) []string {
				return []string{"add-on " + c.String("clusterName") + ":" + c.String("addonName")}
			},
			ID: func(c *standin.Call) string { return c.String("clusterName") + ":" + c.String("addonName") },
			Outputs: map[string]standin.Output{
				"arn": func(c *standin.Call) any {
					return arn(c, "eks", "addon/"+c.String("clusterName")+"/"+c.String("addonName")+"/"+c.UUID("addon"))
				},
				"createdAt": since("createdAt"), "modifiedAt": now,
			},
			Defaults: map[string]standin.Output{"addonVersion": constant("v1.0.0-eksbuild.1"), "configurationValues": constant("")},
		})),
		"aws:eks/nodeGroup:NodeGroup": regional(tagged(&standin.Kind{
			Name: "nodeGroupName", NameLimit: 63,
			Required: []string{"clusterName", "nodeRoleArn", "scalingConfig", "subnetIds"},
			Immutable: []string{
				"amiType", "capacityType", "clusterName", "diskSize", "instanceTypes", "nodeGroupName", "nodeGroupNamePrefix", "nodeRoleArn",
				"remoteAccess", "subnetIds", "launchTemplate.id", "launchTemplate.name",
			},
			Refuse: []standin.Rule{
				scaling, oneOf("capacityType", "ON_DEMAND", "SPOT", "CAPACITY_BLOCK"), roleARN("nodeRoleArn"), nodeSubnets, updateLimits,
				diskOrTemplate,
			},
			Claims: func(c *standin.Call) []string {
				return []string{"node group " + c.String("clusterName") + ":" + c.String("nodeGroupName")}
			},
			ID: func(c *standin.Call) string {
				name := c.String("nodeGroupName")
				if name == "" {
					name = c.String("nodeGroupNamePrefix") + decimal(standin.Hex(26))
				}
				return c.String("clusterName") + ":" + name
			},
			Outputs: map[string]standin.Output{
				"arn": func(c *standin.Call) any {
					return arn(c, "eks", "nodegroup/"+strings.ReplaceAll(c.IDOf(), ":", "/")+"/"+c.UUID("group"))
				},
				"resources": func(c *standin.Call) any {
					_, name, _ := strings.Cut(c.IDOf(), ":")
					return []any{map[string]any{
						"autoscalingGroups":           []any{map[string]any{"name": "eks-" + name + "-" + c.UUID("group")}},
						"remoteAccessSecurityGroupId": "",
					}}
				},
				"status": constant("ACTIVE"),
			},
			Defaults: map[string]standin.Output{
				"amiType": constant("AL2023_x86_64_STANDARD"), "capacityType": constant("ON_DEMAND"),
				"releaseVersion":      constant("1.34.0-20260101"),
				"version":             constant("1.34"),
				"nodeGroupNamePrefix": constant(""),
				"nodeGroupName": func(c *standin.Call) any {
					_, name, _ := strings.Cut(c.IDOf(), ":")
					return name
				},
				"diskSize":      unlessTemplate(20),
				"instanceTypes": unlessTemplate([]any{"t3.medium"}),
				"updateConfig":  constant(map[string]any{"maxUnavailable": 1}),
			},
		})),
		"aws:eks/accessEntry:AccessEntry": regional(tagged(&standin.Kind{
			Required:  []string{"clusterName", "principalArn"},
			Immutable: []string{"clusterName", "principalArn", "type"},
			Refuse: []standin.Rule{
				matching("principalArn", `^arn:aws[\w-]*:iam::\d{12}:(role|user)/|^arn:aws[\w-]*:sts::`, "the ARN of an IAM role or user"),
				oneOf("type", "STANDARD", "FARGATE_LINUX", "EC2", "EC2_LINUX", "EC2_WINDOWS", "HYBRID_LINUX", "HYPERPOD_LINUX"), noSystemGroups,
			},
			Claims: func(c *standin.Call) []string {
				return []string{"access entry " + c.String("clusterName") + ":" + c.String("principalArn")}
			},
			ID: func(c *standin.Call) string { return c.String("clusterName") + ":" + c.String("principalArn") },
			Outputs: map[string]standin.Output{
				"accessEntryArn": func(c *standin.Call) any {
					_, principal, _ := strings.Cut(c.IDOf(), ":")
					kind, name, _ := strings.Cut(principal[strings.LastIndex(principal, ":")+1:], "/")
					return arn(c, "eks", "access-entry/"+c.String("clusterName")+"/"+kind+"/"+account+"/"+name+"/"+c.UUID("entry"))
				},
				"createdAt": since("createdAt"), "modifiedAt": now,
			},
			Defaults: map[string]standin.Output{
				"type": constant("STANDARD"), "kubernetesGroups": constant([]any{}),
				"userName": func(c *standin.Call) any { return c.String("principalArn") },
			},
		})),
		"aws:eks/accessPolicyAssociation:AccessPolicyAssociation": regional(&standin.Kind{
			Required:  []string{"accessScope", "clusterName", "policyArn", "principalArn"},
			Immutable: []string{"accessScope", "clusterName", "policyArn", "principalArn"},
			Refuse: []standin.Rule{
				matching("policyArn", `^arn:aws[\w-]*:eks::aws:cluster-access-policy/`, "the ARN of an EKS access policy"), accessScope,
			},
			ID: func(c *standin.Call) string {
				return c.String("clusterName") + "#" + c.String("principalArn") + "#" + c.String("policyArn")
			},
			Outputs: map[string]standin.Output{"associatedAt": since("associatedAt"), "modifiedAt": now},
		}),
		"aws:eks/podIdentityAssociation:PodIdentityAssociation": regional(tagged(&standin.Kind{
			Required:  []string{"clusterName", "namespace", "roleArn", "serviceAccount"},
			Immutable: []string{"clusterName", "namespace", "serviceAccount"},
			Refuse:    []standin.Rule{roleARN("roleArn"), roleARN("targetRoleArn")},
			Claims: func(c *standin.Call) []string {
				return []string{"pod identity of " + c.String("clusterName") + " " + c.String("namespace") + "/" + c.String("serviceAccount")}
			},
			ID: func(*standin.Call) string { return "a-" + standin.Hex(17) },
			Outputs: map[string]standin.Output{
				"associationArn": func(c *standin.Call) any {
					return arn(c, "eks", "podidentityassociation/"+c.String("clusterName")+"/"+c.IDOf())
				},
				"associationId": func(c *standin.Call) any { return c.IDOf() },
				"externalId": func(c *standin.Call) any {
					if !c.Has("targetRoleArn") {
						return ""
					}
					return c.Hex("external", 32)
				},
			},
			Defaults: map[string]standin.Output{"disableSessionTags": constant(false)},
		})),
	}
}

func clusterHex(c *standin.Call) string { return strings.ToUpper(c.Hex("cluster", 32)) }

// clusterNetwork adds what EKS decides to the network settings.
func clusterNetwork(c *standin.Call) any {
	fields := resource.PropertyMap{}
	if given := c.Value("vpcConfig"); given.IsObject() {
		fields = given.ObjectValue().Copy()
	}
	defaults := map[resource.PropertyKey]any{
		"endpointPublicAccess": true, "endpointPrivateAccess": false, "publicAccessCidrs": []any{"0.0.0.0/0"},
		"clusterSecurityGroupId": c.Later(func() any { return "sg-" + c.Hex("group", 17) }),
		"vpcId":                  c.Later(func() any { return vpcOfSubnets(c, "vpcConfig", "subnetIds") }),
	}
	for key, v := range defaults {
		if _, given := fields[key]; !given {
			fields[key] = resource.NewPropertyValue(v)
		}
	}
	return fields
}

// vpcOfSubnets is the VPC of the subnets that an input lists.
func vpcOfSubnets(c *standin.Call, input ...string) string {
	for _, id := range c.Strings(input...) {
		if subnet, found, err := c.Cloud.Find(c.Stack(), subnetType, id); err == nil && found {
			return subnet.Facts["vpc"]
		}
	}
	return belonging(c, "vpc", c.IDOf())
}

// keepsEncryption: secrets encryption can be switched on later, but neither changed nor switched off.
func keepsEncryption(c *standin.Call) []string {
	if c.Old("encryptionConfig").IsNull() {
		return nil
	}
	return []string{"encryptionConfig"}
}

// newAuthority makes a certificate, so that whoever parses the kubeconfig finds one.
func newAuthority(*standin.Call) (map[string]any, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("cluster authority: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "kubernetes"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(10, 0, 0),
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("cluster authority: %w", err)
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return map[string]any{"certificateAuthority": map[string]any{"data": base64.StdEncoding.EncodeToString(text)}}, nil
}

func unlessTemplate(v any) standin.Output {
	return func(c *standin.Call) any {
		if c.Given("launchTemplate") {
			return nil
		}
		return v
	}
}

func unprotected(c *standin.Call) error {
	if c.Bool("deletionProtection") {
		return errors.New("deletionProtection is true: set it to false and run up first")
	}
	return nil
}

func roleARN(property string) standin.Rule {
	return matching(property, `^arn:aws[\w-]*:iam::\d{12}:role/`, "the ARN of an IAM role")
}

func logTypes(c *standin.Call) error {
	known := []string{"api", "audit", "authenticator", "controllerManager", "scheduler"}
	for _, t := range c.Strings("enabledClusterLogTypes") {
		if !slices.Contains(known, t) {
			return fmt.Errorf("%s: enabledClusterLogTypes has %q, want any of %s", c.Name, t, strings.Join(known, ", "))
		}
	}
	return nil
}

func endpoints(c *standin.Call) error {
	if c.Has("vpcConfig", "endpointPublicAccess") && !c.Bool("vpcConfig", "endpointPublicAccess") &&
		!c.Bool("vpcConfig", "endpointPrivateAccess") {
		return fmt.Errorf("%s: vpcConfig.endpointPublicAccess and endpointPrivateAccess are both false, want one of them", c.Name)
	}
	return nil
}

func enoughSubnets(c *standin.Call) error {
	if n := len(c.List("vpcConfig", "subnetIds")); n < 2 {
		return fmt.Errorf("%s: vpcConfig.subnetIds has %d subnets, want at least 2 in different zones", c.Name, n)
	}
	return nil
}

func publicRanges(c *standin.Call) error {
	for _, cidr := range c.Strings("vpcConfig", "publicAccessCidrs") {
		if _, err := netip.ParsePrefix(cidr); err != nil {
			return fmt.Errorf("%s: vpcConfig.publicAccessCidrs has %q, want an address range such as 203.0.113.0/24", c.Name, cidr)
		}
	}
	return nil
}

func supportType(c *standin.Call) error {
	if v := c.String("upgradePolicy", "supportType"); v != "" && v != "STANDARD" && v != "EXTENDED" {
		return fmt.Errorf("%s: upgradePolicy.supportType is %q, want STANDARD or EXTENDED", c.Name, v)
	}
	return nil
}

func authenticationMode(c *standin.Call) error {
	modes := []string{"", "API", "API_AND_CONFIG_MAP", "CONFIG_MAP"}
	if v := c.String("accessConfig", "authenticationMode"); !slices.Contains(modes, v) {
		return fmt.Errorf("%s: accessConfig.authenticationMode is %q, want one of %s", c.Name, v, strings.Join(modes[1:], ", "))
	}
	return nil
}

func configurationJSON(c *standin.Call) error {
	text := c.String("configurationValues")
	if text != "" && !json.Valid([]byte(text)) {
		return fmt.Errorf("%s: configurationValues is no JSON document", c.Name)
	}
	return nil
}

func scaling(c *standin.Call) error {
	least, _ := c.Number("scalingConfig", "minSize")
	most, hasMost := c.Number("scalingConfig", "maxSize")
	wanted, _ := c.Number("scalingConfig", "desiredSize")
	switch {
	case hasMost && (most < 1 || least < 0):
		return fmt.Errorf("%s: scalingConfig is %v to %v, want minSize from 0 and maxSize from 1", c.Name, least, most)
	case least > most:
		return fmt.Errorf("%s: scalingConfig.minSize %v is above maxSize %v", c.Name, least, most)
	case wanted < least || wanted > most:
		return fmt.Errorf("%s: scalingConfig.desiredSize is %v, want %v to %v", c.Name, wanted, least, most)
	}
	return nil
}

func nodeSubnets(c *standin.Call) error {
	if c.Has("subnetIds") && len(c.List("subnetIds")) == 0 {
		return fmt.Errorf("%s: subnetIds is empty, want at least one subnet", c.Name)
	}
	return nil
}

func updateLimits(c *standin.Call) error {
	if c.Has("updateConfig", "maxUnavailable") && c.Has("updateConfig", "maxUnavailablePercentage") {
		return fmt.Errorf("%s: updateConfig has maxUnavailable and maxUnavailablePercentage, want one of them", c.Name)
	}
	return nil
}

func diskOrTemplate(c *standin.Call) error {
	if c.Given("launchTemplate") && (c.Given("diskSize") || c.Given("remoteAccess")) {
		return fmt.Errorf("%s: a launch template is given, want neither diskSize nor remoteAccess", c.Name)
	}
	return nil
}

func noSystemGroups(c *standin.Call) error {
	for _, g := range c.Strings("kubernetesGroups") {
		if strings.HasPrefix(g, "system:") || strings.HasPrefix(g, "eks:") || strings.HasPrefix(g, "aws:") {
			return fmt.Errorf("%s: kubernetesGroups has %q, want none with the prefix system:, eks: or aws: of AWS' own", c.Name, g)
		}
	}
	return nil
}

func accessScope(c *standin.Call) error {
	kind := c.String("accessScope", "type")
	namespaces := c.Has("accessScope", "namespaces") && len(c.List("accessScope", "namespaces")) > 0
	switch {
	case kind != "cluster" && kind != "namespace":
		return fmt.Errorf("%s: accessScope.type is %q, want cluster or namespace", c.Name, kind)
	case kind == "cluster" && namespaces, kind == "namespace" && !namespaces:
		return fmt.Errorf("%s: accessScope.namespaces goes with type namespace, and only with that", c.Name)
	}
	return nil
}
