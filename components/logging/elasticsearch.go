package logging

import (
	"fmt"
	"strings"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"sigs.k8s.io/yaml"

	"gitlab.com/thinkmassive/satkube/internal/kube"
)

const (
	elasticsearchHome = "/usr/share/elasticsearch"
	// satkubeDir holds what comes out of the Secret. It is inside of the directory of the configuration, outside of which Elasticsearch
	// may not read.
	satkubeDir = "satkube"
	// readyPort accepts connections while the node is a member of a cluster with a master, and asks for no password.
	readyPort = 8080
	// elasticsearchStopSeconds is what Elastic's own operator gives it.
	elasticsearchStopSeconds = 180
)

func httpPort() kube.Port      { return kube.Port{Name: "http", Number: 9200} }
func transportPort() kube.Port { return kube.Port{Name: "transport", Number: 9300} }

func elasticsearchApp(args Args) kube.App {
	return kube.App{Name: "elasticsearch", Instance: "logging", Component: "logging", Version: args.ElasticsearchImage.Version()}
}

// securityFiles are the files that Elasticsearch wants to find beside elasticsearch.yml under these names. It reads them again when
// they change.
func securityFiles() []string { return []string{"roles.yml", "service_tokens", "users", "users_roles"} }

func newElasticsearch(
	ctx *pulumi.Context, name string, args Args, certificates certificates, credentials *credentials, child pulumi.ResourceOption,
) (*kube.Workload, error) {
	inside := pulumi.Composite(child, pulumi.DependsOn(args.Namespace.Exists))
	app := elasticsearchApp(args)
	conf, err := renderElasticsearch(args)
	if err != nil {
		return nil, err
	}
	roles, err := renderRoles()
	if err != nil {
		return nil, err
	}
	config, err := corev1.NewConfigMap(ctx, name, &corev1.ConfigMapArgs{
		Metadata: kube.Metadata(app, args.Namespace, app.Name),
		Data:     pulumi.StringMap{"elasticsearch.yml": pulumi.String(conf)},
	}, inside)
	if err != nil {
		return nil, err
	}
	files := pulumi.StringMap{
		"roles.yml":      pulumi.ToSecret(pulumi.String(roles)).(pulumi.StringOutput),
		"users_roles":    pulumi.ToSecret(pulumi.String(renderUsersRoles())).(pulumi.StringOutput),
		"users":          credentials.usersFile,
		"service_tokens": credentials.tokensFile,
	}
	keys := securityFiles()
	for _, file := range []string{caFile, httpFile + certificateIn, httpFile + keyIn, peersCAFile, peersFile + certificateIn, peersFile + keyIn} {
		files[file] = certificates.file(file)
		keys = append(keys, file)
	}
	secret, err := corev1.NewSecret(ctx, name, &corev1.SecretArgs{
		Metadata: kube.Metadata(app, args.Namespace, app.Name), Type: pulumi.String("Opaque"), StringData: files,
	}, inside)
	if err != nil {
		return nil, err
	}
	workload := args.elasticsearchWorkload(conf, keys)
	workload.After = []pulumi.Resource{config, secret}
	return kube.NewStatefulSet(ctx, name, kube.StatefulSetArgs{
		WorkloadArgs: workload,
		Replicas:     args.Nodes,
		Claims:       []kube.ClaimTemplate{{Name: "data", Size: args.Storage, StorageClass: args.StorageClass}},
	}, child)
}

// renderElasticsearch is elasticsearch.yml. Everything about security is said here: what Elasticsearch would choose by itself at its
// first start would be on one node only, and gone with the pod. Names in ${} are environment variables.
func renderElasticsearch(args Args) (string, error) {
	ssl := func(layer, name, ca string) map[string]any {
		prefix := "xpack.security." + layer + ".ssl."
		dir := satkubeDir + "/"
		return map[string]any{
			prefix + "enabled": true, prefix + "certificate": dir + name + certificateIn, prefix + "key": dir + name + keyIn,
			prefix + "certificate_authorities": []string{dir + ca}, prefix + "supported_protocols": []string{"TLSv1.3", "TLSv1.2"},
		}
	}
	settings := map[string]any{
		"cluster.name":         "satkube",
		"node.name":            "${POD_NAME}",
		"network.host":         "0.0.0.0",
		"network.publish_host": "${POD_IP}",
		"http.port":            httpPort().Number,
		"transport.port":       transportPort().Number,
		"readiness.port":       readyPort,
		"path.data":            elasticsearchHome + "/data",
		"path.logs":            elasticsearchHome + "/logs",

		"xpack.security.enabled":                   true,
		"xpack.security.autoconfiguration.enabled": false,
		"xpack.security.enrollment.enabled":        false,
		// No superuser elastic, and no users but those of the file.
		"xpack.security.authc.reserved_realm.enabled":        false,
		"xpack.security.authc.realms.file.file.order":        0,
		"xpack.security.authc.realms.native.native.order":    1,
		"xpack.security.authc.realms.native.native.enabled":  false,
		"xpack.security.transport.ssl.verification_mode":     "certificate",
		"xpack.security.transport.ssl.client_authentication": "required",

		// The lines wait until the template is there; without it they would go into an index that is kept for ever.
		"action.auto_create_index": "-" + dataStream + "*,+*",
		// Both need what we do not have: a licence, and a way to the internet.
		"xpack.ml.enabled":                false,
		"ingest.geoip.downloader.enabled": false,
	}
	for _, more := range []map[string]any{ssl("http", httpFile, caFile), ssl("transport", peersFile, peersCAFile)} {
		for key, value := range more {
			settings[key] = value
		}
	}
	if args.Nodes == 1 {
		settings["discovery.type"] = "single-node"
	} else {
		settings["discovery.seed_hosts"] = kube.PodHosts(elasticsearchApp(args), args.Namespace, args.Nodes)
	}
	if !args.AllowMmap {
		settings["node.store.allow_mmap"] = false
	}
	text, err := yaml.Marshal(settings)
	return string(text), err
}

