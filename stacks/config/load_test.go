package config_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"

	"gitlab.com/thinkmassive/satkube/stacks/config"
)

// stack reads the value of satkube:platform out of a committed stack file, as the JSON text that Pulumi passes on.
func stack(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("../../Pulumi." + name + ".yaml")
	require.NoError(t, err)
	var file struct {
		Config map[string]json.RawMessage `json:"config"`
	}
	require.NoError(t, yaml.UnmarshalStrict(text, &file), "Pulumi.%s.yaml", name)
	require.Len(t, file.Config, 1, "Pulumi.%s.yaml sets nothing but the platform", name)
	return string(file.Config["satkube:"+config.Key])
}

func loadStack(t *testing.T, name string) config.Platform {
	t.Helper()
	p, err := config.Load(stack(t, name))
	require.NoError(t, err)
	require.Equal(t, "satkube-"+name, p.Cluster.Name)
	require.Len(t, p.Nodes, 1)
	require.NotNil(t, p.Nodes[0].Lightning)
	return p
}

func TestLoad_ReadsTheTestnetStackThatSavesMoney(t *testing.T) {
	p := loadStack(t, "testnet")
	require.False(t, p.Protect)
	require.False(t, p.HoldsMoney())
	require.Equal(t, config.KindEKS, p.Cluster.Kind)
	require.Nil(t, p.Cluster.Existing)

	e := p.Cluster.EKS
	require.Equal(t, "us-east-2", e.Region)
	require.Equal(t, 2, e.Network.Zones)
	require.Equal(t, config.NATOne, e.Network.NAT)
	require.False(t, e.Network.InterfaceEndpoints)
	require.Empty(t, e.PublicCIDRs)
	require.Equal(t, 1, e.BitcoinPool.ZonesOf(e.Network))
	require.Equal(t, config.OnDemand, e.BitcoinPool.Capacity)
	require.Equal(t, config.ARM64, e.SystemPool.Arch())
	require.Equal(t, config.ARM64, e.BitcoinPool.Arch())

	require.Equal(t, "testnet4", p.Nodes[0].Network)
	require.Equal(t, "bitcoin-testnet4", p.Nodes[0].Namespace())
}

func TestLoad_ReadsTheMainnetStackThatGuardsMoney(t *testing.T) {
	p := loadStack(t, "mainnet")
	require.True(t, p.Protect)
	require.True(t, p.HoldsMoney())

	e := p.Cluster.EKS
	require.Equal(t, 3, e.Network.Zones)
	require.Equal(t, config.NATPerZone, e.Network.NAT)
	require.True(t, e.Network.InterfaceEndpoints)
	require.Equal(t, config.OnDemand, e.SystemPool.Capacity)
	require.Equal(t, config.OnDemand, e.BitcoinPool.Capacity)
	require.Equal(t, 3, e.BitcoinPool.ZonesOf(e.Network))
	require.Equal(t, 365, e.LogRetentionDays)

	b := p.Nodes[0].Bitcoind
	require.True(t, b.TxIndex)
	require.Zero(t, b.PruneMiB)
	require.Equal(t, "1536Gi", b.Storage)
	require.Equal(t, 4096, b.DBCacheMiB)
	require.Equal(t, "8Gi", b.Memory)
	require.Empty(t, p.Nodes[0].Lightning.Watchtowers)
}

func TestLoad_ReadsTheRegtestStackThatNeedsNoAWS(t *testing.T) {
	p := loadStack(t, "regtest")
	require.Equal(t, config.KindExisting, p.Cluster.Kind)
	require.Nil(t, p.Cluster.EKS)
	require.Equal(t, "standard", p.Cluster.Existing.StorageClass)
	require.Equal(t, "regtest", p.Nodes[0].Network)
	require.False(t, p.HoldsMoney())
}

func TestLoad_FillsWhatTheUserLeftOut(t *testing.T) {
	p, err := config.Load(encode(t, valid(t)))
	require.NoError(t, err)

	known := config.Defaults()
	want := config.Platform{Cluster: config.Cluster{Kind: config.KindEKS, Name: "demo", Version: "1.35", EKS: known.Cluster.EKS}}
	want.Cluster.EKS.Region = "us-east-2"
	want.Cluster.EKS.Admins = []string{admin}
	want.Cluster.EKS.Operators, want.Cluster.EKS.PublicCIDRs = []string{}, []string{}
	want.Nodes = []config.Node{{Name: "one", Network: "testnet4", Bitcoind: known.Nodes[0].Bitcoind}}
	want.Nodes[0].Bitcoind.Storage = "100Gi"
	require.Equal(t, want, p)
}

