package logging

import (
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"sigs.k8s.io/yaml"

	"gitlab.com/thinkmassive/satkube/internal/kube"
)

const (
	kibanaDir = "/etc/kibana"
	// kibanaMemory is what Elastic's operator gives it: with half of that it dies while it loads its plugins.
	kibanaMemory = "2Gi"
)

func kibanaPort() kube.Port { return kube.Port{Name: "ui", Number: 5601} }

func kibanaApp(args Args) kube.App {
	return kube.App{Name: "kibana", Instance: "logging", Component: "logging", Version: args.KibanaImage.Version()}
}

// kibanaSecrets are the values in kibana.yml that nobody may see.
type kibanaSecrets struct{ token, sessionsKey, objectsKey, reportsKey string }

func newKibana(
	ctx *pulumi.Context, name string, args Args, elasticsearch kube.Endpoint, certificates certificates, credentials *credentials, child pulumi.ResourceOption,
) (*kube.Workload, error) {
	app := kibanaApp(args)
	keys := credentials.kibanaKeys
	conf := pulumi.All(credentials.kibanaToken, keys[0], keys[1], keys[2]).ApplyT(func(values []any) (string, error) {
		return renderKibana(args, elasticsearch, kibanaSecrets{values[0].(string), values[1].(string), values[2].(string), values[3].(string)})
	}).(pulumi.StringOutput)
	files := pulumi.StringMap{"kibana.yml": pulumi.ToSecret(conf).(pulumi.StringOutput)}
	secretKeys := []string{"kibana.yml"}
	for _, file := range []string{caFile, kibanaFile + certificateIn, kibanaFile + keyIn} {
		files[file] = certificates.file(file)
		secretKeys = append(secretKeys, file)
	}
	secret, err := corev1.NewSecret(ctx, name, &corev1.SecretArgs{
		Metadata: kube.Metadata(app, args.Namespace, app.Name), Type: pulumi.String("Opaque"), StringData: files,
	}, child, pulumi.DependsOn(args.Namespace.Exists))
	if err != nil {
		return nil, err
	}
	shown, err := renderKibana(args, elasticsearch, kibanaSecrets{})
	if err != nil {
		return nil, err
	}
	return kube.NewDeployment(ctx, name, kube.DeploymentArgs{
		Replicas: 1,
		WorkloadArgs: kube.WorkloadArgs{
			App:         app,
			Namespace:   args.Namespace,
			Annotations: kube.Reads(shown, args.CertificatesSince.String()),
			Pod:         args.kibanaPod(secretKeys),
			After:       []pulumi.Resource{secret},
			AllowTo:     []kube.Endpoint{elasticsearch},
		},
	}, child)
}

// renderKibana is kibana.yml.
func renderKibana(args Args, elasticsearch kube.Endpoint, secrets kibanaSecrets) (string, error) {
	settings := map[string]any{
		"server.name":            "kibana",
		"server.host":            "0.0.0.0",
		"server.port":            kibanaPort().Number,
		"server.ssl.enabled":     true,
		"server.ssl.certificate": kibanaDir + "/" + kibanaFile + certificateIn,
		"server.ssl.key":         kibanaDir + "/" + kibanaFile + keyIn,

		"elasticsearch.hosts":                      []string{fmt.Sprintf("https://%s:%d", elasticsearch.Host, elasticsearch.Port.Number)},
		"elasticsearch.serviceAccountToken":        secrets.token,
		"elasticsearch.ssl.certificateAuthorities": []string{kibanaDir + "/" + caFile},
		"elasticsearch.ssl.verificationMode":       "full",

		// Kibana would choose new ones at each start, and log everybody out.
		"xpack.security.encryptionKey":              secrets.sessionsKey,
		"xpack.encryptedSavedObjects.encryptionKey": secrets.objectsKey,
		"xpack.reporting.encryptionKey":             secrets.reportsKey,

		// Nobody outside is told anything, nor asked.
		"telemetry.optIn":                    false,
		"telemetry.allowChangingOptInStatus": false,
		"newsfeed.enabled":                   false,
		"xpack.fleet.isAirGapped":            true,
		"map.includeElasticMapsService":      false,
	}
	if args.KibanaURL != "" {
		settings["server.publicBaseUrl"] = args.KibanaURL
	}
	text, err := yaml.Marshal(settings)
	return string(text), err
}

func (a Args) kibanaPod(secretKeys []string) kube.Pod {
	// The status is answered without a login since 8.16; it is 503 while Elasticsearch is away.
	status := &kube.Probe{HTTPS: kibanaPort().Number, Path: "/api/status", EverySeconds: 10, TimeoutSeconds: 5, Failures: 3}
	listens := func(failures int) *kube.Probe {
		return &kube.Probe{TCP: kibanaPort().Number, EverySeconds: 10, TimeoutSeconds: 5, Failures: failures}
	}
	return kube.Pod{
		User:          kibanaID,
		StopSeconds:   60,
		PriorityClass: a.PriorityClass,
		Containers: []kube.Container{{
			Name:  "kibana",
			Image: a.KibanaImage.Ref(),
			// The image's own start script would take settings from the environment too.
			Command: []string{"/usr/share/kibana/bin/kibana"},
			Args:    []string{"--config=" + kibanaDir + "/kibana.yml"},
			Ports:   []kube.Port{kibanaPort()},
			CPU:     "500m",
			Memory:  kibanaMemory,
			Mounts: []kube.Mount{
				{Volume: "config", Path: kibanaDir},
				{Volume: "data", Path: "/usr/share/kibana/data", Writable: true},
				{Volume: "logs", Path: "/usr/share/kibana/logs", Writable: true},
				{Volume: "tmp", Path: "/tmp", Writable: true},
			},
			Startup:   listens(60),
			Liveness:  listens(6),
			Readiness: status,
		}},
		Volumes: []kube.Volume{
			{Name: "config", Secret: kibanaApp(a).Name, SecretKeys: secretKeys},
			{Name: "data", Scratch: "256Mi"},
			{Name: "logs", Scratch: "64Mi"},
			{Name: "tmp", Scratch: "256Mi"},
		},
	}
}
