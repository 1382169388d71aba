package bitcoind

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/internal/golden"
	"gitlab.com/thinkmassive/satkube/internal/images"
	"gitlab.com/thinkmassive/satkube/internal/kube"
	"gitlab.com/thinkmassive/satkube/internal/mock"
	"gitlab.com/thinkmassive/satkube/stacks/config"
)

func args(t *testing.T, network string) Args {
	t.Helper()
	facts, known := config.NetworkNamed(network)
	require.True(t, known)
	return Args{
		Node:          "alice",
		Namespace:     kube.Namespace{Name: "bitcoin-alice"},
		Network:       facts,
		Image:         images.Image{Name: images.Bitcoind, Reference: "docker.io/bitcoin/bitcoin:31.1"},
		Pool:          kube.Pool{Key: "satkube.com/pool", Value: "bitcoin"},
		PriorityClass: "satkube-bitcoin", StorageClass: "gp3-retain",
		Storage: "100Gi", Memory: "4Gi", CPU: "1",
		DBCacheMiB: 450, TxIndex: true, MaxUploadTargetMiB: 5000,
		PodCIDRs: []string{"10.20.0.0/16"},
		Clients:  []Client{{Name: "lnd", Methods: []string{"uptime", "getblock"}}},
	}
}

func TestRender_MatchesItsGoldenOnEveryNetwork(t *testing.T) {
	for _, network := range config.Networks() {
		golden.Equal(t, network.Name+".conf", render(args(t, network.Name)))
	}
}

func TestRender_OfAPrunedNode(t *testing.T) {
	a := args(t, "testnet4")
	a.TxIndex, a.PruneMiB, a.MaxUploadTargetMiB, a.Clients = false, 2000, 0, nil
	golden.Equal(t, "testnet4-pruned.conf", render(a))
}

func TestRPCAuth_MatchesBitcoinCoresOwnVectors(t *testing.T) {
	// test/functional/rpc_users.py in Bitcoin Core.
	for password, want := range map[string]string{
		"cA773lm788buwYe4g4WT+05pKyNruVKjQ25x3n0DQcM=": "rt:93648e835a54c573682c2eb19f882535$7681e9c5b74bdd85e78166031d2058e1069b3ed7ed967c93fc63abba06f31144",
		"8/F3uMDw4KSEbw96U3CA1C4X05dkHDN2BPFjTgZW4KI=": "rt2:f8607b1a88861fac29dfccf9b52ff9f$ff36a0c23c8c62b4846112e50fa888416e94c17bfd4c42f88fd8f55ec6a3137e",
	} {
		user, rest, _ := strings.Cut(want, ":")
		salt, _, _ := strings.Cut(rest, "$")
		require.Equal(t, want, RPCAuth(user, salt, password))
	}
}

// The hash in the line that the component puts into its Secret is computed again, without the library that the component uses.
func TestNew_RendersRPCAuthThatAnIndependentComputationConfirms(t *testing.T) {
	recording := deploy(t, args(t, "testnet4"))
	secret := recording.Must(t, "kubernetes:core/v1:Secret", "alice-bitcoind-rpcauth")
	data := secret.Inputs["stringData"]
	for data.IsSecret() {
		data = data.SecretValue().Element
	}
	file := data.ObjectValue()["rpcauth.conf"]
	if file.IsSecret() {
		file = file.SecretValue().Element
	}
	line := strings.TrimPrefix(strings.TrimSpace(file.StringValue()), "rpcauth=lnd:")
	salt, hash, cut := strings.Cut(line, "$")
	require.True(t, cut)
	require.Equal(t, hash, hmacByHand(salt, "password-of-alice-bitcoind-rpc-lnd"))
}

// hmacByHand computes HMAC-SHA-256 from its definition in RFC 2104, for keys of up to 64 bytes.
func hmacByHand(key, message string) string {
	pad := func(with byte) []byte {
		block := make([]byte, 64)
		copy(block, key)
		for i := range block {
			block[i] ^= with
		}
		return block
	}
	inner := sha256.Sum256(append(pad(0x36), message...))
	outer := sha256.Sum256(append(pad(0x5c), inner[:]...))
	return hex.EncodeToString(outer[:])
}

