package config_test

import (
	"fmt"
	"strings"
)

func malformedPools() map[string]malformed {
	types := []any{}
	for i := range 21 {
		types = append(types, fmt.Sprintf("m%dg.large", i+6))
	}
	return map[string]malformed{
		"no instance type": {
			map[string]any{"cluster.eks.systemPool.instanceTypes": []any{}},
			[]string{`cluster.eks.systemPool.instanceTypes is [], want at least one instance type, such as m7g.large`},
		},
		"too many instance types": {
			map[string]any{"cluster.eks.systemPool.instanceTypes": types},
			[]string{`cluster.eks.systemPool.instanceTypes is a list of 21, want at most 20 instance types`},
		},
		"an instance type without a size": {
			map[string]any{"cluster.eks.bitcoinPool.instanceTypes": []any{"r7g"}},
			[]string{`cluster.eks.bitcoinPool.instanceTypes[0] is "r7g", want an EC2 instance type such as m7g.large`},
		},
		"an instance type twice": {
			map[string]any{"cluster.eks.systemPool.instanceTypes": []any{"m7g.large", "m7g.large"}},
			[]string{`cluster.eks.systemPool.instanceTypes[1] is "m7g.large", want each instance type once`},
		},
		"two architectures in one pool": {
			map[string]any{"cluster.eks.systemPool.instanceTypes": []any{"m7g.large", "m7i.large", "a1.large", "g4dn.xlarge"}},
			[]string{
				`cluster.eks.systemPool.instanceTypes[1] is "m7i.large", want an instance type for arm64, like the first one`,
				`cluster.eks.systemPool.instanceTypes[3] is "g4dn.xlarge", want an instance type for arm64, like the first one`,
			},
		},
		"an unknown capacity": {
			map[string]any{"cluster.eks.systemPool.capacity": "SPOT"},
			[]string{`cluster.eks.systemPool.capacity is "SPOT", want on-demand or spot`},
		},
		"spot beside money": {
			map[string]any{"cluster.eks.bitcoinPool.capacity": "spot", "protect": true, "nodes[0].network": "mainnet", "nodes[0].bitcoind.storage": "1Ti"},
			[]string{`cluster.eks.bitcoinPool.capacity is "spot", want on-demand, because nodes of this stack hold money`},
		},
		"no node at least": {
			map[string]any{"cluster.eks.bitcoinPool.min": 0},
			[]string{`cluster.eks.bitcoinPool.min is 0, want at least 1`},
		},
		"a minimum above the maximum": {
			map[string]any{"cluster.eks.systemPool.min": 5, "cluster.eks.systemPool.desired": 5},
			[]string{`cluster.eks.systemPool.max is 4, want at least min, 5`},
		},
		"a start outside of the bounds": {
			map[string]any{"cluster.eks.systemPool.desired": 1},
			[]string{`cluster.eks.systemPool.desired is 1, want min to max, 2 to 4`},
		},
		"more nodes than a group holds": {
			map[string]any{"cluster.eks.systemPool.max": 451},
			[]string{`cluster.eks.systemPool.max is 451, want 1 to 450`},
		},
		"a disk that is too small": {
			map[string]any{"cluster.eks.systemPool.diskGiB": 19},
			[]string{`cluster.eks.systemPool.diskGiB is 19, want 20 to 16384`},
		},
		"more zones than the network": {
			map[string]any{"cluster.eks.bitcoinPool.zones": 3},
			[]string{`cluster.eks.bitcoinPool.zones is 3, want at most 2, as many as network.zones`},
		},
		"fewer zones than none": {
			map[string]any{"cluster.eks.bitcoinPool.zones": -1},
			[]string{`cluster.eks.bitcoinPool.zones is -1, want 0 (all zones) or more`},
		},
	}
}

func malformedTags() map[string]malformed {
	many := map[string]any{}
	for i := range 41 {
		many[fmt.Sprintf("k%d", i)] = ""
	}
	return map[string]malformed{
		"too many": {
			map[string]any{"tags": many},
			[]string{`tags is 41 tags, want at most 40`},
		},
		"a number": {
			map[string]any{"tags": map[string]any{"cost": 7}},
			[]string{`tags.cost is 7, want a string in quotes`},
		},
		"AWS' own prefix": {
			map[string]any{"tags": map[string]any{"AWS:owner": "me"}},
			[]string{`tags["AWS:owner"] is "me", want a key without the prefix aws:, which AWS keeps for itself`},
		},
		"an empty key": {
			map[string]any{"tags": map[string]any{"": "me"}},
			[]string{`tags[""] is "me", want a key of 1 to 128 characters`},
		},
		"a long key": {
			map[string]any{"tags": map[string]any{strings.Repeat("k", 129): "v"}},
			[]string{`tags["` + strings.Repeat("k", 57) + `…"] is "v", want a key of 1 to 128 characters`},
		},
		"a long value": {
			map[string]any{"tags": map[string]any{"k": strings.Repeat("v", 257)}},
			[]string{`tags.k is "` + strings.Repeat("v", 57) + `…", want a value of at most 256 characters`},
		},
		"characters that some services refuse": {
			map[string]any{"tags": map[string]any{"a&b": "v", "c": "x;y"}},
			[]string{
				`tags.c is "x;y", want a value of letters, digits, spaces and _ . : / = + - @`,
				`tags["a&b"] is "v", want a key of letters, digits, spaces and _ . : / = + - @`,
			},
		},
	}
}
