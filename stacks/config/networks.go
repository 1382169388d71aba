package config

// Network facts: chainparams and release notes of Bitcoin Core v31, electrs' and Core's published chain sizes (2026).

// BitcoinNetwork is one of Bitcoin's networks with everything that differs between them.
type BitcoinNetwork struct {
	// Name is SatKube's name for it, and lncli's --network except for testnet3, which lncli calls testnet.
	Name string
	// Chain is the value of bitcoind's chain option: main, testnet4, test, signet or regtest.
	Chain string
	// DataDir is the subdirectory of bitcoind's data directory; empty on mainnet.
	DataDir string
	// LndFlag is lnd's switch for it, and the directory below data/chain/bitcoin.
	LndFlag string
	// P2PPort and RPCPort are bitcoind's.
	P2PPort, RPCPort int
	// ChainGB is the assumed size of blocks plus chain state, in 10^9 bytes.
	ChainGB int
	// ChainStateGB is the part of ChainGB that pruning cannot drop: the set of unspent outputs, in 10^9 bytes.
	ChainStateGB int
	// TxIndexGB is the size of the transaction index on top, in 10^9 bytes.
	TxIndexGB int
	// MemoryAboveCacheMiB is what bitcoind needs beside its dbcache: mempool, connections, indexes.
	MemoryAboveCacheMiB int
	// Money says that coins of this network have a price.
	Money bool
	// Private says that the network has no peers of its own out in the world.
	Private bool
}

// Networks are the networks that a node can join, by the name used in the configuration.
// testnet3 is deprecated by Bitcoin Core since v28; new test nodes belong on testnet4.
func Networks() []BitcoinNetwork {
	return []BitcoinNetwork{
		{Name: "mainnet", Chain: "main", LndFlag: "mainnet", P2PPort: 8333, RPCPort: 8332, ChainGB: 870, ChainStateGB: 14, TxIndexGB: 65, MemoryAboveCacheMiB: 2048, Money: true},
		{Name: "testnet4", Chain: "testnet4", DataDir: "testnet4", LndFlag: "testnet4", P2PPort: 48333, RPCPort: 48332, ChainGB: 33, ChainStateGB: 2, MemoryAboveCacheMiB: 2048},
		{Name: "testnet3", Chain: "test", DataDir: "testnet3", LndFlag: "testnet", P2PPort: 18333, RPCPort: 18332, ChainGB: 264, ChainStateGB: 19, MemoryAboveCacheMiB: 2048},
		{Name: "signet", Chain: "signet", DataDir: "signet", LndFlag: "signet", P2PPort: 38333, RPCPort: 38332, ChainGB: 28, ChainStateGB: 4, MemoryAboveCacheMiB: 2048},
		{Name: "regtest", Chain: "regtest", DataDir: "regtest", LndFlag: "regtest", P2PPort: 18444, RPCPort: 18443, MemoryAboveCacheMiB: 512, Private: true},
	}
}

// NetworkNamed returns the network of that name and whether there is one.
func NetworkNamed(name string) (BitcoinNetwork, bool) {
	for _, n := range Networks() {
		if n.Name == name {
			return n, true
		}
	}
	return BitcoinNetwork{}, false
}
