package bitcoind

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/internal/images"
	"gitlab.com/thinkmassive/satkube/internal/mock"
	"gitlab.com/thinkmassive/satkube/internal/mock/policies"
)

func exported(t *testing.T, network string) Args {
	t.Helper()
	a := args(t, network)
	a.Image.Digest = "sha256:" + strings.Repeat("a", 64)
	a.Exporter = &ExporterArgs{
		Image: images.Image{
			Name: images.BitcoindExporter, Reference: "docker.io/jvstein/bitcoin-prometheus-exporter:v0.7.0", Digest: "sha256:" + strings.Repeat("b", 64),
		},
		PriorityClass: "satkube-platform",
	}
	return a
}

func TestExporter_MayCallWhatItCallsAndNoMore(t *testing.T) {
	require.Contains(t, render(withClients(exported(t, "testnet4"))), "\nrpcwhitelist=exporter:estimatesmartfee,getblockchaininfo,getblockstats,getchaintips,"+
		"getchaintxstats,getmemoryinfo,getmempoolinfo,getnettotals,getnetworkhashps,getnetworkinfo,getrpcinfo,listbanned,uptime\n")
	require.NotContains(t, render(withClients(args(t, "testnet4"))), "rpcwhitelist=exporter")
}

// The file is bitcoind's own form, so that the exporter reads it: a password in the environment is seen by whoever may read pods.
func TestExporter_HasItsPasswordInAFileOfASecret(t *testing.T) {
	recording := deploy(t, exported(t, "testnet4"))
	secret := recording.Must(t, "kubernetes:core/v1:Secret", "alice-bitcoind-exporter")
	require.True(t, secret.Inputs["stringData"].ContainsSecrets())
	data := secret.Inputs["stringData"]
	for data.IsSecret() {
		data = data.SecretValue().Element
	}
	file := data.ObjectValue()["bitcoin.conf"]
	for file.IsSecret() {
		file = file.SecretValue().Element
	}
	require.Equal(t, "rpcconnect=bitcoind.bitcoin-alice.svc.cluster.local\nrpcport=48332\nrpcuser=exporter\n"+
		"rpcpassword=password-of-alice-bitcoind-rpc-exporter\n", file.StringValue())

	container := recording.Must(t, "kubernetes:apps/v1:Deployment", "alice-bitcoind-exporter").
		Path("spec", "template", "spec", "containers", 0).ObjectValue()
	for _, env := range container["env"].ArrayValue() {
		require.False(t, env.ObjectValue()["valueFrom"].IsObject(), "%v", env)
		require.NotContains(t, strings.ToLower(env.ObjectValue()["name"].StringValue()), "pass")
	}
	for _, r := range recording.Resources() {
		if r.Type != "kubernetes:core/v1:Secret" {
			require.NotContains(t, fmt.Sprint(r.Inputs), "password-of-", "%s %s", r.Type, r.Name)
		}
	}
}

func TestExporter_IsNotAskedByProbes(t *testing.T) {
	container := deploy(t, exported(t, "mainnet")).Must(t, "kubernetes:apps/v1:Deployment", "alice-bitcoind-exporter").
		Path("spec", "template", "spec", "containers", 0).ObjectValue()
	for _, probe := range []string{"livenessProbe", "readinessProbe"} {
		require.True(t, container[resource.PropertyKey(probe)].ObjectValue()["tcpSocket"].IsObject(), "every request makes the exporter ask bitcoind a dozen questions")
	}
}

func TestExporter_ReachesBitcoindsRPCAndNothingElse(t *testing.T) {
	recording := deploy(t, exported(t, "mainnet"))
	var egress []string
	for _, policy := range recording.All("kubernetes:networking.k8s.io/v1:NetworkPolicy") {
		if strings.HasPrefix(policy.Name, "alice-bitcoind-exporter-bitcoind-exporter-to-") {
			egress = append(egress, policy.Name)
		}
	}
	require.Equal(t, []string{"alice-bitcoind-exporter-bitcoind-exporter-to-bitcoind-rpc"}, egress)
	recording.Must(t, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "alice-bitcoind-exporter-bitcoind-rpc-from-bitcoind-exporter")
}

func TestExporter_LeftOutChangesNothing(t *testing.T) {
	recording := deploy(t, args(t, "mainnet"))
	require.Empty(t, recording.All("kubernetes:apps/v1:Deployment"))
	require.Len(t, recording.All("kubernetes:core/v1:Secret"), 1)
}

func TestExporter_IsRefusedWithoutAnImageOrNextToAClientOfItsName(t *testing.T) {
	a := args(t, "mainnet")
	a.Exporter = &ExporterArgs{}
	_, err := mock.Run(program(a), nil)
	require.ErrorContains(t, err, "exporter image is missing")
	a = exported(t, "mainnet")
	a.Clients = append(a.Clients, Client{Name: ExporterUser, Methods: []string{"stop"}})
	_, err = mock.Run(program(a), nil)
	require.ErrorContains(t, err, `client "exporter": want a name of its own`)
}

func TestExporter_PassesThePolicies(t *testing.T) {
	for _, refused := range policies.Refused(t, deploy(t, exported(t, "testnet4")), "test") {
		// The class of the volume is made by the baseline.
		if strings.HasPrefix(refused, "volume-retained on ") {
			continue
		}
		require.Empty(t, refused)
	}
}

func withClients(a Args) Args {
	a.Clients = a.clients()
	return a
}
