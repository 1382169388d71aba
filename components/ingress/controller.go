package ingress

import (
	"maps"
	"slices"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"gitlab.com/thinkmassive/satkube/internal/kube"
)

const (
	// controllerUser is a number that no account of a node has. The image's own is 101, but all its files can be read by others.
	controllerUser = 10271
	// stopSeconds lets requests under way end, once no new ones come: worker-shutdown-timeout, and some time for the controller itself.
	stopSeconds = 90
)

func https() kube.Port   { return kube.Port{Name: "https", Number: httpsPort} }
func metrics() kube.Port { return kube.Port{Name: "metrics", Number: metricsPort} }

// newController makes the controller, with its class and its settings.
func newController(ctx *pulumi.Context, name string, args Args, targets []target, before []pulumi.Resource, child, inside pulumi.ResourceOption) (*kube.Workload, error) {
	// The controller exits when either of them is missing.
	class, err := networkingv1.NewIngressClass(ctx, name, &networkingv1.IngressClassArgs{
		Metadata: metav1.ObjectMetaArgs{Name: pulumi.String(className), Labels: pulumi.ToStringMap(args.app().Labels())},
		Spec:     networkingv1.IngressClassSpecArgs{Controller: pulumi.String("nginx.org/ingress-controller")},
	}, child)
	if err != nil {
		return nil, err
	}
	config, err := corev1.NewConfigMap(ctx, name, &corev1.ConfigMapArgs{
		Metadata: kube.Metadata(args.app(), args.Namespace, configName),
		Data:     pulumi.ToStringMap(settings()),
	}, inside)
	if err != nil {
		return nil, err
	}
	workload := args.workload(targets)
	workload.After = append(slices.Clone(before), class, config)
	return kube.NewDeployment(ctx, name, kube.DeploymentArgs{WorkloadArgs: workload, Replicas: args.Replicas}, child)
}

func (a Args) workload(targets []target) kube.WorkloadArgs {
	var settled []string
	for _, key := range slices.Sorted(maps.Keys(settings())) {
		settled = append(settled, key, settings()[key])
	}
	return kube.WorkloadArgs{
		App:         a.app(),
		Namespace:   a.Namespace,
		Annotations: kube.Reads(settled...),
		Pod: kube.Pod{
			User: controllerUser, StopSeconds: stopSeconds + a.LoadBalancer.drainSeconds(), PriorityClass: a.PriorityClass,
			Init:       []kube.Container{a.prepare()},
			Containers: []kube.Container{a.container()},
			Volumes: []kube.Volume{
				{Name: "programs", Scratch: "256Mi"},
				{Name: "etc", Scratch: "64Mi"},
				{Name: "cache", Scratch: "512Mi"},
				{Name: "lib", Scratch: "64Mi"},
				{Name: "state", Scratch: "64Mi"},
				{Name: "log", Scratch: "64Mi"},
			},
		},
		AllowFrom: []kube.Inbound{{From: a.LoadBalancer.peer(), Port: https()}},
		AllowTo:   endpoints(targets),
		API:       &kube.APIAccess{Rules: a.clusterRules(), NamespaceRules: namespaceRules(), Server: a.APIServer, Ports: a.APIPorts},
	}
}

// prepare copies what nginx changes in its own configuration to a volume, and both programs beside it. In the image they carry the
// file capability NET_BIND_SERVICE, and the kernel refuses to start such a file where that capability is dropped, whatever port it
// opens. A copy is without.
func (a Args) prepare() kube.Container {
	return kube.Container{
		Name: "prepare", Image: a.Image.Ref(),
		Command: []string{"sh", "-ec", "cp -dR /etc/nginx/. /mnt/etc\ncp /nginx-ingress /usr/sbin/nginx /mnt/programs"},
		Mounts: []kube.Mount{
			{Volume: "etc", Path: "/mnt/etc", Writable: true},
			{Volume: "programs", Path: "/mnt/programs", Writable: true},
		},
		CPU: a.CPU, Memory: a.Memory,
	}
}

func (a Args) container() kube.Container {
	return kube.Container{
		Name: "nginx-ingress", Image: a.Image.Ref(), Args: a.flags(),
		FieldEnv: map[string]string{"POD_NAMESPACE": "metadata.namespace", "POD_NAME": "metadata.name"},
		Ports:    []kube.Port{https(), metrics()},
		Mounts: []kube.Mount{
			{Volume: "programs", Path: "/nginx-ingress", SubPath: "nginx-ingress"},
			{Volume: "programs", Path: "/usr/sbin/nginx", SubPath: "nginx"},
			{Volume: "etc", Path: "/etc/nginx", Writable: true},
			{Volume: "cache", Path: "/var/cache/nginx", Writable: true},
			{Volume: "lib", Path: "/var/lib/nginx", Writable: true},
			{Volume: "state", Path: "/var/lib/nginx/state", Writable: true},
			{Volume: "log", Path: "/var/log/nginx", Writable: true},
		},
		CPU: a.CPU, Memory: a.Memory,
		DrainSeconds: a.LoadBalancer.drainSeconds(),
		// It starts nginx, then reads all Ingresses; a minute is far more than a few routes take.
		Startup: &kube.Probe{HTTP: readinessPort, Path: "/nginx-ready", EverySeconds: 2, TimeoutSeconds: 2, Failures: 30},
		// The controller ends by itself when nginx does. What is left is an nginx that does not accept any more.
		Liveness:  &kube.Probe{TCP: httpsPort, EverySeconds: 10, TimeoutSeconds: 5, Failures: 6},
		Readiness: &kube.Probe{HTTP: readinessPort, Path: "/nginx-ready", EverySeconds: 5, TimeoutSeconds: 2, Failures: 2},
	}
}

// clusterRules are what the controller does outside of its namespace. It reads where backends are, and nothing that is secret. Roles
// for each backend's namespace would be narrower by these few kinds of objects; classes are the cluster's anyhow.
func (a Args) clusterRules() []kube.Rule {
	read := []string{"get", "list", "watch"}
	return []kube.Rule{
		{Groups: []string{"networking.k8s.io"}, Resources: []string{"ingressclasses"}, Verbs: []string{"get"}, Names: []string{className}},
		{Groups: []string{"networking.k8s.io"}, Resources: []string{"ingresses"}, Verbs: read},
		{Groups: []string{""}, Resources: []string{"services", "pods"}, Verbs: read},
		{Groups: []string{"discovery.k8s.io"}, Resources: []string{"endpointslices"}, Verbs: read},
		// It looks once whether the namespaces that it is told of exist.
		{Groups: []string{""}, Resources: []string{"namespaces"}, Verbs: []string{"get"}, Names: a.watched()},
		// It tells on an Ingress whether it took it.
		{Groups: []string{""}, Resources: []string{"events"}, Verbs: []string{"create", "patch"}},
	}
}

// namespaceRules are what it does in its own namespace. It lists and watches Secrets and ConfigMaps without naming any, so a rule by
// names would not let it start; that is why the namespace holds nothing but what it serves. It would also like to write its version on
// its own pods. The right to do so would let it change any pod here, so it logs ten errors at its start instead.
func namespaceRules() []kube.Rule {
	read := []string{"get", "list", "watch"}
	return []kube.Rule{
		{Groups: []string{""}, Resources: []string{"configmaps"}, Verbs: read},
		{Groups: []string{""}, Resources: []string{"secrets"}, Verbs: read},
	}
}
