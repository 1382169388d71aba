package clustersetup

// The types that several rules look at.
const (
	addon            = "aws:eks/addon:Addon"
	cluster          = "aws:eks/cluster:Cluster"
	nodeGroup        = "aws:eks/nodeGroup:NodeGroup"
	instance         = "aws:ec2/instance:Instance"
	launchTemplate   = "aws:ec2/launchTemplate:LaunchTemplate"
	subnet           = "aws:ec2/subnet:Subnet"
	vpc              = "aws:ec2/vpc:Vpc"
	securityGroup    = "aws:ec2/securityGroup:SecurityGroup"
	defaultGroup     = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
	groupRule        = "aws:ec2/securityGroupRule:SecurityGroupRule"
	groupIngressRule = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"

	configMap     = "kubernetes:core/v1:ConfigMap"
	namespace     = "kubernetes:core/v1:Namespace"
	service       = "kubernetes:core/v1:Service"
	deployment    = "kubernetes:apps/v1:Deployment"
	ingress       = "kubernetes:networking.k8s.io/v1:Ingress"
	ingressClass  = "kubernetes:networking.k8s.io/v1:IngressClass"
	networkPolicy = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
)
