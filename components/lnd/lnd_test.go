package lnd

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/internal/golden"
	"gitlab.com/thinkmassive/satkube/internal/images"
	"gitlab.com/thinkmassive/satkube/internal/kube"
	"gitlab.com/thinkmassive/satkube/internal/mock"
	"gitlab.com/thinkmassive/satkube/stacks/config"
)

const tower = "03281d603b2c5e19b8893a484eb938d7377179a9ef1a6bca4c0bcbbfc291657b63@tower.example.org:9911"

func args(t *testing.T, network string) Args {
	t.Helper()
	facts, known := config.NetworkNamed(network)
	require.True(t, known)
	namespace := kube.Namespace{Name: "bitcoin-alice"}
	bitcoind := func(name string, number int) kube.Endpoint {
		return kube.Endpoint{
			Peer: kube.Peer{Name: "bitcoind", Namespace: namespace, Selector: map[string]string{"app.kubernetes.io/name": "bitcoind"}},
			Port: kube.Port{Name: name, Number: number},
			Host: "bitcoind.bitcoin-alice.svc.cluster.local",
		}
	}
	return Args{
		Node: "alice", Namespace: namespace, Network: facts,
		Image:         images.Image{Name: images.Lnd, Reference: "docker.io/lightninglabs/lnd:v0.21.3-beta"},
		BitcoindImage: images.Image{Name: images.Bitcoind, Reference: "docker.io/bitcoin/bitcoin:31.1"},
		PriorityClass: "satkube-lightning", StorageClass: "gp3-retain",
		Alias: "alice", Storage: "20Gi", Memory: "2Gi", CPU: "500m",
		Bitcoind: Access{
			RPC: bitcoind("rpc", facts.RPCPort), ZMQBlock: bitcoind("zmq-block", 28332), ZMQTx: bitcoind("zmq-tx", 28333),
			AwaySeconds: 6300, Password: pulumi.ToSecret(pulumi.String("rpc-password")).(pulumi.StringOutput),
		},
	}
}

func TestRender_MatchesItsGoldenOnEveryNetwork(t *testing.T) {
	for _, network := range config.Networks() {
		golden.Equal(t, network.Name+".conf", render(args(t, network.Name)))
	}
}

func TestScripts_MatchTheirGoldens(t *testing.T) {
	a := args(t, "testnet4")
	golden.Equal(t, "create-wallet.sh", createWallet())
	golden.Equal(t, "wait-for-bitcoind.sh", waitForBitcoind(a.Bitcoind, false))
	golden.Equal(t, "wait-for-bitcoind-regtest.sh", waitForBitcoind(a.Bitcoind, true))
	golden.Equal(t, "add-watchtowers.sh", addWatchtowers(a.Network, []string{tower}))
}

func TestHealthcheck_OutlivesARestartOfBitcoind(t *testing.T) {
	for _, away := range []int{300, 900, 6300} {
		waits := (healthcheckAttempts(away) - 1) * healthcheckBackoffSeconds
		require.Greater(t, waits, away)
	}
}

func TestNew_IsOneReplicaThatNobodyReplacesByItself(t *testing.T) {
	recording := deploy(t, args(t, "mainnet"))
	set := recording.Must(t, "kubernetes:apps/v1:StatefulSet", "alice-lnd")
	require.Equal(t, 1.0, set.Path("spec", "replicas").NumberValue())
	require.Equal(t, "OnDelete", set.Path("spec", "updateStrategy", "type").StringValue())
	require.Equal(t, 600.0, set.Path("spec", "template", "spec", "terminationGracePeriodSeconds").NumberValue())
	claim := recording.Must(t, "kubernetes:core/v1:PersistentVolumeClaim", "alice-lnd-data")
	require.Equal(t, "ReadWriteOncePod", claim.Path("spec", "accessModes", 0).StringValue())
	require.Equal(t, "true", claim.Path("metadata", "labels", "velero.io/exclude-from-backup").StringValue())
	require.True(t, claim.RetainOnDelete)
	budget := recording.Must(t, "kubernetes:policy/v1:PodDisruptionBudget", "alice-lnd")
	require.Equal(t, 0.0, budget.Path("spec", "maxUnavailable").NumberValue())
}

func TestNew_ShowsTheSeedsPassphraseToNoContainerButTheOneThatMakesTheWallet(t *testing.T) {
	set := deploy(t, args(t, "mainnet")).Must(t, "kubernetes:apps/v1:StatefulSet", "alice-lnd")
	spec := set.Path("spec", "template", "spec").ObjectValue()
	var withPassphrase []string
	for _, volume := range spec["volumes"].ArrayValue() {
		secret := volume.ObjectValue()["secret"]
		if !secret.IsObject() {
			continue
		}
		for _, item := range secret.ObjectValue()["items"].ArrayValue() {
			if item.ObjectValue()["key"].StringValue() == passphraseKey {
				withPassphrase = append(withPassphrase, volume.ObjectValue()["name"].StringValue())
			}
		}
	}
	require.Equal(t, []string{"wallet-and-seed"}, withPassphrase)
	containers := append(spec["containers"].ArrayValue(), spec["initContainers"].ArrayValue()...)
	for _, c := range containers {
		c := c.ObjectValue()
		for _, mount := range c["volumeMounts"].ArrayValue() {
			switch mount.ObjectValue()["name"].StringValue() {
			case "wallet-and-seed", "wallet-tmp":
				require.Equal(t, "create-wallet", c["name"].StringValue())
			}
		}
	}
}

