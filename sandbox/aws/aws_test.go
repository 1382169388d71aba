package aws

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"gitlab.com/thinkmassive/satkube/sandbox/standin"
)

// fixture is a configured stand-in of its own.
type fixture struct {
	t   *testing.T
	srv pulumirpc.ResourceProviderServer
}

type object = map[string]any

func newFixture(t *testing.T, config object) fixture {
	t.Helper()
	f := fixture{t, New(standin.Provider{Cloud: standin.OpenCloud(t.TempDir())}).Server()}
	if config == nil {
		config = object{"region": "eu-central-1"}
	}
	_, err := f.srv.Configure(context.Background(), &pulumirpc.ConfigureRequest{Args: f.props(config)})
	require.NoError(t, err)
	return f
}

func (f fixture) props(m object) *structpb.Struct {
	f.t.Helper()
	s, err := plugin.MarshalProperties(resource.NewPropertyMapFromMap(m), plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true})
	require.NoError(f.t, err)
	return s
}

func (f fixture) read(s *structpb.Struct) resource.PropertyMap {
	f.t.Helper()
	m, err := plugin.UnmarshalProperties(s, plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true})
	require.NoError(f.t, err)
	return m
}

func urn(typ, name string) string { return "urn:pulumi:test::satkube::" + typ + "::" + name }

// check returns the checked inputs and what the stand-in refuses.
func (f fixture) check(typ, name string, in object) (*structpb.Struct, []string) {
	f.t.Helper()
	resp, err := f.srv.Check(context.Background(), &pulumirpc.CheckRequest{Urn: urn(typ, name), News: f.props(in)})
	require.NoError(f.t, err)
	var reasons []string
	for _, failure := range resp.Failures {
		reasons = append(reasons, failure.Reason)
	}
	return resp.Inputs, reasons
}

func (f fixture) tryCreate(typ, name string, in object) (*pulumirpc.CreateResponse, error) {
	f.t.Helper()
	inputs, reasons := f.check(typ, name, in)
	require.Empty(f.t, reasons)
	return f.srv.Create(context.Background(), &pulumirpc.CreateRequest{Urn: urn(typ, name), Properties: inputs})
}

func (f fixture) create(typ, name string, in object) (string, resource.PropertyMap) {
	f.t.Helper()
	resp, err := f.tryCreate(typ, name, in)
	require.NoError(f.t, err)
	return resp.Id, f.read(resp.Properties)
}

