package bootstrap

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// rightsOf returns the documents that the program attaches to a role. Under mocks the key's ARN is arn:recorded:bootstrap-state.
func rightsOf(t *testing.T, role string) []string {
	t.Helper()
	recording := run(t, args())
	var all []string
	for _, a := range recording.All("aws:iam/rolePolicyAttachment:RolePolicyAttachment") {
		if a.Path("role").StringValue() == "satkube-"+role {
			name := strings.TrimPrefix(a.Path("policyArn").StringValue(), "arn:recorded:")
			all = append(all, recording.Must(t, "aws:iam/policy:Policy", name).Path("policy").StringValue())
		}
	}
	for _, p := range recording.All("aws:iam/rolePolicy:RolePolicy") {
		if p.Path("role").StringValue() == "satkube-"+role {
			all = append(all, p.Path("policy").StringValue())
		}
	}
	require.Len(t, all, map[string]int{"preview": 2, "deploy": 6}[role])
	return all
}

// in is a request in the state's region, with further keys of its context.
func in(action, resource string, context ...string) request {
	r := request{action: action, resource: resource, context: map[string][]string{"aws:RequestedRegion": {"us-east-2"}}}
	for i := 0; i < len(context); i += 2 {
		r.context[context[i]] = append(r.context[context[i]], context[i+1])
	}
	return r
}

const (
	ec2       = "arn:aws:ec2:us-east-2:123456789012:"
	iamOf     = "arn:aws:iam::123456789012:"
	stateOf   = "arn:aws:s3:::satkube-state-123456789012-us-east-2"
	stateKey  = "arn:recorded:bootstrap-state"
	asks      = "aws:RequestTag/satkube:cluster"
	has       = "aws:ResourceTag/satkube:cluster"
	bounded   = "iam:PermissionsBoundary"
	theirs    = iamOf + "policy/satkube-boundary"
	awsPolicy = "arn:aws:iam::aws:policy/"
)

