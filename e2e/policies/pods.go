package policies

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
)

// nameLabel is the label by which workloads are called.
const nameLabel = "app.kubernetes.io/name"

// workload is the name of a pod's workload in the words of the declared connections.
func workload(pod *corev1.Pod) string { return pod.Namespace + "/" + pod.Labels[nameLabel] }

// FromPods are the sources and targets that a stack's pods are. A pod on the node's network is no source, because no NetworkPolicy
// reaches it there, but its ports are targets.
func FromPods(pods []corev1.Pod) ([]Source, []Target, error) {
	var sources []Source
	var targets []Target
	for _, pod := range pods {
		if pod.Labels[nameLabel] == "" || pod.Status.PodIP == "" {
			return nil, nil, fmt.Errorf("pod %s/%s: label %s or address is missing, want both", pod.Namespace, pod.Name, nameLabel)
		}
		own := pod.Status.PodIP
		if pod.Spec.HostNetwork {
			own = ""
		} else {
			sources = append(sources, Source{Name: workload(&pod), Address: own, Stack: true})
		}
		for _, container := range pod.Spec.Containers {
			for _, port := range container.Ports {
				if port.Protocol == corev1.ProtocolUDP {
					return nil, nil, fmt.Errorf("pod %s/%s: port %s is UDP, want TCP: only questions to DNS are asked by UDP", pod.Namespace, pod.Name, port.Name)
				}
				targets = append(targets, Target{
					Name: workload(&pod), Address: pod.Status.PodIP, Number: int(port.ContainerPort), Stack: true, Owner: own,
					Open: lacksImage(&pod, container.Name),
				})
			}
		}
	}
	return sources, targets, nil
}

// lacksImage tells whether a container does not start because an image cannot be had, its own or one that comes before it.
func lacksImage(pod *corev1.Pod, container string) bool {
	lacks := func(s corev1.ContainerStatus) bool {
		if s.State.Waiting == nil {
			return false
		}
		switch s.State.Waiting.Reason {
		case "ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull":
			return true
		}
		return false
	}
	return slices.ContainsFunc(pod.Status.InitContainerStatuses, lacks) ||
		slices.ContainsFunc(pod.Status.ContainerStatuses, func(s corev1.ContainerStatus) bool { return s.Name == container && lacks(s) })
}

// FromServices are the targets that Services with an address of their own are, where a pod behind them is ready: without one there is
// nobody to connect to. Ready are the pods' addresses by NAMESPACE/NAME of the Service. The stack's Services have their pods' ports.
func FromServices(services []corev1.Service, ready map[string][]string) []Target {
	var targets []Target
	for _, s := range services {
		behind := ready[s.Namespace+"/"+s.Name]
		if s.Spec.ClusterIP == "" || s.Spec.ClusterIP == corev1.ClusterIPNone || len(behind) == 0 {
			continue
		}
		owner := ""
		if len(behind) == 1 {
			owner = behind[0]
		}
		for _, port := range s.Spec.Ports {
			targets = append(targets, Target{
				Name: s.Namespace + "/" + s.Spec.Selector[nameLabel], Address: s.Spec.ClusterIP, Number: int(port.Port),
				UDP: port.Protocol == corev1.ProtocolUDP, Service: true, Stack: true, Owner: owner,
			})
		}
	}
	return targets
}