const trust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"eks.amazonaws.com"}}]}`

const (
	roleArn    = "arn:aws:iam::123456789012:role/nodes"
	clusterTyp = "aws:eks/cluster:Cluster"
	groupTyp   = "aws:eks/nodeGroup:NodeGroup"
)

// samples are the fewest inputs that each type takes. A type that is not here fails the test that walks the table.
func samples() map[string]object {
	return map[string]object{
		vpcType:    {"cidrBlock": "10.0.0.0/16"},
		subnetType: {"vpcId": "vpc-0", "cidrBlock": "10.0.0.0/24", "availabilityZone": "eu-central-1b"},
		"aws:ec2/internetGateway:InternetGateway":             {},
		"aws:ec2/eip:Eip":                                     {"domain": "vpc"},
		"aws:ec2/natGateway:NatGateway":                       {"subnetId": "subnet-0", "allocationId": "eipalloc-0"},
		"aws:ec2/routeTable:RouteTable":                       {"vpcId": "vpc-0"},
		"aws:ec2/route:Route":                                 {"routeTableId": "rtb-0", "destinationCidrBlock": "0.0.0.0/0", "natGatewayId": "nat-0"},
		"aws:ec2/routeTableAssociation:RouteTableAssociation": {"routeTableId": "rtb-0", "subnetId": "subnet-0"},
		"aws:ec2/defaultSecurityGroup:DefaultSecurityGroup":   {"vpcId": "vpc-0"},
		"aws:ec2/defaultRouteTable:DefaultRouteTable":         {"defaultRouteTableId": "rtb-0"},
		"aws:ec2/defaultNetworkAcl:DefaultNetworkAcl":         {"defaultNetworkAclId": "acl-0"},
		"aws:ec2/vpcEndpoint:VpcEndpoint":                     {"vpcId": "vpc-0", "serviceName": "com.amazonaws.eu-central-1.s3"},
		"aws:ec2/securityGroup:SecurityGroup":                 {"vpcId": "vpc-0"},
		"aws:ec2/securityGroupRule:SecurityGroupRule": {
			"type": "egress", "fromPort": 0, "toPort": 0, "protocol": "-1", "securityGroupId": "sg-0", "cidrBlocks": []any{"0.0.0.0/0"},
		},
		"aws:ec2/flowLog:FlowLog":                                   {"vpcId": "vpc-0", "trafficType": "ALL", "logDestination": "arn:aws:logs:::x"},
		"aws:ec2/launchTemplate:LaunchTemplate":                     {"metadataOptions": object{"httpTokens": "required"}},
		"aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": {"securityGroupId": "sg-0", "ipProtocol": "-1", "cidrIpv4": "10.0.0.0/8"},
		"aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule":   {"securityGroupId": "sg-0", "ipProtocol": "-1", "cidrIpv4": "10.0.0.0/8"},
		"aws:iam/role:Role":                                         {"assumeRolePolicy": trust},
		"aws:iam/policy:Policy":                                     {"policy": trust},
		"aws:iam/rolePolicy:RolePolicy":                             {"role": "nodes", "policy": trust},
		"aws:iam/rolePolicyAttachment:RolePolicyAttachment":         {"role": "nodes", "policyArn": "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy"},
		"aws:iam/instanceProfile:InstanceProfile":                   {"role": "nodes"},
		"aws:iam/openIdConnectProvider:OpenIdConnectProvider":       {"url": "https://oidc.example", "clientIdLists": []any{"sts.amazonaws.com"}},
		"aws:kms/key:Key":                                           {"enableKeyRotation": true, "deletionWindowInDays": 30},
		"aws:kms/alias:Alias":                                       {"targetKeyId": "0"},
		"aws:cloudwatch/logGroup:LogGroup":                          {"retentionInDays": 90},
		clusterTyp: {
			"roleArn": roleArn, "version": "1.35", "vpcConfig": object{"subnetIds": []any{"subnet-0", "subnet-1"}},
		},
		"aws:eks/addon:Addon": {"clusterName": "c", "addonName": "coredns", "configurationValues": "{}"},
		groupTyp: {
			"clusterName": "c", "nodeRoleArn": roleArn, "subnetIds": []any{"subnet-0"},
			"scalingConfig": object{"minSize": 1, "desiredSize": 1, "maxSize": 2},
		},
		"aws:eks/accessEntry:AccessEntry": {"clusterName": "c", "principalArn": roleArn},
		"aws:eks/accessPolicyAssociation:AccessPolicyAssociation": {
			"clusterName": "c", "principalArn": roleArn, "accessScope": object{"type": "cluster"},
			"policyArn": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy",
		},
		"aws:eks/podIdentityAssociation:PodIdentityAssociation": {
			"clusterName": "c", "namespace": "n", "serviceAccount": "s", "roleArn": roleArn,
		},
		loadBalancerType:                 {"subnets": []any{"subnet-0"}},
		"aws:lb/targetGroup:TargetGroup": {"port": 30443, "protocol": "TCP", "vpcId": "vpc-0"},
		"aws:lb/listener:Listener": {
			"loadBalancerArn": "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/net/a/0", "port": 443, "protocol": "TCP",
			"defaultActions": []any{object{"type": "forward", "targetGroupArn": "arn:aws:elasticloadbalancing:::targetgroup/a/0"}},
		},
		"aws:autoscaling/attachment:Attachment":    {"autoscalingGroupName": "eks-a", "lbTargetGroupArn": "arn:aws:elasticloadbalancing:::targetgroup/a/0"},
		bucketType:                                 {"objectLockEnabled": true},
		"aws:s3/bucketVersioning:BucketVersioning": {"bucket": "b", "versioningConfiguration": object{"status": "Enabled"}},
		"aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": {
			"bucket": "b", "rules": []any{object{"applyServerSideEncryptionByDefault": object{"sseAlgorithm": "aws:kms"}}},
		},
		"aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": {"bucket": "b"},
		"aws:s3/bucketOwnershipControls:BucketOwnershipControls": {"bucket": "b", "rule": object{"objectOwnership": "BucketOwnerEnforced"}},
		"aws:s3/bucketPolicy:BucketPolicy":                       {"bucket": "b", "policy": trust},
		"aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": {
			"bucket": "b", "rule": object{"defaultRetention": object{"mode": "GOVERNANCE", "days": 30}},
		},
		"aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": {"bucket": "b"},
		"aws:ebs/encryptionByDefault:EncryptionByDefault":                  {},
		"aws:ebs/defaultKmsKey:DefaultKmsKey":                              {"keyArn": "arn:aws:kms:eu-central-1:123456789012:key/0"},
	}
}

func table() map[string]*standin.Kind {
	all := map[string]*standin.Kind{}
	for _, part := range []map[string]*standin.Kind{
		networkKinds(), securityGroupKinds(), computeKinds(), identityKinds(), storageKinds(), eksKinds(), loadBalancerKinds(), bucketKinds(),
	} {
		for typ, k := range part {
			all[typ] = k
		}
	}
	return all
}

// sdkProperties reads a resource's outputs and inputs from the source of the Go SDK, which no test has the time to compile.
func sdkProperties(t *testing.T, sdk, typ string) (outputs, inputs map[string]bool) {
	t.Helper()
	module, name, _ := strings.Cut(strings.TrimPrefix(typ, "aws:"), ":")
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(sdk, "go", "aws", module+".go"), nil, 0)
	require.NoError(t, err)
	tags := func(want string) map[string]bool {
		found := map[string]bool{}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok || spec.Name.Name != want {
				return true
			}
			for _, f := range spec.Type.(*ast.StructType).Fields.List {
				if f.Tag != nil {
					found[reflect.StructTag(strings.Trim(f.Tag.Value, "`")).Get("pulumi")] = true
				}
			}
			return false
		})
		return found
	}
	return tags(name), tags(strings.ToLower(name[:1]) + name[1:] + "Args")
}

