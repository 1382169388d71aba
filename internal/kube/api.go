package kube

import (
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	rbacv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/rbac/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// APIAccess lets a pod call the Kubernetes API.
type APIAccess struct {
	// Rules are what it may do in the whole cluster; NamespaceRules in its own namespace only.
	Rules, NamespaceRules []Rule
	// Server are the addresses of the API server, and Ports its ports.
	Server Peer
	Ports  []Port
}

// Rule allows verbs on resources, or on paths of the API that are none.
type Rule struct {
	// Groups are API groups, "" for the core one.
	Groups, Resources, Verbs []string
	// Names limits it to objects of these names.
	Names []string
	// Paths are URLs such as /metrics.
	Paths []string
}

const (
	tokenVolume = "kube-api-access"
	// tokenDir is where client libraries look for the token, the API server's CA and the namespace.
	tokenDir = "/var/run/secrets/kubernetes.io/serviceaccount"
	// tokenSeconds is how long a token is good for; the kubelet renews it before. The API server makes none for less than ten minutes.
	tokenSeconds = 3600
)

// newRights makes the roles of a pod that calls the API, and binds them.
func newRights(ctx *pulumi.Context, name string, args WorkloadArgs, child pulumi.ResourceOption) ([]pulumi.Resource, error) {
	if args.API == nil {
		return nil, nil
	}
	var made []pulumi.Resource
	subjects := rbacv1.SubjectArray{rbacv1.SubjectArgs{
		Kind: pulumi.String("ServiceAccount"), Name: pulumi.String(args.App.Name), Namespace: pulumi.String(args.Namespace.Name),
	}}
	if len(args.API.Rules) > 0 {
		// The name is the cluster's, so it says whose it is.
		clusterName := "satkube-" + args.Namespace.Name + "-" + args.App.Name
		metadata := metav1.ObjectMetaArgs{Name: pulumi.String(clusterName), Labels: pulumi.ToStringMap(args.App.Labels())}
		role, err := rbacv1.NewClusterRole(ctx, name, &rbacv1.ClusterRoleArgs{Metadata: metadata, Rules: rules(args.API.Rules)}, child)
		if err != nil {
			return nil, err
		}
		binding, err := rbacv1.NewClusterRoleBinding(ctx, name, &rbacv1.ClusterRoleBindingArgs{
			Metadata: metadata, RoleRef: roleRef("ClusterRole", clusterName), Subjects: subjects,
		}, child, pulumi.DependsOn([]pulumi.Resource{role}))
		if err != nil {
			return nil, err
		}
		made = append(made, binding)
	}
	if len(args.API.NamespaceRules) > 0 {
		inside := pulumi.Composite(child, pulumi.DependsOn(args.Namespace.Exists))
		metadata := args.metadata(args.App.Name)
		role, err := rbacv1.NewRole(ctx, name, &rbacv1.RoleArgs{Metadata: metadata, Rules: rules(args.API.NamespaceRules)}, inside)
		if err != nil {
			return nil, err
		}
		binding, err := rbacv1.NewRoleBinding(ctx, name, &rbacv1.RoleBindingArgs{
			Metadata: metadata, RoleRef: roleRef("Role", args.App.Name), Subjects: subjects,
		}, inside, pulumi.DependsOn([]pulumi.Resource{role}))
		if err != nil {
			return nil, err
		}
		made = append(made, binding)
	}
	return made, nil
}

func roleRef(kind, name string) rbacv1.RoleRefArgs {
	return rbacv1.RoleRefArgs{ApiGroup: pulumi.String("rbac.authorization.k8s.io"), Kind: pulumi.String(kind), Name: pulumi.String(name)}
}

func rules(rules []Rule) rbacv1.PolicyRuleArray {
	var made rbacv1.PolicyRuleArray
	for _, r := range rules {
		rule := rbacv1.PolicyRuleArgs{Verbs: pulumi.ToStringArray(r.Verbs)}
		if len(r.Paths) > 0 {
			rule.NonResourceURLs = pulumi.ToStringArray(r.Paths)
		} else {
			rule.ApiGroups, rule.Resources = pulumi.ToStringArray(r.Groups), pulumi.ToStringArray(r.Resources)
		}
		if len(r.Names) > 0 {
			rule.ResourceNames = pulumi.ToStringArray(r.Names)
		}
		made = append(made, rule)
	}
	return made
}

// tokenArgs is the volume that the kubelet would mount by itself, with a token that lasts an hour. Mounted by hand, it is in the pods
// that need it and in no other, whatever the service account says.
func tokenArgs() corev1.VolumeArgs {
	return corev1.VolumeArgs{
		Name: pulumi.String(tokenVolume),
		Projected: corev1.ProjectedVolumeSourceArgs{
			DefaultMode: pulumi.Int(secretMode),
			Sources: corev1.VolumeProjectionArray{
				corev1.VolumeProjectionArgs{ServiceAccountToken: corev1.ServiceAccountTokenProjectionArgs{
					Path: pulumi.String("token"), ExpirationSeconds: pulumi.Int(tokenSeconds),
				}},
				corev1.VolumeProjectionArgs{ConfigMap: corev1.ConfigMapProjectionArgs{
					Name:  pulumi.String("kube-root-ca.crt"),
					Items: corev1.KeyToPathArray{corev1.KeyToPathArgs{Key: pulumi.String("ca.crt"), Path: pulumi.String("ca.crt")}},
				}},
				corev1.VolumeProjectionArgs{DownwardAPI: corev1.DownwardAPIProjectionArgs{
					Items: corev1.DownwardAPIVolumeFileArray{corev1.DownwardAPIVolumeFileArgs{
						Path: pulumi.String("namespace"), FieldRef: corev1.ObjectFieldSelectorArgs{FieldPath: pulumi.String("metadata.namespace")},
					}},
				}},
			},
		},
	}
}
