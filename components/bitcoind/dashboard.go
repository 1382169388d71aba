package bitcoind

import (
	"regexp"

	"gitlab.com/thinkmassive/satkube/components/monitoring"
)

// dashboard shows one node, or several side by side.
func dashboard() monitoring.Dashboard {
	return monitoring.Dashboard{
		UID: "bitcoind", Title: "Bitcoin nodes",
		Variables: []monitoring.Variable{{Label: "network", Metric: "bitcoin_blocks"}, {Label: "node", Metric: "bitcoin_blocks"}},
		Rows: []monitoring.Row{
			{Title: "Chain", Panels: []monitoring.Panel{
				{
					Title: "Height", Kind: monitoring.Stat, Unit: "none",
					Tells:   "The height of the node's best block. 0 means that the exporter has had no answer yet.",
					Queries: show("bitcoin_blocks"),
				},
				{
					Title: "Verified", Kind: monitoring.Stat, Unit: "percentunit", Red: at(0.9999), Below: true,
					Tells:   "How much of the chain is verified, as bitcoind estimates it. Below 99.99 % lnd does not start.",
					Queries: show("bitcoin_verification_progress"),
				},
				{
					Title: "Blocks an hour", Kind: monitoring.TimeSeries, Unit: "short",
					Tells:   "About 6 on mainnet. None for two hours means that blocks do not reach the node; on test networks gaps are longer.",
					Queries: show("max by (network, node) (bitcoin_blocks) - max by (network, node) (bitcoin_blocks offset 1h)"),
				},
				{
					Title: "Branches known", Kind: monitoring.TimeSeries, Unit: "short",
					Tells:   "Tips of the chain that the node knows, stale ones among them. A sudden rise means that miners disagree.",
					Queries: show("bitcoin_num_chaintips"),
				},
				{
					Title: "Warnings", Kind: monitoring.TimeSeries, Unit: "short", Red: at(1),
					Tells:   "Questions of the last 10 minutes that bitcoind answered with a warning. It should be 0: read the warning with getnetworkinfo.",
					Queries: show("increase(bitcoin_warnings_total[10m])"),
				},
			}},
			{Title: "Latest block", Panels: []monitoring.Panel{
				{
					Title: "Weight", Kind: monitoring.TimeSeries, Unit: "short",
					Tells:   "The weight of the best block, of 4 million at most. Full blocks mean that fees decide who gets in.",
					Queries: show("bitcoin_latest_block_weight"),
				},
				{
					Title: "Transactions", Kind: monitoring.TimeSeries, Unit: "short",
					Tells:   "Transactions in the best block.",
					Queries: show("bitcoin_latest_block_txs"),
				},
				{
					Title: "Fees", Kind: monitoring.TimeSeries, Unit: "short",
					Tells:   "What the transactions of the best block paid together, in BTC.",
					Queries: show("bitcoin_latest_block_fee"),
				},
				{
					Title: "Hash rate", Kind: monitoring.TimeSeries, Unit: "short",
					Tells:   "Hashes a second that the last 120 blocks took. A fall means slower blocks until the difficulty follows.",
					Queries: show("bitcoin_hashps"),
				},
			}},
			{Title: "Peers and traffic", Panels: []monitoring.Panel{
				{
					Title: "Peers", Kind: monitoring.TimeSeries, Unit: "short", Red: at(6), Below: true,
					Tells:   "Peers that the node chose, and peers that came to it. It should have chosen 8 to 10; below 6 the few may hide blocks from it.",
					Queries: []monitoring.Query{query("bitcoin_conn_out", "{{node}} chosen"), query("bitcoin_conn_in", "{{node}} came")},
				},
				{
					Title: "Traffic", Kind: monitoring.TimeSeries, Unit: "Bps",
					Tells:   "Bytes a second from and to peers. What is sent costs money in most clouds; maxUploadTargetMiB bounds it.",
					Queries: []monitoring.Query{query("rate(bitcoin_total_bytes_recv[10m])", "{{node}} received"), query("rate(bitcoin_total_bytes_sent[10m])", "{{node}} sent")},
				},
			}},
			{Title: "Mempool and fees", Panels: []monitoring.Panel{
				{
					Title: "Transactions waiting", Kind: monitoring.TimeSeries, Unit: "short",
					Tells:   "Transactions in the mempool. Empty for long means that no peer sends any.",
					Queries: show("bitcoin_mempool_size"),
				},
				{
					Title: "Memory", Kind: monitoring.TimeSeries, Unit: "bytes",
					Tells:   "Memory that the mempool takes. At its limit, 300 MB unless configured, the cheapest transactions are dropped.",
					Queries: show("bitcoin_mempool_usage"),
				},
				{
					Title: "Fee estimates", Kind: monitoring.TimeSeries, Unit: "short",
					Tells:   "What bitcoind would pay, in BTC per 1000 vbytes, to be in a block within 2, 5 and 20 blocks. lnd pays by it; missing means no estimate.",
					Queries: []monitoring.Query{query("bitcoin_est_smart_fee_2", "{{node}} 2"), query("bitcoin_est_smart_fee_5", "{{node}} 5"), query("bitcoin_est_smart_fee_20", "{{node}} 20")},
				},
				{
					Title: "Not yet sent on", Kind: monitoring.TimeSeries, Unit: "short",
					Tells:   "Own transactions that no peer has taken yet, such as lnd's. For hours above 0 they are not on their way to a miner.",
					Queries: show("bitcoin_mempool_unbroadcast"),
				},
			}},
			{Title: "Process", Panels: []monitoring.Panel{
				{
					Title: "Running for", Kind: monitoring.TimeSeries, Unit: "s",
					Tells:   "Seconds since bitcoind started. Each fall is a restart; 0 means that the exporter has had no answer.",
					Queries: show("bitcoin_uptime"),
				},
				{
					Title: "Calls being worked on", Kind: monitoring.TimeSeries, Unit: "short", Red: at(12),
					Tells:   "RPC calls at the time of the question. There are 16 threads; when all are busy, callers wait and then are refused.",
					Queries: show("bitcoin_rpc_active"),
				},
				{
					Title: "Failed questions", Kind: monitoring.TimeSeries, Unit: "short", Red: at(3),
					Tells:   "Questions of the exporter that failed in the last 10 minutes. While they fail everything on this page is old.",
					Queries: []monitoring.Query{query("increase(bitcoin_exporter_errors_total[10m])", "{{node}} {{type}}")},
				},
				{
					Title: "Blocks on disk", Kind: monitoring.TimeSeries, Unit: "bytes",
					Tells:   "Size of the blocks on disk. The volume has to have room for it, the index and a tenth on top.",
					Queries: show("bitcoin_size_on_disk"),
				},
			}},
		},
	}
}

// show is one query, its series named by their nodes.
func show(expr string) []monitoring.Query {
	return []monitoring.Query{query(expr, "{{node}}")}
}

var chosen = regexp.MustCompile(`\bbitcoin_[a-z0-9_]+`)

// query puts the reader's choice behind the name of each metric.
func query(expr, legend string) monitoring.Query {
	return monitoring.OfChosenNodes(chosen, expr, legend)
}

func at(value float64) *float64 { return &value }
