package cluster

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"

	"gitlab.com/thinkmassive/satkube/e2e/machine"
	"gitlab.com/thinkmassive/satkube/e2e/volumes"
)

// Up brings a cluster up: its node is ready and its DNS answers when it returns. When that fails, nothing is left but the logs.
func Up(ctx context.Context, p Parts, say func(format string, args ...any)) (*machine.Machine, error) {
	if err := os.MkdirAll(p.Folder, 0o700); err != nil {
		return nil, err
	}
	if err := p.writeFiles(); err != nil {
		return nil, err
	}
	say("starting etcd, the control plane, containerd and kubelet: about 15 seconds")
	m, err := machine.Start(ctx, machine.Spec{
		Name: p.group(), Folder: p.Folder, Programs: p.Root, Services: p.services(),
		Forward: machine.Address + ":" + apiPort,
		// What tests run outside of the machine, too.
		Links: map[string]string{"kubectl": p.Programs["kubectl"], "lnd": p.Programs["lnd"], "lncli": p.Programs["lncli"]},
	})
	if err != nil {
		return nil, err
	}
	if err := p.complete(ctx, m, say); err != nil {
		return nil, errors.Join(err, m.Stop())
	}
	return m, nil
}

// complete gives a running machine its images and the objects that a managed cluster comes with.
func (p Parts) complete(ctx context.Context, m *machine.Machine, say func(format string, args ...any)) error {
	if err := p.writeKubeconfig(Kubeconfig(p.Folder), "admin", fmt.Sprintf("https://127.0.0.1:%d", m.Port)); err != nil {
		return err
	}
	say("importing the images: about 20 seconds")
	out, err := m.Command(ctx, "ctr", "--namespace=k8s.io", "images", "import", "--digests", p.Images).CombinedOutput()
	if err != nil {
		return fmt.Errorf("importing %s: %w: %s", p.Images, err, out)
	}
	if err := p.apply(ctx, m, append(volumes.Objects(), dnsObjects(p.DNSImage)...)); err != nil {
		return err
	}
	config, err := clientcmd.BuildConfigFromFlags("", Kubeconfig(p.Folder))
	if err != nil {
		return err
	}
	say("waiting for the node and its DNS: about 10 seconds")
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	return awaitNode(ctx, client)
}

// apply applies objects server-side, in their order.
func (p Parts) apply(ctx context.Context, m *machine.Machine, objects []runtime.Object) error {
	list, err := json.Marshal(object{"apiVersion": "v1", "kind": "List", "items": objects})
	if err != nil {
		return err
	}
	kubectl := m.Command(ctx, "kubectl", "--kubeconfig="+p.file("pki", "admin.kubeconfig"), "apply", "--server-side", "--filename=-")
	kubectl.Stdin = bytes.NewReader(list)
	if out, err := kubectl.CombinedOutput(); err != nil {
		return fmt.Errorf("applying the cluster's own objects: %w: %s", err, out)
	}
	return nil
}

// awaitNode waits until the node is ready and CoreDNS serves.
func awaitNode(ctx context.Context, client kubernetes.Interface) error {
	what := ""
	err := wait.PollUntilContextTimeout(ctx, 200*time.Millisecond, 3*time.Minute, true, func(ctx context.Context) (bool, error) {
		node, err := client.CoreV1().Nodes().Get(ctx, Node, metav1.GetOptions{})
		if err != nil {
			what = "the node has not registered"
			return false, ignoreNotFound(err)
		}
		if reason := notReady(node); reason != "" {
			what = "the node is not ready: " + reason
			return false, nil
		}
		dns, err := client.AppsV1().Deployments(metav1.NamespaceSystem).Get(ctx, "coredns", metav1.GetOptions{})
		if err != nil {
			return false, ignoreNotFound(err)
		}
		what = "coredns is not ready"
		return dns.Status.ReadyReplicas > 0, nil
	})
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

func ignoreNotFound(err error) error {
	if apierrors.IsNotFound(err) {
		return nil
	}
	return err
}

func notReady(node *corev1.Node) string {
	for _, condition := range node.Status.Conditions {
		if condition.Type == corev1.NodeReady && condition.Status != corev1.ConditionTrue {
			return condition.Message
		}
	}
	if len(node.Status.Conditions) == 0 {
		return "it has no condition yet"
	}
	return ""
}
