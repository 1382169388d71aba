package lnd

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/internal/golden"
	"gitlab.com/thinkmassive/satkube/internal/images"
	"gitlab.com/thinkmassive/satkube/internal/mock"
	"gitlab.com/thinkmassive/satkube/internal/mock/policies"
)

func monitored(t *testing.T, network string) Args {
	t.Helper()
	a := args(t, network)
	a.Image.Digest, a.BitcoindImage.Digest = "sha256:"+strings.Repeat("a", 64), "sha256:"+strings.Repeat("b", 64)
	a.Lndmon = &LndmonArgs{Image: images.Image{
		Name: images.Lndmon, Reference: "docker.io/lightninglabs/lndmon:v0.2.15", Digest: "sha256:" + strings.Repeat("c", 64),
	}}
	return a
}

func containers(t *testing.T, a Args) map[string]resource.PropertyMap {
	t.Helper()
	found := map[string]resource.PropertyMap{}
	set := deploy(t, a).Must(t, "kubernetes:apps/v1:StatefulSet", "alice-lnd")
	for _, c := range set.Path("spec", "template", "spec", "containers").ArrayValue() {
		found[c.ObjectValue()["name"].StringValue()] = c.ObjectValue()
	}
	return found
}

func TestLndmonScripts_MatchTheirGoldens(t *testing.T) {
	golden.Equal(t, "copy-access.sh", copyAccess("testnet4"))
	golden.Equal(t, "start-lndmon.sh", startLndmon())
}

// The volume holds the seed, the macaroon that spends and the channels: lndmon gets two copied files and nothing that leads there.
func TestLndmon_SeesNeitherTheVolumeNorTheMacaroonThatSpends(t *testing.T) {
	lndmon := containers(t, monitored(t, "mainnet"))["lndmon"]
	var mounted []string
	for _, m := range lndmon["volumeMounts"].ArrayValue() {
		mounted = append(mounted, m.ObjectValue()["name"].StringValue())
	}
	require.Equal(t, []string{"lndmon-access", "lndmon-tmp"}, mounted)
	require.True(t, lndmon["volumeMounts"].ArrayValue()[0].ObjectValue()["readOnly"].BoolValue())
	for _, script := range []string{copyAccess("mainnet"), startLndmon()} {
		require.NotContains(t, script, "admin")
		require.NotContains(t, script, "*")
	}
}

func TestLndmonAccess_SeesLndsDirectoryReadOnlyAndNotTheSeed(t *testing.T) {
	mounts := containers(t, monitored(t, "mainnet"))["lndmon-access"]["volumeMounts"].ArrayValue()
	require.Len(t, mounts, 2)
	data := mounts[0].ObjectValue()
	require.Equal(t, "data", data["name"].StringValue())
	require.Equal(t, ".lnd", data["subPath"].StringValue(), "the seed lies beside it")
	require.True(t, data["readOnly"].BoolValue())
	require.False(t, strings.HasPrefix(seedDir, lndDir))
}

// A volume on disk that outgrows its limit has the whole pod evicted, and lnd with it.
func TestLndmon_CannotHaveLndEvicted(t *testing.T) {
	for _, volume := range lndmonVolumes() {
		require.True(t, volume.ScratchInMemory, volume.Name)
	}
	for name, c := range containers(t, monitored(t, "mainnet")) {
		for _, m := range c["volumeMounts"].ArrayValue() {
			if strings.HasPrefix(m.ObjectValue()["name"].StringValue(), "lndmon-") {
				require.Contains(t, []string{"lndmon", "lndmon-access"}, name)
			}
		}
	}
}

// A shell that is process 1 ignores the signal to end unless it asks for it, and the pod would stay for ten minutes after lnd.
func TestLndmon_EndsWhenThePodDoes(t *testing.T) {
	for _, script := range []string{copyAccess("mainnet"), startLndmon()} {
		require.Contains(t, script, "trap 'exit 0' TERM")
		require.NotRegexp(t, `sleep \d+\n`, script, "a trap waits for a sleep in the foreground")
	}
	require.Contains(t, startLndmon(), "exec /bin/lndmon")
}

func TestLndmon_ListensWherePrometheusReachesItAndLeavesTheGraphAlone(t *testing.T) {
	lndmon := containers(t, monitored(t, "testnet4"))["lndmon"]
	var flags []string
	for _, arg := range lndmon["args"].ArrayValue() {
		flags = append(flags, arg.StringValue())
	}
	golden.Equal(t, "lndmon-args.txt", strings.Join(flags, "\n")+"\n")
	a := monitored(t, "testnet4")
	a.Lndmon.Graph = true
	require.NotContains(t, a.lndmonContainer().Args, "--disablegraph")
	startup := lndmon["startupProbe"].ObjectValue()
	require.GreaterOrEqual(t, startup["periodSeconds"].NumberValue()*startup["failureThreshold"].NumberValue(), float64(StartSeconds))
}

func TestLndmon_LeavesLndItselfAsItIs(t *testing.T) {
	with, without := containers(t, monitored(t, "mainnet")), func() map[string]resource.PropertyMap {
		a := monitored(t, "mainnet")
		a.Lndmon = nil
		return containers(t, a)
	}()
	require.Equal(t, without["lnd"], with["lnd"])
	require.Len(t, without, 1)
	require.Equal(t, render(args(t, "mainnet")), render(monitored(t, "mainnet")))
}

func TestLndmon_IsRefusedWithoutAnImage(t *testing.T) {
	a := args(t, "mainnet")
	a.Lndmon = &LndmonArgs{}
	_, err := mock.Run(program(a), nil)
	require.ErrorContains(t, err, "lndmon image is missing")
}

func TestLndmon_PassesThePolicies(t *testing.T) {
	for _, refused := range policies.Refused(t, deploy(t, monitored(t, "testnet4")), "test") {
		// The class of the volume is made by the baseline.
		if strings.HasPrefix(refused, "volume-retained on ") {
			continue
		}
		require.Empty(t, refused)
	}
}
