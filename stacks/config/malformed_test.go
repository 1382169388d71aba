package config_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/stacks/config"
)

// malformed is a change to the valid document and every line of the error that it must cause, and no other.
type malformed struct {
	change map[string]any
	want   []string
}

func TestLoad_RefusesMalformedDocuments(t *testing.T) {
	for group, cases := range map[string]map[string]malformed{
		"types": malformedTypes(), "cluster": malformedCluster(), "network": malformedNetwork(), "access": malformedAccess(),
		"pools": malformedPools(), "monitoring": malformedMonitoring(), "logging": malformedLogging(), "ingress": malformedIngress(), "tags": malformedTags(), "nodes": malformedNodes(), "lightning": malformedLightning(),
	} {
		for name, c := range cases {
			t.Run(group+"/"+name, func(t *testing.T) {
				doc := valid(t)
				for path, value := range c.change {
					set(t, doc, path, value)
				}
				p, err := config.Load(encode(t, doc))
				require.EqualError(t, err, strings.Join(c.want, "\n"))
				require.Zero(t, p, "nothing half-read is handed out")
			})
		}
	}
}

func TestLoad_RefusesWhatIsNoObject(t *testing.T) {
	for name, c := range map[string]struct{ raw, want string }{
		"nothing":          {"", "satkube:platform is missing, want an object below config in Pulumi.<stack>.yaml (docs/configuration.md has examples)"},
		"only spaces":      {" \n", "satkube:platform is missing, want an object below config in Pulumi.<stack>.yaml (docs/configuration.md has examples)"},
		"a bare word":      {"hello", `satkube:platform is "hello", want an object: invalid character 'h' looking for beginning of value`},
		"a string":         {`"hello"`, `satkube:platform is "hello", want an object`},
		"a list":           {`[1]`, "satkube:platform is a list, want an object"},
		"null":             {"null", "satkube:platform is null, want an object"},
		"a truncated text": {`{"cluster":`, `satkube:platform is "{\"cluster\":", want an object: unexpected EOF`},
		"two values":       {`{} {}`, `satkube:platform is "{} {}", want an object: more text follows the first value`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := config.Load(c.raw)
			require.EqualError(t, err, c.want)
		})
	}
}

func TestLoad_ReportsEveryMistakeAtOnceInTheOrderOfPaths(t *testing.T) {
	nodes := []any{}
	for i := range 11 {
		nodes = append(nodes, map[string]any{"name": fmt.Sprintf("n%d", i), "network": "regtest", "bitcoind": map[string]any{"storage": "1Gi"}})
	}
	doc := map[string]any{
		"cluster": map[string]any{
			"kind": "gke", "name": "Demo", "version": 1.35,
			"eks": map[string]any{
				"regoin":  "us-east-2",
				"network": map[string]any{"cidr": "10.0.1.0/16", "zones": "2"},
				"admins":  "me",
			},
		},
		"nodes":   nodes,
		"protect": "yes",
		"surplus": map[string]any{"a": "b"},
	}
	set(t, doc, "nodes[2].bitcoind", map[string]any{"storage": 5, "txindex": true, "pruneMiB": 550})
	set(t, doc, "nodes[10]", map[string]any{"name": "n2", "network": "regtest", "bitcoind": map[string]any{"storage": "1Gi"}})
	_, err := config.Load(encode(t, doc))
	require.EqualError(t, err, strings.Join([]string{
		`cluster.eks.admins is "me", want a list`,
		`cluster.eks.network.cidr is "10.0.1.0/16", want "10.0.0.0/16": host bits are set`,
		`cluster.eks.network.zones is "2", want a whole number`,
		`cluster.eks.region is missing, want an AWS region such as us-east-2`,
		`cluster.eks.regoin is "us-east-2", want no such key (did you mean region?)`,
		`cluster.kind is "gke", want eks or existing`,
		`cluster.name is "Demo", want 1 to 40 lower-case letters, digits and inner hyphens`,
		`cluster.version is 1.35, want the version in quotes, such as "1.35"`,
		`nodes[2].bitcoind.pruneMiB is 550, want 0, because txindex needs the whole chain`,
		`nodes[2].bitcoind.storage is 5, want a string in quotes`,
		`nodes[10].name is "n2", want another name than nodes[2]`,
		`protect is "yes", want true or false`,
		`surplus is an object, want no such key (known keys: cluster, ingress, logging, monitoring, nodes, protect, tags)`,
	}, "\n"))
}