func TestTable_AnswersEveryOutputOfTheSDK(t *testing.T) {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/pulumi/pulumi-aws/sdk/v7").Output()
	require.NoError(t, err)
	f := newFixture(t, nil)
	for typ, kind := range table() {
		t.Run(typ, func(t *testing.T) {
			in, there := samples()[typ]
			require.True(t, there, "add a sample")
			outputs, inputs := sdkProperties(t, strings.TrimSpace(string(dir)), typ)
			id, got := f.create(typ, "sample", in)
			require.NotEmpty(t, id)
			for property := range outputs {
				if !inputs[property] {
					require.Contains(t, got, resource.PropertyKey(property), "a computed output")
				}
			}
			for property := range got {
				require.True(t, outputs[string(property)], "%s is no output of the SDK", property)
			}
			for _, list := range [][]string{kind.Immutable, kind.Required} {
				for _, path := range list {
					top, _, _ := strings.Cut(path, ".")
					require.True(t, inputs[top], "%s is no input of the SDK", path)
				}
			}
		})
	}
}

func TestTable_UpdatesAreStable(t *testing.T) {
	f := newFixture(t, nil)
	for typ := range table() {
		t.Run(typ, func(t *testing.T) {
			inputs, reasons := f.check(typ, "stable", samples()[typ])
			require.Empty(t, reasons)
			made, err := f.srv.Create(context.Background(), &pulumirpc.CreateRequest{Urn: urn(typ, "stable"), Properties: inputs})
			require.NoError(t, err)
			resp, err := f.srv.Update(context.Background(), &pulumirpc.UpdateRequest{
				Urn: urn(typ, "stable"), Id: made.Id, Olds: made.Properties, News: inputs,
			})
			require.NoError(t, err)
			before, after := f.read(made.Properties), f.read(resp.Properties)
			for _, counted := range []resource.PropertyKey{"latestVersion", "modifiedAt"} {
				delete(before, counted)
				delete(after, counted)
			}
			require.Equal(t, before, after)
		})
	}
}