func TestNew_KeepsPasswordsAndSaltsSecret(t *testing.T) {
	recording := deploy(t, args(t, "testnet4"))
	secret := recording.Must(t, "kubernetes:core/v1:Secret", "alice-bitcoind-rpcauth")
	require.True(t, secret.Inputs["stringData"].ContainsSecrets())
	for _, r := range recording.Resources() {
		if r.Type == "kubernetes:core/v1:Secret" {
			continue
		}
		require.NotContains(t, fmt.Sprint(r.Inputs), "password-of-", "%s %s", r.Type, r.Name)
		require.NotContains(t, fmt.Sprint(r.Inputs), "password-of-alice-bitcoind-rpc-lnd-salt", "%s %s", r.Type, r.Name)
	}
}

func TestNew_RunsOncePerVolumeAndStopsGently(t *testing.T) {
	recording := deploy(t, args(t, "mainnet"))
	set := recording.Must(t, "kubernetes:apps/v1:StatefulSet", "alice-bitcoind")
	require.Equal(t, 1.0, set.Path("spec", "replicas").NumberValue())
	require.Equal(t, "OnDelete", set.Path("spec", "updateStrategy", "type").StringValue())
	pod := set.Path("spec", "template", "spec").ObjectValue()
	require.Equal(t, 900.0, pod["terminationGracePeriodSeconds"].NumberValue())
	container := pod["containers"].ArrayValue()[0].ObjectValue()
	require.True(t, container["livenessProbe"].ObjectValue()["tcpSocket"].IsObject(), "liveness must not ask a question that the initial download cannot answer")
	startup := container["startupProbe"].ObjectValue()
	require.GreaterOrEqual(t, startup["periodSeconds"].NumberValue()*startup["failureThreshold"].NumberValue(), 3600.0, "a replay takes up to 40 minutes, verification comes on top")
	claim := recording.Must(t, "kubernetes:core/v1:PersistentVolumeClaim", "alice-bitcoind-data")
	require.Equal(t, "ReadWriteOncePod", claim.Path("spec", "accessModes", 0).StringValue())
	require.True(t, claim.RetainOnDelete)
}

func TestNew_LetsNobodyReachItThatIsNotDeclared(t *testing.T) {
	for _, policy := range deploy(t, args(t, "mainnet")).All("kubernetes:networking.k8s.io/v1:NetworkPolicy") {
		require.True(t, policy.Path("spec", "ingress").IsNull(), "%s opens bitcoind, and no client was declared", policy.Name)
	}
	require.Empty(t, deploy(t, args(t, "regtest")).All("kubernetes:networking.k8s.io/v1:NetworkPolicy"), "a private network has no peers outside")
}

func TestNew_RefusesWhatCannotRun(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Args)
		want   string
	}{
		"txindex with prune":           {func(a *Args) { a.PruneMiB = 1000 }, "txindex is on, want off on a pruned node"},
		"no dbcache":                   {func(a *Args) { a.DBCacheMiB = 0 }, "dbcache is 0 MiB, want an explicit size"},
		"no network":                   {func(a *Args) { a.Network = config.BitcoinNetwork{} }, "network is empty, want one of config.Networks"},
		"no pod addresses":             {func(a *Args) { a.PodCIDRs = nil }, "pod cidrs is empty, want the addresses of clients"},
		"client with a colon":          {func(a *Args) { a.Clients = []Client{{Name: "a:b", Methods: []string{"help"}}} }, `client "a:b": want a name`},
		"client as cookie":             {func(a *Args) { a.Clients = []Client{{Name: "__cookie__", Methods: []string{"help"}}} }, `client "__cookie__": want a name`},
		"two of one name":              {func(a *Args) { a.Clients = append(a.Clients, a.Clients[0]) }, `client "lnd": want a name`},
		"client that may call nothing": {func(a *Args) { a.Clients[0].Methods = nil }, `client "lnd": want a name`},
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
		_, err := New(ctx, "alice-bitcoind", a)
		return err
	}
}
