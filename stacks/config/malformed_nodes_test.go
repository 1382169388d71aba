package config_test

import "strings"

func malformedNodes() map[string]malformed {
	const b = "nodes[0].bitcoind."
	return map[string]malformed{
		"none": {
			map[string]any{"nodes": []any{}},
			[]string{`nodes is [], want at least one node, with name, network and bitcoind.storage`},
		},
		"left out": {
			map[string]any{"nodes": absent{}},
			[]string{`nodes is missing, want at least one node, with name, network and bitcoind.storage`},
		},
		"a name with a dot": {
			map[string]any{"nodes[0].name": "a.b"},
			[]string{`nodes[0].name is "a.b", want 1 to 40 lower-case letters, digits and inner hyphens`},
		},
		"a name twice": {
			map[string]any{"nodes[1]": map[string]any{"name": "one", "network": "signet", "bitcoind": map[string]any{"storage": "50Gi"}}},
			[]string{`nodes[1].name is "one", want another name than nodes[0]`},
		},
		"the network that others call testnet": {
			map[string]any{"nodes[0].network": "testnet"},
			[]string{`nodes[0].network is "testnet", want one of mainnet, testnet4, testnet3, signet, regtest`},
		},
		"money beside play money": {
			map[string]any{"protect": true, "nodes[1]": map[string]any{"name": "two", "network": "mainnet", "bitcoind": map[string]any{"storage": "1Ti"}}},
			[]string{`nodes[1].network is "mainnet", want a network of the same class as testnet4: money and play money do not share a cluster`},
		},
		"money without protection": {
			map[string]any{"nodes[0].network": "mainnet", b + "storage": "1Ti"},
			[]string{`protect is false, want true, because nodes of this stack hold money`},
		},
		"a size that is none": {
			map[string]any{b + "storage": "100 GB"},
			[]string{b + `storage is "100 GB", want a size such as 100Gi, above 0 and at most 64Ti`},
		},
		"a size in thousandths of a byte": {
			map[string]any{b + "storage": "100000m"},
			[]string{b + `storage is "100000m", want at least 34Gi, testnet4's chain and a tenth on top`},
		},
		"a negative size": {
			map[string]any{b + "storage": "-100Gi"},
			[]string{b + `storage is "-100Gi", want a size such as 100Gi, above 0 and at most 64Ti`},
		},
		"a size larger than any volume": {
			map[string]any{b + "storage": "100Ti"},
			[]string{b + `storage is "100Ti", want a size such as 100Gi, above 0 and at most 64Ti`},
		},
		"a size with a huge exponent": {
			map[string]any{b + "storage": "1E2147483647"},
			[]string{b + `storage is "1E2147483647", want a size such as 100Gi, above 0 and at most 64Ti`},
		},
		"a volume smaller than the chain": {
			map[string]any{b + "storage": "33Gi"},
			[]string{b + `storage is "33Gi", want at least 34Gi, testnet4's chain and a tenth on top`},
		},
		"a volume without room for the index": {
			map[string]any{"protect": true, "nodes[0].network": "mainnet", b + "storage": "900Gi", b + "txindex": true},
			[]string{b + `storage is "900Gi", want at least 958Gi, mainnet's chain, its transaction index and a tenth on top`},
		},
		"a volume without room for the unspent outputs": {
			map[string]any{"protect": true, "nodes[0].network": "mainnet", b + "storage": "10Gi", b + "pruneMiB": 1000},
			[]string{b + `storage is "10Gi", want at least 16Gi, pruneMiB 1000, mainnet's unspent outputs and a tenth on top`},
		},
		"a volume too small for regtest": {
			map[string]any{"nodes[0].network": "regtest", b + "storage": "500Mi"},
			[]string{b + `storage is "500Mi", want at least 1Gi, the least for a volume`},
		},
		"an unknown network, whose needs nobody knows": {
			map[string]any{"nodes[0].network": "dogecoin", b + "storage": "1Gi", b + "memory": "1Mi", b + "pruneMiB": 550},
			[]string{`nodes[0].network is "dogecoin", want one of mainnet, testnet4, testnet3, signet, regtest`},
		},
		"less pruning than Core allows": {
			map[string]any{b + "pruneMiB": 549},
			[]string{b + `pruneMiB is 549, want 0 (keep all) or 550 to 16777216`},
		},
		"negative pruning": {
			map[string]any{b + "pruneMiB": -1},
			[]string{b + `pruneMiB is -1, want 0 (keep all) or 550 to 16777216`},
		},
		"pruning with an index": {
			map[string]any{b + "pruneMiB": 550, b + "txindex": true},
			[]string{b + `pruneMiB is 550, want 0, because txindex needs the whole chain`},
		},
		"a cache that is too small, which the memory is not blamed for": {
			map[string]any{b + "dbcacheMiB": 3, b + "memory": "1Gi"},
			[]string{b + `dbcacheMiB is 3, want 4 to 16384`},
		},
		"a cache that is too large": {
			map[string]any{b + "dbcacheMiB": 16385},
			[]string{b + `dbcacheMiB is 16385, want 4 to 16384`},
		},
		"a memory that the cache does not fit into": {
			map[string]any{b + "dbcacheMiB": 4096},
			[]string{b + `memory is "2560Mi", want at least 6144Mi, dbcacheMiB 4096 and 2048 MiB beside it`},
		},
		"a memory that is none": {
			map[string]any{b + "memory": "lots"},
			[]string{b + `memory is "lots", want a size such as 100Gi, above 0 and at most 64Ti`},
		},
		"no CPU": {
			map[string]any{b + "cpu": "0.0"},
			[]string{b + `cpu is "0.0", want a number of CPUs such as 500m or 2, above 0 and at most 1024`},
		},
		"a size for a CPU": {
			map[string]any{b + "cpu": "2Gi"},
			[]string{b + `cpu is "2Gi", want a number of CPUs such as 500m or 2, above 0 and at most 1024`},
		},
		"a CPU without quotes": {
			map[string]any{b + "cpu": 2},
			[]string{b + `cpu is 2, want a string in quotes`},
		},
		"a negative upload": {
			map[string]any{b + "maxUploadTargetMiB": -1},
			[]string{b + `maxUploadTargetMiB is -1, want 0 (no limit) or more`},
		},
	}
}