func TestCheck_RefusesWhatAWSRefuses(t *testing.T) {
	f := newFixture(t, nil)
	with := func(typ, key string, v any) object {
		m := object{}
		for k, old := range samples()[typ] {
			m[k] = old
		}
		if v == nil {
			delete(m, key)
		} else {
			m[key] = v
		}
		return m
	}
	endpoint, flow := "aws:ec2/vpcEndpoint:VpcEndpoint", "aws:ec2/flowLog:FlowLog"
	for name, test := range map[string]struct {
		typ, key string
		value    any
		want     string
	}{
		"vpc too large":               {vpcType, "cidrBlock", "10.0.0.0/8", "want /16 to /28"},
		"vpc in mid-range":            {vpcType, "cidrBlock", "10.0.1.0/16", "want the first address"},
		"subnet of another region":    {subnetType, "availabilityZone", "us-east-1a", "want a zone of eu-central-1"},
		"nat without subnet":          {"aws:ec2/natGateway:NatGateway", "subnetId", nil, "missing required property subnetId"},
		"nat without address":         {"aws:ec2/natGateway:NatGateway", "allocationId", nil, "allocationId is missing"},
		"route to nowhere":            {"aws:ec2/route:Route", "natGatewayId", nil, "want exactly one"},
		"route to two places":         {"aws:ec2/route:Route", "gatewayId", "igw-0", "want exactly one"},
		"interface without subnets":   {endpoint, "vpcEndpointType", "Interface", "want at least one subnet"},
		"gateway with subnets":        {endpoint, "subnetIds", []any{"subnet-0"}, "takes routeTableIds"},
		"flow log of nothing":         {flow, "vpcId", nil, "want exactly one"},
		"flow log every five minutes": {flow, "maxAggregationInterval", 300, "want 60 or 600"},
		"key deleted at once":         {"aws:kms/key:Key", "deletionWindowInDays", 1, "want 7 to 30"},
		"alias without prefix":        {"aws:kms/alias:Alias", "name", "secrets", "begins with alias/"},
		"retention of ten days":       {"aws:cloudwatch/logGroup:LogGroup", "retentionInDays", 10, "want one of"},
		"trust that is no JSON":       {"aws:iam/role:Role", "assumeRolePolicy", "{", "no JSON document"},
		"role without trust":          {"aws:iam/role:Role", "assumeRolePolicy", nil, "missing required property assumeRolePolicy"},
		"undefined partition":         {"aws:iam/rolePolicyAttachment:RolePolicyAttachment", "policyArn", "arn:undefined:iam::aws:policy/A", "ARN of an IAM policy"},
		"hop limit":                   {"aws:ec2/launchTemplate:LaunchTemplate", "metadataOptions", object{"httpPutResponseHopLimit": 65}, "want 1 to 64"},
		"user data":                   {"aws:ec2/launchTemplate:LaunchTemplate", "userData", "#!/bin/sh", "not base64"},
		"one subnet":                  {clusterTyp, "vpcConfig", object{"subnetIds": []any{"subnet-0"}}, "want at least 2"},
		"unreachable": {
			clusterTyp, "vpcConfig", object{"subnetIds": []any{"a", "b"}, "endpointPublicAccess": false, "endpointPrivateAccess": false}, "want one of them",
		},
		"balancer nowhere":        {loadBalancerType, "subnets", nil, "neither subnets nor subnetMappings"},
		"balancer's name":         {loadBalancerType, "name", "internal-pages", "no internal- before"},
		"TLS without certificate": {"aws:lb/listener:Listener", "protocol", "TLS", "TLS without certificateArn"},
		"certificate without TLS": {"aws:lb/listener:Listener", "certificateArn", "arn:aws:acm:::certificate/0", "want TLS or HTTPS"},
		"check longer than its interval": {
			"aws:lb/targetGroup:TargetGroup", "healthCheck", object{"interval": 10, "timeout": 10}, "want less than the interval",
		},
		"attached to nothing": {"aws:autoscaling/attachment:Attachment", "lbTargetGroupArn", nil, "want exactly one"},
		"log type":            {clusterTyp, "enabledClusterLogTypes", []any{"everything"}, `has "everything"`},
		"release":             {clusterTyp, "version", "latest", "want a Kubernetes release"},
		"nodes min above max": {groupTyp, "scalingConfig", object{"minSize": 3, "desiredSize": 3, "maxSize": 2}, "is above maxSize"},
		"nodes desired":       {groupTyp, "scalingConfig", object{"minSize": 1, "desiredSize": 5, "maxSize": 2}, "want 1 to 2"},
		"nodes nowhere":       {groupTyp, "subnetIds", []any{}, "at least one subnet"},
		"template alone": {
			groupTyp, "launchTemplate", object{"id": "lt-0", "version": "1"}, "",
		},
		"scope":                  {"aws:eks/accessPolicyAssociation:AccessPolicyAssociation", "accessScope", object{"type": "namespace"}, "goes with type namespace"},
		"system group":           {"aws:eks/accessEntry:AccessEntry", "kubernetesGroups", []any{"system:masters"}, "system:masters"},
		"add-on settings":        {"aws:eks/addon:Addon", "configurationValues", "a: b", "no JSON document"},
		"reserved tag":           {vpcType, "tags", object{"aws:x": "y"}, "reserved"},
		"bucket in capitals":     {bucketType, "bucket", "State", "want 3 to 63 lower-case letters"},
		"half a version":         {"aws:s3/bucketVersioning:BucketVersioning", "versioningConfiguration", object{"status": "On"}, "want one of Enabled"},
		"lock of no length":      {"aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration", "rule", object{"defaultRetention": object{"mode": "GOVERNANCE"}}, "want one of them"},
		"lock of another kind":   {"aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration", "rule", object{"defaultRetention": object{"mode": "STRICT", "days": 1}}, "want one of GOVERNANCE"},
		"nobody owns":            {"aws:s3/bucketOwnershipControls:BucketOwnershipControls", "rule", object{"objectOwnership": "Anybody"}, "want one of BucketOwnerEnforced"},
		"policy that is no JSON": {"aws:s3/bucketPolicy:BucketPolicy", "policy", "{", "no JSON document"},
		"a key without KMS": {"aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", "rules", []any{object{
			"applyServerSideEncryptionByDefault": object{"sseAlgorithm": "AES256", "kmsMasterKeyId": "k"},
		}}, "goes with sseAlgorithm aws:kms"},
		"unknown is not a reason": {vpcType, "cidrBlock", resource.MakeComputed(resource.NewProperty("")), ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, reasons := f.check(test.typ, "sample", with(test.typ, test.key, test.value))
			if test.want == "" {
				require.Empty(t, reasons)
				return
			}
			require.Contains(t, strings.Join(reasons, "\n"), test.want)
		})
	}
}