func malformedTypes() map[string]malformed {
	return map[string]malformed{
		"an unknown key near a known one": {
			map[string]any{"nodes[0].lighting": map[string]any{}},
			[]string{`nodes[0].lighting is an object, want no such key (did you mean lightning?)`},
		},
		"an unknown key in another case": {
			map[string]any{"nodes[0].bitcoind.dbCacheMiB": 450},
			[]string{`nodes[0].bitcoind.dbCacheMiB is 450, want no such key (did you mean dbcacheMiB?)`},
		},
		"an unknown key like no other": {
			map[string]any{"cluster.eks.network.ipv6": true},
			[]string{`cluster.eks.network.ipv6 is true, want no such key (known keys: cidr, interfaceEndpoints, nat, serviceCidr, zones)`},
		},
		"an unknown key with a list": {
			map[string]any{"cluster.eks.network.privateSubnets": []any{"a"}},
			[]string{`cluster.eks.network.privateSubnets is a list, want no such key (known keys: cidr, interfaceEndpoints, nat, serviceCidr, zones)`},
		},
		"an unknown key with a line break": {
			map[string]any{"cluster.a\nb": "c\nd"},
			[]string{`cluster["a\nb"] is "c\nd", want no such key (known keys: eks, existing, kind, name, version)`},
		},
		"a misplaced secret, which is not printed": {
			map[string]any{"nodes[0].bitcoind.rpcPassword": "hunter2"},
			[]string{`nodes[0].bitcoind.rpcPassword is hidden, want no such key: secrets do not belong here`},
		},
		"a long value, which is shortened": {
			map[string]any{"cluster.kind": strings.Repeat("é", 100)},
			[]string{`cluster.kind is "` + strings.Repeat("é", 57) + `…", want eks or existing`},
		},
		"null for an object": {
			map[string]any{"cluster.eks": nil},
			[]string{`cluster.eks is null, want an object`},
		},
		"null for a number": {
			map[string]any{"cluster.eks.network.zones": nil},
			[]string{`cluster.eks.network.zones is null, want a whole number`},
		},
		"a fraction for a whole number": {
			map[string]any{"cluster.eks.network.zones": 2.5},
			[]string{`cluster.eks.network.zones is 2.5, want a whole number`},
		},
		"a number beyond 64 bits": {
			map[string]any{"cluster.eks.systemPool.diskGiB": 1e30},
			[]string{`cluster.eks.systemPool.diskGiB is 1e+30, want a whole number`},
		},
		"a string for a whole number": {
			map[string]any{"nodes[0].bitcoind.dbcacheMiB": "450"},
			[]string{`nodes[0].bitcoind.dbcacheMiB is "450", want a whole number`},
		},
		"a string for a truth value": {
			map[string]any{"nodes[0].bitcoind.txindex": "true"},
			[]string{`nodes[0].bitcoind.txindex is "true", want true or false`},
		},
		"a number for a truth value": {
			map[string]any{"protect": 1},
			[]string{`protect is 1, want true or false`},
		},
		"a truth value for a string": {
			map[string]any{"cluster.eks.network.nat": false},
			[]string{`cluster.eks.network.nat is false, want a string in quotes`},
		},
		"a version without quotes": {
			map[string]any{"cluster.version": 1.35},
			[]string{`cluster.version is 1.35, want the version in quotes, such as "1.35"`},
		},
		"a string for a list": {
			map[string]any{"cluster.eks.systemPool.instanceTypes": "m7g.large"},
			[]string{`cluster.eks.systemPool.instanceTypes is "m7g.large", want a list`},
		},
		"a list for an object": {
			map[string]any{"nodes[0].lightning": []any{}},
			[]string{`nodes[0].lightning is [], want an object`},
		},
		"an object for a list": {
			map[string]any{"nodes": map[string]any{"one": map[string]any{}}},
			[]string{`nodes is an object, want a list`},
		},
		"a wrong entry of a list": {
			map[string]any{"cluster.eks.systemPool.instanceTypes": []any{7, "m7g.large"}},
			[]string{`cluster.eks.systemPool.instanceTypes[0] is 7, want a string in quotes`},
		},
		"an entry that is no node": {
			map[string]any{"nodes[1]": "two"},
			[]string{`nodes[1] is "two", want an object`},
		},
		"a wrong block, whose rules are not applied": {
			map[string]any{"cluster.eks.systemPool": "large"},
			[]string{`cluster.eks.systemPool is "large", want an object`},
		},
		"a cluster left out": {
			map[string]any{"cluster": absent{}},
			[]string{
				`cluster.kind is missing, want eks or existing`,
				`cluster.name is missing, want 1 to 40 lower-case letters, digits and inner hyphens`,
			},
		},
		"everything required left out": {
			map[string]any{"cluster.kind": absent{}, "cluster.name": absent{}, "cluster.eks": map[string]any{}, "nodes": []any{map[string]any{}}},
			[]string{
				`cluster.eks.admins is missing, want at least one IAM user or role ARN, including that of whoever runs pulumi up`,
				`cluster.eks.region is missing, want an AWS region such as us-east-2`,
				`cluster.kind is missing, want eks or existing`,
				`cluster.name is missing, want 1 to 40 lower-case letters, digits and inner hyphens`,
				`nodes[0].bitcoind.storage is missing, want a size such as 100Gi, above 0 and at most 64Ti`,
				`nodes[0].name is missing, want 1 to 40 lower-case letters, digits and inner hyphens`,
				`nodes[0].network is missing, want one of mainnet, testnet4, testnet3, signet, regtest`,
			},
		},
	}
}