func TestRoles_MayDoWhatTheyAreForAndNothingElse(t *testing.T) {
	for name, c := range map[string]struct {
		request         request
		preview, deploy verdict
	}{
		"look at a VPC":                 {in("ec2:DescribeVpcs", "*"), allowed, allowed},
		"look elsewhere":                {in("ec2:DescribeVpcs", "*", "aws:RequestedRegion", "ap-south-1"), "", ""},
		"look at a cluster":             {in("eks:DescribeCluster", "arn:aws:eks:us-east-2:123456789012:cluster/satkube-mainnet"), allowed, allowed},
		"look at a role":                {in("iam:GetRole", iamOf+"role/cluster-node-1"), allowed, allowed},
		"read logs":                     {in("logs:GetLogEvents", "*"), unallowed, unallowed},
		"read a machine's password":     {in("ec2:GetPasswordData", ec2+"instance/i-1"), unallowed, unallowed},
		"read a stored secret":          {in("secretsmanager:GetSecretValue", "*"), unallowed, unallowed},
		"read testnet's state":          {in("s3:GetObject", stateOf+"/.pulumi/stacks/satkube/testnet.json"), allowed, allowed},
		"read its compressed state":     {in("s3:GetObject", stateOf+"/.pulumi/stacks/satkube/testnet.json.gz"), allowed, allowed},
		"read mainnet's state":          {in("s3:GetObject", stateOf+"/.pulumi/stacks/satkube/mainnet.json"), unallowed, allowed},
		"read mainnet's history":        {in("s3:GetObject", stateOf+"/.pulumi/history/satkube/mainnet/mainnet-1.history.json"), unallowed, allowed},
		"read the backend's version":    {in("s3:GetObject", stateOf+"/.pulumi/meta.yaml"), allowed, allowed},
		"read an old version":           {in("s3:GetObjectVersion", stateOf+"/.pulumi/stacks/satkube/testnet.json"), unallowed, unallowed},
		"list the states":               {in("s3:ListBucket", stateOf), allowed, allowed},
		"write testnet's state":         {in("s3:PutObject", stateOf+"/.pulumi/stacks/satkube/testnet.json"), unallowed, allowed},
		"take a lock":                   {in("s3:PutObject", stateOf+"/.pulumi/locks/organization/satkube/testnet/1.json"), unallowed, allowed},
		"give a lock back":              {in("s3:DeleteObject", stateOf+"/.pulumi/locks/organization/satkube/testnet/1.json"), unallowed, allowed},
		"rewrite what guards it":        {in("s3:PutObject", stateOf+"/.pulumi/stacks/satkube/bootstrap.json"), unallowed, denied},
		"lock what guards it":           {in("s3:PutObject", stateOf+"/.pulumi/locks/organization/satkube/bootstrap/1.json"), unallowed, denied},
		"delete a version for good":     {in("s3:DeleteObjectVersion", stateOf+"/.pulumi/stacks/satkube/testnet.json"), unallowed, unallowed},
		"pass by the lock":              {in("s3:BypassGovernanceRetention", stateOf+"/.pulumi/stacks/satkube/testnet.json"), unallowed, unallowed},
		"stop the versions":             {in("s3:PutBucketVersioning", stateOf), unallowed, unallowed},
		"write elsewhere":               {in("s3:PutObject", "arn:aws:s3:::other/.pulumi/a"), unallowed, unallowed},
		"decrypt by the state's key":    {in("kms:Decrypt", stateKey), allowed, allowed},
		"encrypt by the state's key":    {in("kms:Encrypt", stateKey), unallowed, allowed},
		"delete the state's key":        {in("kms:ScheduleKeyDeletion", stateKey), unallowed, unallowed},
		"open the state's key":          {in("kms:PutKeyPolicy", stateKey), unallowed, unallowed},
		"make a VPC":                    {in("ec2:CreateVpc", ec2+"vpc/*", asks, "satkube-testnet"), unallowed, allowed},
		"make a VPC without the tag":    {in("ec2:CreateVpc", ec2+"vpc/*"), unallowed, unallowed},
		"make another cluster's VPC":    {in("ec2:CreateVpc", ec2+"vpc/*", asks, "other"), unallowed, unallowed},
		"make a VPC elsewhere":          {in("ec2:CreateVpc", ec2+"vpc/*", asks, "satkube-testnet", "aws:RequestedRegion", "ap-south-1"), "", ""},
		"make a subnet in its VPC":      {in("ec2:CreateSubnet", ec2+"vpc/vpc-1", has, "satkube-testnet"), unallowed, allowed},
		"make a subnet in another VPC":  {in("ec2:CreateSubnet", ec2+"vpc/vpc-1", has, "other"), unallowed, unallowed},
		"delete its VPC":                {in("ec2:DeleteVpc", ec2+"vpc/vpc-1", has, "satkube-testnet"), unallowed, allowed},
		"delete another VPC":            {in("ec2:DeleteVpc", ec2+"vpc/vpc-1"), unallowed, unallowed},
		"claim another VPC":             {in("ec2:CreateTags", ec2+"vpc/vpc-1", asks, "satkube-testnet"), unallowed, unallowed},
		"tag what it makes":             {in("ec2:CreateTags", ec2+"vpc/vpc-1", asks, "satkube-testnet", "ec2:CreateAction", "CreateVpc"), unallowed, allowed},
		"open another group":            {in("ec2:AuthorizeSecurityGroupIngress", ec2+"security-group/sg-1"), unallowed, unallowed},
		"close a VPC's default group":   {in("ec2:RevokeSecurityGroupIngress", ec2+"security-group/sg-1"), unallowed, allowed},
		"launch from its templates":     {in("ec2:RunInstances", ec2+"instance/*", "ec2:LaunchTemplate", ec2+"launch-template/lt-1"), unallowed, allowed},
		"launch anything":               {in("ec2:RunInstances", ec2+"instance/*"), unallowed, unallowed},
		"stop another machine":          {in("ec2:TerminateInstances", ec2+"instance/i-1"), unallowed, unallowed},
		"make its cluster":              {in("eks:CreateCluster", "arn:aws:eks:us-east-2:123456789012:cluster/satkube-testnet"), unallowed, allowed},
		"make another cluster":          {in("eks:CreateCluster", "arn:aws:eks:us-east-2:123456789012:cluster/satkube-testnet-2"), unallowed, unallowed},
		"delete another cluster":        {in("eks:DeleteCluster", "arn:aws:eks:us-east-2:123456789012:cluster/other"), unallowed, unallowed},
		"delete other logs":             {in("logs:DeleteLogGroup", "arn:aws:logs:us-east-2:123456789012:log-group:/aws/cloudtrail/all"), unallowed, unallowed},
		"delete another key":            {in("kms:ScheduleKeyDeletion", "arn:aws:kms:us-east-2:123456789012:key/1"), unallowed, unallowed},
		"delete its cluster's key":      {in("kms:ScheduleKeyDeletion", "arn:aws:kms:us-east-2:123456789012:key/1", has, "satkube-testnet"), unallowed, allowed},
		"lend its key to EKS":           {in("kms:CreateGrant", "arn:aws:kms:us-east-2:123456789012:key/1", has, "satkube-testnet", "kms:GrantIsForAWSResource", "true"), unallowed, allowed},
		"lend its key to anybody":       {in("kms:CreateGrant", "arn:aws:kms:us-east-2:123456789012:key/1", has, "satkube-testnet", "kms:GrantIsForAWSResource", "false"), unallowed, unallowed},
		"make a role within bounds":     {in("iam:CreateRole", iamOf+"role/cluster-node-1", bounded, theirs), unallowed, allowed},
		"make a role without bounds":    {in("iam:CreateRole", iamOf+"role/cluster-node-1"), unallowed, unallowed},
		"make a role in other bounds":   {in("iam:CreateRole", iamOf+"role/cluster-node-1", bounded, awsPolicy+"AdministratorAccess"), unallowed, unallowed},
		"make another role":             {in("iam:CreateRole", iamOf+"role/admin", bounded, theirs), unallowed, unallowed},
		"write a role's policy":         {in("iam:PutRolePolicy", iamOf+"role/network-flow-logs-1", bounded, theirs), unallowed, allowed},
		"write an unbounded one's":      {in("iam:PutRolePolicy", iamOf+"role/cluster-of-somebody"), unallowed, unallowed},
		"attach a node's policy":        {in("iam:AttachRolePolicy", iamOf+"role/cluster-node-1", bounded, theirs, "iam:PolicyARN", awsPolicy+"AmazonEKSWorkerNodePolicy"), unallowed, allowed},
		"attach the administrator's":    {in("iam:AttachRolePolicy", iamOf+"role/cluster-node-1", bounded, theirs, "iam:PolicyARN", awsPolicy+"AdministratorAccess"), unallowed, unallowed},
		"take a boundary off":           {in("iam:DeleteRolePermissionsBoundary", iamOf+"role/cluster-node-1"), unallowed, denied},
		"put another boundary on":       {in("iam:PutRolePermissionsBoundary", iamOf+"role/cluster-node-1", bounded, awsPolicy+"AdministratorAccess"), unallowed, unallowed},
		"widen the boundary":            {in("iam:CreatePolicyVersion", theirs), unallowed, denied},
		"widen its own rights":          {in("iam:CreatePolicyVersion", iamOf+"policy/satkube-iam"), unallowed, denied},
		"let others be it":              {in("iam:UpdateAssumeRolePolicy", iamOf+"role/satkube-deploy"), unallowed, denied},
		"let others preview":            {in("iam:UpdateAssumeRolePolicy", iamOf+"role/satkube-preview"), unallowed, denied},
		"trust another GitLab":          {in("iam:CreateOpenIDConnectProvider", iamOf+"oidc-provider/gitlab.example.com"), unallowed, denied},
		"trust another audience":        {in("iam:AddClientIDToOpenIDConnectProvider", iamOf+"oidc-provider/gitlab.com"), unallowed, denied},
		"make a user":                   {in("iam:CreateUser", iamOf+"user/x"), unallowed, denied},
		"make a key that lasts":         {in("iam:CreateAccessKey", iamOf+"user/x"), unallowed, denied},
		"hand a role to EKS":            {in("iam:PassRole", iamOf+"role/cluster-node-1", "iam:PassedToService", "eks.amazonaws.com"), unallowed, allowed},
		"hand a role to Lambda":         {in("iam:PassRole", iamOf+"role/cluster-node-1", "iam:PassedToService", "lambda.amazonaws.com"), unallowed, unallowed},
		"hand another role to EC2":      {in("iam:PassRole", iamOf+"role/admin", "iam:PassedToService", "ec2.amazonaws.com"), unallowed, unallowed},
		"make the role of a service":    {in("iam:CreateServiceLinkedRole", iamOf+"role/aws-service-role/eks.amazonaws.com/x", "iam:AWSServiceName", "eks.amazonaws.com"), unallowed, allowed},
		"make another service's":        {in("iam:CreateServiceLinkedRole", iamOf+"role/aws-service-role/sso.amazonaws.com/x", "iam:AWSServiceName", "sso.amazonaws.com"), unallowed, unallowed},
		"become another role":           {in("sts:AssumeRole", iamOf+"role/admin"), unallowed, unallowed},
		"make a load balancer":          {in("elasticloadbalancing:CreateLoadBalancer", "arn:aws:elasticloadbalancing:us-east-2:123456789012:loadbalancer/net/a/*", asks, "satkube-mainnet"), unallowed, allowed},
		"claim another load balancer":   {in("elasticloadbalancing:AddTags", "arn:aws:elasticloadbalancing:us-east-2:123456789012:loadbalancer/net/a/1", asks, "satkube-mainnet"), unallowed, unallowed},
		"tag a new load balancer":       {in("elasticloadbalancing:AddTags", "arn:aws:elasticloadbalancing:us-east-2:123456789012:loadbalancer/net/a/1", asks, "satkube-mainnet", "elasticloadbalancing:CreateAction", "CreateLoadBalancer"), unallowed, allowed},
		"listen on another's":           {in("elasticloadbalancing:CreateListener", "arn:aws:elasticloadbalancing:us-east-2:123456789012:loadbalancer/net/a/1", asks, "satkube-mainnet"), unallowed, unallowed},
		"make a rule":                   {in("ec2:AuthorizeSecurityGroupIngress", ec2+"security-group-rule/*", asks, "satkube-mainnet"), unallowed, allowed},
		"make a rule of its group":      {in("ec2:AuthorizeSecurityGroupIngress", ec2+"security-group/sg-1", has, "satkube-mainnet", asks, "satkube-mainnet"), unallowed, allowed},
		"make a rule of another group":  {in("ec2:AuthorizeSecurityGroupIngress", ec2+"security-group/sg-1", asks, "satkube-mainnet"), unallowed, unallowed},
		"delete another load balancer":  {in("elasticloadbalancing:DeleteLoadBalancer", "arn:aws:elasticloadbalancing:us-east-2:123456789012:loadbalancer/net/a/1"), unallowed, unallowed},
		"send traffic to another group": {in("autoscaling:AttachLoadBalancerTargetGroups", "arn:aws:autoscaling:us-east-2:123456789012:autoScalingGroup:1:autoScalingGroupName/web"), unallowed, unallowed},
	} {
		t.Run(name, func(t *testing.T) {
			r := c.request
			if c.preview == "" { // in another region
				r.context["aws:RequestedRegion"] = r.context["aws:RequestedRegion"][1:]
				c.preview, c.deploy = unallowed, unallowed
			}
			require.Equal(t, c.preview, decide(t, rightsOf(t, "preview"), r), "preview")
			require.Equal(t, c.deploy, decide(t, rightsOf(t, "deploy"), r), "deploy")
		})
	}
}