func TestCreate_RefusesWhatDoesNotFitWhatExists(t *testing.T) {
	f := newFixture(t, nil)
	vpc, _ := f.create(vpcType, "main", object{"cidrBlock": "10.0.0.0/16"})
	f.create(subnetType, "first", object{"vpcId": vpc, "cidrBlock": "10.0.0.0/24"})
	f.create("aws:cloudwatch/logGroup:LogGroup", "logs", object{"name": "/one"})
	f.create("aws:iam/role:Role", "role", object{"name": "one", "assumeRolePolicy": trust})
	f.create("aws:kms/alias:Alias", "alias", object{"name": "alias/one", "targetKeyId": "0"})
	f.create(bucketType, "bucket", object{"bucket": "one", "objectLockEnabled": true})
	for name, test := range map[string]struct {
		typ  string
		in   object
		want string
	}{
		"subnet outside":     {subnetType, object{"vpcId": vpc, "cidrBlock": "10.1.0.0/24"}, "outside the VPC's 10.0.0.0/16"},
		"subnet overlapping": {subnetType, object{"vpcId": vpc, "cidrBlock": "10.0.0.128/25"}, "overlaps"},
		"log group twice":    {"aws:cloudwatch/logGroup:LogGroup", object{"name": "/one"}, "already exists"},
		"role twice":         {"aws:iam/role:Role", object{"name": "one", "assumeRolePolicy": trust}, "already exists"},
		"alias twice":        {"aws:kms/alias:Alias", object{"name": "alias/one", "targetKeyId": "1"}, "already exists"},
		"bucket twice":       {bucketType, object{"bucket": "one"}, "already exists"},
		"locks unversioned":  {"aws:s3/bucketVersioning:BucketVersioning", object{"bucket": "one", "versioningConfiguration": object{"status": "Suspended"}}, "want Enabled: the bucket locks its versions"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := f.tryCreate(test.typ, "second", test.in)
			require.ErrorContains(t, err, test.want)
			require.NotContains(t, err.Error(), "\n")
		})
	}
}

func TestCluster_IsNotDeletedWhileItIsProtected(t *testing.T) {
	f := newFixture(t, nil)
	in := samples()[clusterTyp]
	in["deletionProtection"] = true
	inputs, _ := f.check(clusterTyp, "main", in)
	made, err := f.srv.Create(context.Background(), &pulumirpc.CreateRequest{Urn: urn(clusterTyp, "main"), Properties: inputs})
	require.NoError(t, err)
	_, err = f.srv.Delete(context.Background(), &pulumirpc.DeleteRequest{Urn: urn(clusterTyp, "main"), Id: made.Id, Properties: made.Properties})
	require.ErrorContains(t, err, "deletionProtection is true")
}

