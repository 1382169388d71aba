package policies_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"gitlab.com/thinkmassive/satkube/e2e/cluster"
	"gitlab.com/thinkmassive/satkube/e2e/machine"
	"gitlab.com/thinkmassive/satkube/e2e/policies"
)

// What a person wrote down and what the program makes are compared here without a cluster, by the rules of Kubernetes; what an agent makes
// of the policies, the cluster shows.
func TestDeclaredPairsAreThoseThatTheStacksPoliciesAllow(t *testing.T) {
	declared, err := policies.ReadDeclared(filepath.Join("testdata", "regtest.yaml"))
	require.NoError(t, err)
	s := readStack(t)

	at := where{api: "10.96.0.1", dns: "10.210.1.2", foreign: "10.210.1.3"}
	const otherForeign = "10.210.1.4"
	ends := map[string]end{
		at.api:             {address: machine.Address, host: true},
		machine.Address:    {address: machine.Address, host: true},
		"10.210.1.1":       {address: "10.210.1.1", host: true},
		at.dns:             {namespace: "kube-system", labels: map[string]string{"k8s-app": "kube-dns"}, address: at.dns},
		cluster.DNSAddress: {namespace: "kube-system", labels: map[string]string{"k8s-app": "kube-dns"}, address: at.dns},
		at.foreign:         {namespace: foreign, address: at.foreign},
		otherForeign:       {namespace: foreign, address: otherForeign},
	}
	for _, address := range []string{machine.MetadataAddress, machine.OutsideAddress} {
		ends[address] = end{address: address, host: true}
	}
	var pods []corev1.Pod
	for i, w := range s.workloads {
		template := w.Spec.Template
		pod := corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{Namespace: w.Namespace, Name: w.Name, Labels: template.Labels},
			Spec:       template.Spec,
			Status:     corev1.PodStatus{PodIP: fmt.Sprintf("10.210.1.%d", 10+i)},
		}
		if template.Spec.HostNetwork {
			pod.Status.PodIP = machine.Address
		} else {
			ends[pod.Status.PodIP] = end{namespace: w.Namespace, labels: template.Labels, address: pod.Status.PodIP}
		}
		pods = append(pods, pod)
	}
	sources, targets, err := policies.FromPods(pods)
	require.NoError(t, err)
	sources = append(sources, policies.Source{Name: elsewhere, Address: otherForeign}, policies.Source{Name: internet, Address: machine.OutsideAddress})
	cells := policies.Cells(sources, append(targets, others(at)...))

	var outcomes []policies.Outcome
	for _, cell := range cells {
		from, known := ends[cell.From.Address]
		require.True(t, known, cell.String())
		to, known := ends[cell.To.Address]
		require.True(t, known, cell.String())
		protocol := corev1.ProtocolTCP
		if cell.To.UDP {
			protocol = corev1.ProtocolUDP
		}
		outcome := policies.Refused
		if allowed(s.policies, from, to, cell.To.Number, protocol) {
			outcome = policies.Connected
		}
		outcomes = append(outcomes, outcome)
	}
	require.Empty(t, policies.Wrong(declared, cells, outcomes))
	require.Empty(t, policies.Unmatched(declared, cells))
}

func TestReadDeclared_RefusesWhatSaysTooLittleOrTooMuch(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"no reason":      {`[{from: a, to: b, ports: [1]}]`, "entry 1: from, to, ports or why is missing, want all"},
		"no port":        {`[{from: a, to: b, why: x}]`, "entry 1: from, to, ports or why is missing, want all"},
		"a key too many": {`[{from: a, to: b, ports: [1], why: x, also: c}]`, `unknown field "also"`},
		"a named port":   {`[{from: a, to: b, ports: [rpc], why: x}]`, `entry 1: port is "rpc", want NUMBER or NUMBER/udp`},
		"a pair twice": {
			`[{from: a, to: b, ports: [1], why: x}, {from: a, to: b, ports: [2, 1], why: y}]`, "entry 2: a -> b:1 is there twice, want it once",
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "declared.yaml")
			require.NoError(t, os.WriteFile(path, []byte(c.text), 0o600))
			_, err := policies.ReadDeclared(path)
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestWrong_SaysInWordsWhatIsNotAsDeclared(t *testing.T) {
	grafana := policies.Source{Name: "monitoring/grafana", Address: "10.0.0.1", Stack: true}
	lnd := policies.Target{Name: "bitcoin/lnd", Address: "10.0.0.2", Owner: "10.0.0.2", Number: 10009, Stack: true}
	dns := policies.Target{Name: "kube-system/coredns", Address: "10.0.0.3", Number: 53, UDP: true}
	service := policies.Target{Name: "bitcoin/lnd", Address: "10.96.0.2", Number: 10009, Service: true, Stack: true}
	cells := policies.Cells([]policies.Source{grafana}, []policies.Target{lnd, dns, service})
	require.Len(t, cells, 3)
	declared := policies.Declared{{From: policies.Everyone, To: "kube-system/coredns", Port: "53/udp"}: "names"}

	require.Empty(t, policies.Wrong(declared, cells, []policies.Outcome{policies.Refused, policies.Connected, policies.TimedOut}))
	require.Equal(t, []string{
		"monitoring/grafana -> bitcoin/lnd:10009 connects, and nobody declared it",
		"monitoring/grafana -> kube-system/coredns:53/udp is cut off (timed out), and it is declared: names",
		"monitoring/grafana -> bitcoin/lnd:10009 by its Service connects, and nobody declared it",
	}, policies.Wrong(declared, cells, []policies.Outcome{policies.Connected, policies.TimedOut, policies.Connected}))
}

func TestUnmatched_NamesWhatIsDeclaredOfNobody(t *testing.T) {
	cells := policies.Cells(
		[]policies.Source{{Name: "a", Address: "10.0.0.1", Stack: true}},
		[]policies.Target{{Name: "b", Address: "10.0.0.2", Number: 1}},
	)
	declared := policies.Declared{
		{From: policies.Everyone, To: "b", Port: "1"}: "x",
		{From: "a", To: "gone", Port: "1"}:            "x",
	}
	require.Equal(t, []string{"a -> gone:1 is declared, and there is no such pair"}, policies.Unmatched(declared, cells))
}

func TestCells_LeaveOutAPodToItselfAndStrangersToStrangers(t *testing.T) {
	pod := policies.Source{Name: "a", Address: "10.0.0.1", Stack: true}
	stranger := policies.Source{Name: "elsewhere", Address: "10.0.0.9"}
	own := policies.Target{Name: "a", Address: "10.0.0.1", Owner: "10.0.0.1", Number: 1, Stack: true}
	byService := policies.Target{Name: "a", Address: "10.96.0.1", Owner: "10.0.0.1", Number: 1, Stack: true, Service: true}
	public := policies.Target{Name: "internet", Address: "198.51.100.10", Number: 443}

	var got []string
	for _, cell := range policies.Cells([]policies.Source{pod, stranger}, []policies.Target{own, byService, public}) {
		got = append(got, cell.String())
	}
	require.Equal(t, []string{"a -> internet:443", "elsewhere -> a:1", "elsewhere -> a:1 by its Service"}, got)
}