func TestNew_KeepsTheWalletsPasswordForEver(t *testing.T) {
	recording := deploy(t, args(t, "mainnet"))
	secret := recording.Must(t, "kubernetes:core/v1:Secret", "alice-lnd-wallet")
	require.True(t, secret.Path("immutable").BoolValue())
	require.True(t, secret.RetainOnDelete)
	require.True(t, secret.Inputs["stringData"].ContainsSecrets())
}

func TestNew_PutsNoSecretAnywhereButIntoSecrets(t *testing.T) {
	for _, r := range deploy(t, args(t, "testnet4")).Resources() {
		if r.Type != "kubernetes:core/v1:Secret" {
			require.NotContains(t, fmt.Sprint(r.Inputs), "password-of-", "%s %s", r.Type, r.Name)
			require.NotContains(t, fmt.Sprint(r.Inputs), "rpc-password", "%s %s", r.Type, r.Name)
		}
	}
}

func TestNew_OpensBothSidesOfEachConnectionToBitcoind(t *testing.T) {
	recording := deploy(t, args(t, "testnet4"))
	for _, name := range []string{
		"alice-lnd-lnd-to-bitcoind-rpc", "alice-lnd-bitcoind-rpc-from-lnd",
		"alice-lnd-lnd-to-bitcoind-zmq-block", "alice-lnd-bitcoind-zmq-block-from-lnd",
		"alice-lnd-lnd-to-bitcoind-zmq-tx", "alice-lnd-bitcoind-zmq-tx-from-lnd",
		"alice-lnd-lnd-to-internet-p2p",
	} {
		_, found := recording.Find("kubernetes:networking.k8s.io/v1:NetworkPolicy", name)
		require.True(t, found, name)
	}
	require.Len(t, recording.All("kubernetes:networking.k8s.io/v1:NetworkPolicy"), 7)
}

func TestNew_ReachesItsWatchtowersAndTellsLndOfThem(t *testing.T) {
	a := args(t, "mainnet")
	a.Watchtowers = []string{tower}
	recording := deploy(t, a)
	policy := recording.Must(t, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "alice-lnd-lnd-to-internet-watchtower")
	require.Equal(t, 9911.0, policy.Path("spec", "egress", 0, "ports", 0, "port").NumberValue())
	set := recording.Must(t, "kubernetes:apps/v1:StatefulSet", "alice-lnd")
	require.Equal(t, "watchtowers", set.Path("spec", "template", "spec", "containers", 1, "name").StringValue())
	require.Contains(t, render(a), "wtclient.active=true")
}

func TestNew_RefusesWhatCannotRun(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Args)
		want   string
	}{
		"no network":           {func(a *Args) { a.Network = config.BitcoinNetwork{} }, "network is empty"},
		"alias of two lines":   {func(a *Args) { a.Alias = "a\nb" }, `alias is "a\nb", want one line`},
		"no bitcoind":          {func(a *Args) { a.Bitcoind = Access{} }, "bitcoind is missing"},
		"tower without a port": {func(a *Args) { a.Watchtowers = []string{"02ab@host"} }, `watchtower is "02ab@host", want PUBKEY@HOST:PORT`},
		"tower as a command":   {func(a *Args) { a.Watchtowers = []string{"02ab@host$(id):1"} }, "want PUBKEY@HOST:PORT"},
	} {
		t.Run(name, func(t *testing.T) {
			a := args(t, "testnet4")
			c.change(&a)
			_, err := mock.Run(program(a), nil)
			require.ErrorContains(t, err, c.want)
		})
	}
}

func deploy(t *testing.T, a Args) *mock.Recording {
	t.Helper()
	return mock.Deployed(t, program(a))
}

func program(a Args) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		_, err := New(ctx, "alice-lnd", a)
		return err
	}
}

// Bitcoin Core estimates how much of the chain it has by the age of its tip, on a private chain too, where nobody makes blocks.
func TestWaitForBitcoind_AsksAPrivateChainForNoEstimate(t *testing.T) {
	bin := t.TempDir()
	cli := "#!/bin/sh\necho '{ \"blocks\": 325, \"verificationprogress\": 0.9, \"initialblockdownload\": '$DOWNLOADING' }'\n"
	require.NoError(t, os.WriteFile(filepath.Join(bin, "bitcoin-cli"), []byte(cli), 0o755))
	for name, c := range map[string]struct {
		private     bool
		downloading string
		ends        bool
	}{
		"private and at its tip":              {true, "false", true},
		"private and behind":                  {true, "true", false},
		"public, at its tip by its word only": {false, "false", false},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			defer cancel()
			command := exec.CommandContext(ctx, "/bin/sh", "-c", waitForBitcoind(args(t, "regtest").Bitcoind, c.private))
			command.Env = []string{"PATH=" + bin + ":" + os.Getenv("PATH"), "DOWNLOADING=" + c.downloading}
			// The shell's own sleep holds its output open.
			command.WaitDelay = time.Millisecond
			out, err := command.Output()
			if c.ends {
				require.NoError(t, err)
				require.Equal(t, "bitcoind is synced\n", string(out))
				return
			}
			require.Error(t, err)
			require.Equal(t, "bitcoind is at block 325 and not synced yet\n", string(out))
		})
	}
}