func TestLoadBalancer_IsNotDeletedWhileItIsProtected(t *testing.T) {
	f := newFixture(t, nil)
	in := object{"subnets": []any{"subnet-0"}, "enableDeletionProtection": true}
	inputs, _ := f.check(loadBalancerType, "pages", in)
	made, err := f.srv.Create(context.Background(), &pulumirpc.CreateRequest{Urn: urn(loadBalancerType, "pages"), Properties: inputs})
	require.NoError(t, err)
	_, err = f.srv.Delete(context.Background(), &pulumirpc.DeleteRequest{Urn: urn(loadBalancerType, "pages"), Id: made.Id, Properties: made.Properties})
	require.ErrorContains(t, err, "deletion protection")
}

func TestCluster_AnswersWhatAKubeconfigIsMadeOf(t *testing.T) {
	f := newFixture(t, nil)
	vpc, network := f.create(vpcType, "main", object{"cidrBlock": "10.0.0.0/16"})
	a, _ := f.create(subnetType, "a", object{"vpcId": vpc, "cidrBlock": "10.0.0.0/24"})
	b, _ := f.create(subnetType, "b", object{"vpcId": vpc, "cidrBlock": "10.0.1.0/24"})
	id, out := f.create(clusterTyp, "main", object{
		"name": "satkube", "roleArn": roleArn, "vpcConfig": object{"subnetIds": []any{a, b}, "endpointPrivateAccess": true},
	})
	require.Equal(t, "satkube", id)
	require.Regexp(t, `^https://[0-9A-F]{32}\.gr7\.eu-central-1\.eks\.amazonaws\.com$`, out["endpoint"].StringValue())
	require.Equal(t, "arn:aws:eks:eu-central-1:123456789012:cluster/satkube", out["arn"].StringValue())
	require.Equal(t, vpc, out["vpcConfig"].ObjectValue()["vpcId"].StringValue())
	require.Regexp(t, `^sg-[0-9a-f]{17}$`, out["vpcConfig"].ObjectValue()["clusterSecurityGroupId"].StringValue())
	require.Equal(t, "ACTIVE", out["status"].StringValue())

	text, err := base64.StdEncoding.DecodeString(out["certificateAuthority"].ObjectValue()["data"].StringValue())
	require.NoError(t, err)
	block, _ := pem.Decode(text)
	require.NotNil(t, block)
	_, err = x509.ParseCertificate(block.Bytes)
	require.NoError(t, err)

	group, _ := f.create("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "default", object{"vpcId": vpc})
	require.Equal(t, network["defaultSecurityGroupId"].StringValue(), group, "both resources name the same group")
}

func TestDefaultTags_JoinTheResourcesOwn(t *testing.T) {
	f := newFixture(t, object{"region": "eu-central-1", "defaultTags": `{"tags":{"stage":"test","owner":"all"}}`})
	_, out := f.create(vpcType, "main", object{"cidrBlock": "10.0.0.0/16", "tags": object{"owner": "me"}})
	want := object{"stage": "test", "owner": "me"}
	require.Equal(t, want, out["tags"].Mappable())
	require.Equal(t, want, out["tagsAll"].Mappable())
	_, rule := f.create("aws:ec2/route:Route", "route", samples()["aws:ec2/route:Route"])
	require.NotContains(t, rule, resource.PropertyKey("tags"), "a route takes no tags")
}

func TestNames_OfEachTypeAreGeneratedWhereTheGenuineProviderDoes(t *testing.T) {
	f := newFixture(t, nil)
	for typ, want := range map[string]string{
		"aws:iam/role:Role": `^main-[0-9a-f]{7}$`, "aws:kms/alias:Alias": `^alias/main-[0-9a-f]{7}$`,
		groupTyp: `^main-[0-9a-f]{7}$`,
	} {
		inputs, _ := f.check(typ, "main", samples()[typ])
		property := "name"
		if typ == groupTyp {
			property = "nodeGroupName"
		}
		require.Regexp(t, want, f.read(inputs)[resource.PropertyKey(property)].StringValue())
	}
	inputs, _ := f.check("aws:iam/role:Role", "main", object{"assumeRolePolicy": trust, "namePrefix": "x-"})
	require.NotContains(t, f.read(inputs), resource.PropertyKey("name"))
}

func TestUnknownType_NamesTheFileToExtend(t *testing.T) {
	f := newFixture(t, nil)
	_, err := f.srv.Check(context.Background(), &pulumirpc.CheckRequest{Urn: urn("aws:ec2/instance:Instance", "x")})
	require.ErrorContains(t, err, "aws:ec2/instance:Instance has no stand-in: add it to the table in sandbox/aws/network.go")
	for _, typ := range []string{"aws:ec2/a:A", "aws:iam/a:A", "aws:eks/a:A", "aws:s3/a:A"} {
		require.FileExists(t, tableFile(typ))
	}
}

func (f fixture) invoke(token string, args object) (resource.PropertyMap, error) {
	f.t.Helper()
	resp, err := f.srv.Invoke(context.Background(), &pulumirpc.InvokeRequest{Tok: token, Args: f.props(args)})
	if err != nil {
		return nil, err
	}
	return f.read(resp.Return), nil
}

func TestInvoke_KnowsPartitionsAndZones(t *testing.T) {
	for region, want := range map[string]string{"eu-central-1": "aws", "cn-north-1": "aws-cn", "us-gov-west-1": "aws-us-gov", "mx-central-1": "aws"} {
		f := newFixture(t, object{"region": region})
		out, err := f.invoke("aws:index/getPartition:getPartition", nil)
		require.NoError(t, err)
		require.Equal(t, want, out["partition"].StringValue())
		out, err = f.invoke("aws:index/getAvailabilityZones:getAvailabilityZones", object{"state": "available"})
		require.NoError(t, err)
		require.GreaterOrEqual(t, len(out["names"].ArrayValue()), 2)
		require.Len(t, out["zoneIds"].ArrayValue(), len(out["names"].ArrayValue()))
	}
	f := newFixture(t, nil)
	_, err := f.invoke("aws:ec2/getAmi:getAmi", nil)
	require.ErrorContains(t, err, "aws:ec2/getAmi:getAmi has no stand-in")
}

func TestPolicyDocument_IsWhatAWSWouldStore(t *testing.T) {
	f := newFixture(t, nil)
	out, err := f.invoke("aws:iam/getPolicyDocument:getPolicyDocument", object{"statements": []any{
		object{
			"sid": "One", "actions": []any{"s3:GetObject"}, "resources": []any{"arn:aws:s3:::b/*"},
			"principals": []any{object{"type": "Service", "identifiers": []any{"a.amazonaws.com", "b.amazonaws.com"}}},
			"conditions": []any{
				object{"test": "StringLike", "variable": "aws:x", "values": []any{"<a>&"}},
				object{"test": "StringLike", "variable": "aws:y", "values": []any{"b", "c"}},
			},
		},
		object{"effect": "Deny", "notActions": []any{"iam:*", "sts:*"}, "resources": []any{"*"}, "principals": []any{
			object{"type": "*", "identifiers": []any{"*"}},
		}},
	}})
	require.NoError(t, err)
	require.Equal(t, `{"Version":"2012-10-17","Statement":[`+
		`{"Sid":"One","Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*",`+
		`"Principal":{"Service":["a.amazonaws.com","b.amazonaws.com"]},"Condition":{"StringLike":{"aws:x":"<a>&","aws:y":["b","c"]}}},`+
		`{"Effect":"Deny","NotAction":["iam:*","sts:*"],"Resource":"*","Principal":"*"}]}`, out["minifiedJson"].StringValue())
	require.JSONEq(t, out["minifiedJson"].StringValue(), out["json"].StringValue())

	merged, err := f.invoke("aws:iam/getPolicyDocument:getPolicyDocument", object{
		"sourcePolicyDocuments":   []any{out["json"].StringValue()},
		"overridePolicyDocuments": []any{`{"Statement":{"Sid":"One","Effect":"Deny","Action":"*","Resource":"*"}}`},
	})
	require.NoError(t, err)
	var doc struct{ Statement []map[string]any }
	require.NoError(t, json.Unmarshal([]byte(merged["json"].StringValue()), &doc))
	require.Len(t, doc.Statement, 2)
	require.Equal(t, "Deny", doc.Statement[0]["Effect"])
}