func TestLoad_FillsAnEmptyLightningAndAnAbsentExistingCluster(t *testing.T) {
	p, err := config.Load(`{"cluster":{"kind":"existing","name":"laptop"},
		"nodes":[{"name":"a","network":"regtest","bitcoind":{"storage":"1Gi"},"lightning":{}}]}`)
	require.NoError(t, err)
	require.Equal(t, &config.Existing{StorageClass: "standard"}, p.Cluster.Existing)
	want := config.Defaults().Nodes[0].Lightning
	want.Watchtowers = []string{}
	require.Equal(t, want, p.Nodes[0].Lightning)
}

func TestLoad_KeepsAnExplicitZeroApartFromAnAbsentValue(t *testing.T) {
	doc := valid(t)
	set(t, doc, "nodes[0].bitcoind.maxUploadTargetMiB", 0)
	p, err := config.Load(encode(t, doc))
	require.NoError(t, err)
	require.Zero(t, p.Nodes[0].Bitcoind.MaxUploadTargetMiB)

	set(t, doc, "nodes[0].bitcoind.dbcacheMiB", 0)
	_, err = config.Load(encode(t, doc))
	require.EqualError(t, err, "nodes[0].bitcoind.dbcacheMiB is 0, want 4 to 16384")
}

func TestLoad_AcceptsWhatOnlyLooksWrong(t *testing.T) {
	for name, changes := range map[string]map[string]any{
		"a pruned node on a small volume":           {"nodes[0].bitcoind.storage": "4Gi", "nodes[0].bitcoind.pruneMiB": 550},
		"a fraction of a unit":                      {"nodes[0].bitcoind.storage": "0.1Ti"},
		"a size in decimal units":                   {"nodes[0].bitcoind.storage": "37G"},
		"the smallest VPC":                          {"cluster.eks.network.cidr": "192.168.16.0/20"},
		"a single public address":                   {"cluster.eks.publicCidrs": []any{"198.51.100.7/32", "203.0.113.0/24"}},
		"a role that IAM Identity Center made":      {"cluster.eks.admins": []any{"arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/us-east-2/AWSReservedSSO_Admin_0123456789abcdef"}},
		"a boundary of AWS'":                        {"cluster.eks.permissionsBoundary": "arn:aws:iam::aws:policy/PowerUserAccess"},
		"a region of another partition":             {"cluster.eks.region": "us-gov-west-1", "cluster.eks.admins": []any{"arn:aws-us-gov:iam::123456789012:role/admin"}},
		"spot where nothing holds money":            {"cluster.eks.bitcoinPool.capacity": "spot"},
		"every form of a Graviton type":             {"cluster.eks.systemPool.instanceTypes": []any{"m7g.large", "r8gd.4xlarge", "c6gn.metal", "t4g.small", "a1.xlarge", "im4gn.large", "is4gen.large", "g5g.xlarge"}},
		"types that only look like Graviton":        {"cluster.eks.systemPool.instanceTypes": []any{"g4dn.xlarge", "g6.xlarge", "m7i-flex.large", "u7in-16tb.224xlarge", "m7i.metal-24xl"}},
		"a tag key with a slash and a colon":        {"tags": map[string]any{"example.com/team:a": "café 1"}},
		"a watchtower by name, onion and address":   {"nodes[0].lightning": map[string]any{"watchtowers": []any{tower("02"), "03" + tower("02")[2:67] + "abcdefghijklmnop.onion:9911", "02" + strings.Repeat("cd", 32) + "@[2001:db8::1]:9911"}}},
		"an alias in another script":                {"nodes[0].lightning": map[string]any{"alias": "Ēse ⚡"}},
		"two nodes on two networks without money":   {"nodes[1]": map[string]any{"name": "two", "network": "signet", "bitcoind": map[string]any{"storage": "50Gi"}}},
		"a tuned pool":                              {"cluster.eks.systemPool": map[string]any{"min": 1, "desired": 1, "max": 1, "zones": 2}},
		"a small memory for a small cache":          {"nodes[0].bitcoind.dbcacheMiB": 4, "nodes[0].bitcoind.memory": "2052Mi"},
		"a tag whose key looks like a secret's key": {"tags": map[string]any{"tokenOwner": "wallet team"}},
	} {
		t.Run(name, func(t *testing.T) {
			doc := valid(t)
			for path, value := range changes {
				set(t, doc, path, value)
			}
			_, err := config.Load(encode(t, doc))
			require.NoError(t, err)
		})
	}
}

func TestLoad_GivesTheSameLinesEveryTime(t *testing.T) {
	const raw = `{"a":1,"cluster":{"kind":1,"eks":{"network":{"x":1,"y":2}}},"nodes":[{},{"z":1},3]}`
	_, first := config.Load(raw)
	for range 50 {
		_, again := config.Load(raw)
		require.EqualError(t, again, first.Error())
	}
}

func TestDefaults_AreFreshForEveryCaller(t *testing.T) {
	config.Defaults().Cluster.EKS.SystemPool.InstanceTypes[0] = "changed"
	require.Equal(t, "m7g.large", config.Defaults().Cluster.EKS.SystemPool.InstanceTypes[0])
}