// prepare is the script that lays out the configuration: the image's files, ours, and links to the mounted Secret, through which
// changed passwords and certificates arrive without a restart. The first masters are named only to a node whose volume is empty:
// a cluster that exists must not be founded again (Elastic documentation: bootstrapping a cluster). It may run twice on one volume, when
// a node restarts, and then must not write through the links of the first run.
func prepare(args Args) string {
	script := fmt.Sprintf(`set -euo pipefail
cp -R --remove-destination %s/config/. /mnt/config/
mkdir -p /mnt/config/%s
cp --remove-destination /mnt/conf/elasticsearch.yml /mnt/config/elasticsearch.yml
for file in %s; do
  ln -sf "%s/$file" "/mnt/config/$file"
done
`, elasticsearchHome, satkubeDir, strings.Join(securityFiles(), " "), satkubeDir)
	if args.Nodes == 1 {
		return script
	}
	var names []string
	for i := range args.Nodes {
		names = append(names, fmt.Sprintf("%s-%d", elasticsearchApp(args).Name, i))
	}
	return script + fmt.Sprintf(`if [ ! -e /mnt/data/_state ]; then
  echo 'cluster.initial_master_nodes: [%s]' >> /mnt/config/elasticsearch.yml
fi
`, strings.Join(names, ", "))
}

// elasticsearchWorkload describes the pods and who may talk to them. Nothing of the image is writable but its configuration: Elastic's
// operator makes its plugins and programs so too, for plugins that are installed at the start, and there are none here.
func (a Args) elasticsearchWorkload(conf string, secretKeys []string) kube.WorkloadArgs {
	app := elasticsearchApp(a)
	listens := func(port int) *kube.Probe {
		return &kube.Probe{TCP: port, EverySeconds: 10, TimeoutSeconds: 5, Failures: 6}
	}
	startup := listens(httpPort().Number)
	// A node that recovers its shards takes minutes until it listens.
	startup.Failures = 90
	self := kube.Peer{Name: app.Name, Namespace: a.Namespace, Selector: app.Selector()}
	return kube.WorkloadArgs{
		App:         app,
		Namespace:   a.Namespace,
		Annotations: kube.Reads(conf, prepare(a)),
		Pod: kube.Pod{
			User:          elasticsearchID,
			StopSeconds:   elasticsearchStopSeconds,
			PriorityClass: a.PriorityClass,
			Init: []kube.Container{{
				Name:    "prepare-config",
				Image:   a.ElasticsearchImage.Ref(),
				Command: []string{"/bin/bash", "-c", prepare(a)},
				Mounts: []kube.Mount{
					{Volume: "config", Path: "/mnt/config", Writable: true},
					{Volume: "conf", Path: "/mnt/conf"},
					{Volume: "data", Path: "/mnt/data"},
				},
				CPU: "100m", Memory: "128Mi",
			}},
			Containers: []kube.Container{{
				Name:     "elasticsearch",
				Image:    a.ElasticsearchImage.Ref(),
				FieldEnv: map[string]string{"POD_NAME": "metadata.name", "POD_IP": "status.podIP"},
				Ports:    []kube.Port{httpPort(), transportPort()},
				CPU:      a.CPU,
				Memory:   a.Memory,
				Mounts: []kube.Mount{
					{Volume: "data", Path: elasticsearchHome + "/data", Writable: true},
					{Volume: "config", Path: elasticsearchHome + "/config", Writable: true},
					{Volume: "security", Path: elasticsearchHome + "/config/" + satkubeDir},
					{Volume: "logs", Path: elasticsearchHome + "/logs", Writable: true},
					{Volume: "tmp", Path: "/tmp", Writable: true},
				},
				Startup: startup,
				// Life must not hang on the rest of the cluster.
				Liveness:  listens(httpPort().Number),
				Readiness: &kube.Probe{TCP: readyPort, EverySeconds: 5, TimeoutSeconds: 5, Failures: 3},
			}},
			Volumes: []kube.Volume{
				{Name: "config", Scratch: "64Mi"},
				{Name: "conf", ConfigMap: app.Name},
				{Name: "security", Secret: app.Name, SecretKeys: secretKeys},
				{Name: "logs", Scratch: "512Mi"},
				{Name: "tmp", Scratch: "512Mi"},
			},
		},
		AllowFrom: []kube.Inbound{{From: self, Port: transportPort()}, {From: lifecyclePeer(a), Port: httpPort()}},
	}
}
