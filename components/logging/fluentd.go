package logging

import (
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"gitlab.com/thinkmassive/satkube/internal/kube"
)

const (
	passwordFile = "password"
	// hostState is fluentd's directory on the node; the only one there that it may write.
	hostState = "/var/lib/satkube/fluentd"
)

func metricsPort() kube.Port { return kube.Port{Name: "metrics", Number: 24231} }

func fluentdApp(args Args) kube.App {
	return kube.App{Name: "fluentd", Instance: "logging", Component: "logging", Version: args.FluentdImage.Version()}
}

func newFluentd(
	ctx *pulumi.Context, name string, args Args, elasticsearch kube.Endpoint, certificates certificates, credentials *credentials, child pulumi.ResourceOption,
) (*kube.Workload, error) {
	app := fluentdApp(args)
	inside := pulumi.Composite(child, pulumi.DependsOn(args.AgentNamespace.Exists))
	conf := renderFluentd(args, elasticsearch)
	config, err := corev1.NewConfigMap(ctx, name, &corev1.ConfigMapArgs{
		Metadata: kube.Metadata(app, args.AgentNamespace, app.Name),
		Data:     pulumi.StringMap{"fluent.conf": pulumi.String(conf)},
	}, inside)
	if err != nil {
		return nil, err
	}
	secret, err := corev1.NewSecret(ctx, name, &corev1.SecretArgs{
		Metadata:   kube.Metadata(app, args.AgentNamespace, app.Name),
		Type:       pulumi.String("Opaque"),
		StringData: pulumi.StringMap{passwordFile: credentials.passwords[fluentdUser], caFile: certificates.file(caFile)},
	}, inside)
	if err != nil {
		return nil, err
	}
	return kube.NewAgent(ctx, name, kube.WorkloadArgs{
		App:         app,
		Namespace:   args.AgentNamespace,
		Annotations: kube.Reads(conf, args.CertificatesSince.String()),
		Pod:         args.fluentdPod(),
		After:       []pulumi.Resource{config, secret},
		AllowTo:     []kube.Endpoint{elasticsearch},
		API: &kube.APIAccess{
			// It looks up one pod after another by name; without watches it needs neither list nor watch.
			Rules:  []kube.Rule{{Groups: []string{""}, Resources: []string{"pods"}, Verbs: []string{"get"}}},
			Server: args.APIServer, Ports: args.APIPorts,
		},
	}, child)
}

// fluentdPod runs as root, which owns the files of the logs and is the only one to read them. It needs no capability for that.
func (a Args) fluentdPod() kube.Pod {
	answers := func(failures int) *kube.Probe {
		return &kube.Probe{HTTP: metricsPort().Number, Path: "/metrics", EverySeconds: 15, TimeoutSeconds: 10, Failures: failures}
	}
	return kube.Pod{
		StopSeconds:   60,
		PriorityClass: a.PriorityClass,
		Containers: []kube.Container{{
			Name:  "fluentd",
			Image: a.FluentdImage.Ref(),
			// The last line of the image's entrypoint. What is before it prepares the configuration that we do not use.
			Command:  []string{"tini", "--", "fluentd"},
			Args:     []string{"-c", fluentdDir + "/fluent.conf", "-p", "/fluentd/plugins", "--gemfile", "/fluentd/Gemfile"},
			FieldEnv: map[string]string{"K8S_NODE_NAME": "spec.nodeName"},
			Ports:    []kube.Port{metricsPort()},
			CPU:      "200m",
			Memory:   "512Mi",
			Mounts: []kube.Mount{
				{Volume: "config", Path: fluentdDir},
				{Volume: "account", Path: fluentdSecret},
				// The first holds links into the second.
				{Volume: "containers", Path: "/var/log/containers"},
				{Volume: "pods", Path: "/var/log/pods"},
				{Volume: "state", Path: stateDir, Writable: true},
				{Volume: "tmp", Path: "/tmp", Writable: true},
			},
			Startup: answers(20), Liveness: answers(8), Readiness: answers(4),
		}},
		Volumes: []kube.Volume{
			{Name: "config", ConfigMap: fluentdApp(a).Name},
			{Name: "account", Secret: fluentdApp(a).Name, SecretKeys: []string{passwordFile, caFile}},
			{Name: "tmp", Scratch: "64Mi"},
		},
		Host: kube.Host{
			Root: true,
			Paths: []kube.HostPath{
				{Name: "containers", Path: "/var/log/containers"},
				{Name: "pods", Path: "/var/log/pods"},
				{Name: "state", Path: hostState, Create: true},
			},
		},
	}
}
