package monitoring

import (
	"fmt"
	"maps"
	"slices"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"gitlab.com/thinkmassive/satkube/internal/kube"
)

// newAlertmanager makes Alertmanager and the Secret of its files.
func (p parts) newAlertmanager() error {
	data := p.args.Receivers.secrets()
	data[alertmanagerFileAt] = secret(pulumi.String(p.files.alertmanager))
	config, err := corev1.NewSecret(p.ctx, p.name+"-alertmanager", &corev1.SecretArgs{
		Metadata:   kube.Metadata(p.args.alertmanagerApp(), p.args.Namespace, alertmanagerName),
		Type:       pulumi.String("Opaque"),
		StringData: data,
	}, p.inside)
	if err != nil {
		return err
	}
	set := p.args.alertmanagerSet(slices.Sorted(maps.Keys(data)))
	set.Annotations, set.After = kube.Reads(p.files.alertmanager), []pulumi.Resource{config}
	_, err = kube.NewStatefulSet(p.ctx, p.name+"-alertmanager", set, p.child)
	return err
}

func (a Args) alertmanagerApp() kube.App {
	return kube.App{Name: alertmanagerName, Instance: instance, Component: "alerting", Version: a.Alertmanager.Version()}
}

func (a Args) alertmanagerSet(files []string) kube.StatefulSetArgs {
	ports := []kube.Port{AlertmanagerPort()}
	var members []kube.Endpoint
	if a.AlertmanagerReplicas > 1 {
		ports = append(ports, gossipPorts()...)
		for _, port := range gossipPorts() {
			members = append(members, at(a.Namespace, alertmanagerName, port))
		}
	}
	return kube.StatefulSetArgs{
		Replicas: a.AlertmanagerReplicas,
		Claims:   []kube.ClaimTemplate{{Name: "data", Size: a.AlertmanagerStorage, StorageClass: a.StorageClass}},
		WorkloadArgs: kube.WorkloadArgs{
			App: a.alertmanagerApp(), Namespace: a.Namespace,
			AllowTo: slices.Concat(members, a.receiverEndpoints()),
			Pod: kube.Pod{
				User: alertmanagerUser, StopSeconds: 60, PriorityClass: a.PriorityClass,
				Containers: []kube.Container{{
					Name: alertmanagerName, Image: a.Alertmanager.Ref(),
					Args:     a.alertmanagerFlags(),
					FieldEnv: map[string]string{"POD_IP": "status.podIP"},
					Ports:    ports,
					Mounts:   []kube.Mount{{Volume: "config", Path: receiversDir}, {Volume: "data", Path: "/alertmanager", Writable: true}},
					CPU:      "100m", Memory: "128Mi",
					Liveness:  &kube.Probe{HTTP: AlertmanagerPort().Number, Path: "/-/healthy", EverySeconds: 15, TimeoutSeconds: 5, Failures: 6},
					Readiness: &kube.Probe{HTTP: AlertmanagerPort().Number, Path: "/-/ready", EverySeconds: 10, TimeoutSeconds: 5, Failures: 3},
				}},
				Volumes: []kube.Volume{{Name: "config", Secret: alertmanagerName, SecretKeys: files}},
			},
		},
	}
}

func (a Args) alertmanagerFlags() []string {
	flags := []string{"--config.file=" + receiversDir + "/" + alertmanagerFileAt, "--storage.path=/alertmanager"}
	flags = append(flags, externalURL(a.AlertmanagerURL)...)
	if a.AlertmanagerReplicas == 1 {
		// Empty means no cluster; left out, it would listen for members.
		return append(flags, "--cluster.listen-address=")
	}
	port := gossipPorts()[0].Number
	// Alertmanager guesses its own address only from private ranges, and pods may have others. The brackets are for IPv6 and do no harm.
	flags = append(flags, fmt.Sprintf("--cluster.listen-address=[$(POD_IP)]:%d", port), fmt.Sprintf("--cluster.advertise-address=[$(POD_IP)]:%d", port))
	for _, host := range kube.PodHosts(a.alertmanagerApp(), a.Namespace, a.AlertmanagerReplicas) {
		flags = append(flags, fmt.Sprintf("--cluster.peer=%s:%d", host, port))
	}
	return flags
}

// receiverEndpoints are the ports on the internet that the receivers need, and no others.
func (a Args) receiverEndpoints() []kube.Endpoint {
	r := a.Receivers
	var ports []kube.Port
	if r.Webhook != nil || r.PagerDuty != nil || r.DeadMansSwitch != nil {
		ports = append(ports, kube.Port{Name: "https", Number: 443})
	}
	if r.Email != nil {
		number, _ := r.Email.port()
		ports = append(ports, kube.Port{Name: "smtp", Number: number})
	}
	var endpoints []kube.Endpoint
	for _, port := range ports {
		endpoints = append(endpoints, kube.Endpoint{Peer: kube.Internet(), Port: port})
	}
	return endpoints
}
