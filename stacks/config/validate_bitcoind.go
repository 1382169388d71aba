package config

import (
	"fmt"
	"strconv"
)

const (
	// minPruneMiB is the least that Bitcoin Core accepts for prune: 288 blocks, their undo data and slack.
	minPruneMiB = 550
	// maxPruneMiB is 16 TiB, far beyond any chain; it keeps the arithmetic below within 64 bits.
	maxPruneMiB = 16 << 20
)

// checkBitcoind checks one daemon. What the chain needs is checked when the network is known.
func checkBitcoind(at string, b Bitcoind, network BitcoinNetwork, found *mistakes) {
	// Refused nodes[].bitcoind.dbcacheMiB: other than 4 (Bitcoin Core's minimum) to 16384 (above it, the flush at shutdown outlasts the 900 seconds that bitcoind is given).
	if b.DBCacheMiB < 4 || b.DBCacheMiB > 16384 {
		found.add(at+".dbcacheMiB", b.DBCacheMiB, "4 to 16384")
	}
	// Refused nodes[].bitcoind.pruneMiB: other than 0, or 550 (Bitcoin Core's minimum) to 16777216.
	if b.PruneMiB != 0 && (b.PruneMiB < minPruneMiB || b.PruneMiB > maxPruneMiB) {
		found.add(at+".pruneMiB", b.PruneMiB, fmt.Sprintf("0 (keep all) or %d to %d", minPruneMiB, maxPruneMiB))
	}
	// Refused nodes[].bitcoind.pruneMiB: together with txindex. Bitcoin Core does not start with both.
	if b.PruneMiB != 0 && b.TxIndex {
		found.add(at+".pruneMiB", b.PruneMiB, "0, because txindex needs the whole chain")
	}
	// Refused nodes[].bitcoind.maxUploadTargetMiB: below 0.
	if b.MaxUploadTargetMiB < 0 {
		found.add(at+".maxUploadTargetMiB", b.MaxUploadTargetMiB, "0 (no limit) or more")
	}
	// Refused nodes[].bitcoind.cpu: anything but a number of CPUs above 0 and at most 1024, such as 500m or 2.
	checkCPU(at+".cpu", b.CPU, found)

	memory, memoryOK := checkSize(at+".memory", b.Memory, found)
	storage, storageOK := checkSize(at+".storage", b.Storage, found)
	if network.Name == "" {
		return
	}
	// Refused nodes[].bitcoind.memory: less than dbcacheMiB and what bitcoind needs beside it (the table of networks says how much). The kernel kills a container at its limit, and a killed bitcoind replays blocks for up to 40 minutes.
	if need := int64(b.DBCacheMiB+network.MemoryAboveCacheMiB) * mib; memoryOK && memory < need && found.clean(at+".dbcacheMiB") {
		found.add(at+".memory", b.Memory, fmt.Sprintf("at least %s, dbcacheMiB %d and %d MiB beside it", inMi(need), b.DBCacheMiB, network.MemoryAboveCacheMiB))
	}
	// Refused nodes[].bitcoind.storage: less than the chain, its transaction index if there is one, and a tenth on top. With pruneMiB: less than that and the set of unspent outputs, and a tenth on top. In any case less than 1Gi.
	if need, why := storageNeeded(b, network); storageOK && storage < need && found.clean(at+".pruneMiB", at+".txindex") {
		found.add(at+".storage", b.Storage, "at least "+inGi(need)+", "+why)
	}
}

// storageNeeded is the least size of the chain's volume in bytes, and why. The tenth on top is about a year of mainnet's
// growth (some 80 GB): time to notice, and to grow the volume.
func storageNeeded(b Bitcoind, network BitcoinNetwork) (int64, string) {
	const gigabyte = 1_000_000_000
	need, why := int64(network.ChainGB)*gigabyte, network.Name+"'s chain and a tenth on top"
	switch {
	case b.PruneMiB != 0:
		need = int64(b.PruneMiB)*mib + int64(network.ChainStateGB)*gigabyte
		why = "pruneMiB " + strconv.Itoa(b.PruneMiB) + ", " + network.Name + "'s unspent outputs and a tenth on top"
	case b.TxIndex:
		need += int64(network.TxIndexGB) * gigabyte
		why = network.Name + "'s chain, its transaction index and a tenth on top"
	}
	if need += need / 10; need > gib {
		return need, why
	}
	// Block files alone are allocated in steps of 16 MiB, and an empty chain still has logs, mempool and indexes.
	return gib, "the least for a volume"
}