func malformedLightning() map[string]malformed {
	lightning := func(key string, value any) map[string]any {
		return map[string]any{"nodes[0].lightning." + key: value}
	}
	money := func(key string, value any) map[string]any {
		change := lightning(key, value)
		change["protect"], change["nodes[0].network"], change["nodes[0].bitcoind.storage"] = true, "mainnet", "1Ti"
		return change
	}
	const l = "nodes[0].lightning."
	const wantAlias = ", want at most 32 bytes of printable text, without a space at either end"
	const wantTower = ", want PUBKEY@HOST:PORT, with a compressed public key of 66 hex digits"
	short := func(tower string) string { return `"` + tower[:57] + `…"` }
	return map[string]malformed{
		"an alias of 33 bytes": {
			lightning("alias", strings.Repeat("é", 16)+"x"),
			[]string{l + `alias is "` + strings.Repeat("é", 16) + `x"` + wantAlias},
		},
		"an alias on two lines": {
			lightning("alias", "a\nautopilot.active=true"),
			[]string{l + `alias is "a\nautopilot.active=true"` + wantAlias},
		},
		"an alias that ends in a space": {
			lightning("alias", "a "),
			[]string{l + `alias is "a "` + wantAlias},
		},
		"a small volume beside money": {
			money("storage", "10Gi"),
			[]string{l + `storage is "10Gi", want at least 20Gi: a full disk corrupts the channel database`},
		},
		"a tiny volume anywhere": {
			lightning("storage", "512Mi"),
			[]string{l + `storage is "512Mi", want at least 1Gi: a full disk corrupts the channel database`},
		},
		"a volume of no size": {
			lightning("storage", ""),
			[]string{l + `storage is "", want a size such as 100Gi, above 0 and at most 64Ti`},
		},
		"too little memory": {
			lightning("memory", "511Mi"),
			[]string{l + `memory is "511Mi", want at least 512Mi`},
		},
		"a CPU that is none": {
			lightning("cpu", "half"),
			[]string{l + `cpu is "half", want a number of CPUs such as 500m or 2, above 0 and at most 1024`},
		},
		"autopilot": {
			lightning("autopilot", true),
			[]string{l + `autopilot is true, want false: SatKube never lets lnd open channels by itself`},
		},
		"a watchtower without a port": {
			lightning("watchtowers", []any{"02" + strings.Repeat("ab", 32) + "@tower.example.com"}),
			[]string{l + `watchtowers[0] is ` + short(tower("02")) + wantTower},
		},
		"a watchtower with an uncompressed key": {
			lightning("watchtowers", []any{tower("04")}),
			[]string{l + `watchtowers[0] is ` + short(tower("04")) + wantTower},
		},
		"a watchtower on an impossible host": {
			lightning("watchtowers", []any{"02" + strings.Repeat("ab", 32) + "@-a b:9911"}),
			[]string{l + `watchtowers[0] is ` + short(tower("02")) + wantTower},
		},
		"a watchtower on an impossible port": {
			lightning("watchtowers", []any{"02" + strings.Repeat("ab", 32) + "@tower.example.com:65536", "02" + strings.Repeat("ab", 32) + "@tower.example.com:0"}),
			[]string{
				l + `watchtowers[0] is ` + short(tower("02")) + `, want a port from 1 to 65535`,
				l + `watchtowers[1] is ` + short(tower("02")) + `, want a port from 1 to 65535`,
			},
		},
		"a watchtower twice": {
			lightning("watchtowers", []any{tower("02"), "02" + strings.Repeat("AB", 32) + "@198.51.100.7:9911"}),
			[]string{l + `watchtowers[1] is ` + short("02"+strings.Repeat("AB", 32)) + `, want another tower than watchtowers[0]`},
		},
	}
}
