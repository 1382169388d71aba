package lnd

import (
	"regexp"

	"gitlab.com/thinkmassive/satkube/components/monitoring"
)

func variables() []monitoring.Variable {
	return []monitoring.Variable{{Label: "network", Metric: "lnd_chain_synced"}, {Label: "node", Metric: "lnd_chain_synced"}}
}

// lndDashboard shows the processes: are they in sync, connected, and quick to answer.
func lndDashboard() monitoring.Dashboard {
	return monitoring.Dashboard{
		UID: "lnd", Title: "Lightning nodes", Variables: variables(),
		Rows: []monitoring.Row{
			{Title: "In step", Panels: []monitoring.Panel{
				{
					Title: "Synced to the chain", Kind: monitoring.Stat, Unit: "none", Red: at(1), Below: true,
					Tells:   "1 while lnd follows the chain. At 0 it sees no breach and misses deadlines; a best block older than two hours counts as 0 too.",
					Queries: show("lnd_chain_synced"),
				},
				{
					Title: "Synced to the graph", Kind: monitoring.Stat, Unit: "none", Red: at(1), Below: true,
					Tells:   "1 once lnd has heard of the channels of others. At 0 it finds fewer ways to pay.",
					Queries: show("lnd_graph_synced"),
				},
				{
					Title: "Height", Kind: monitoring.TimeSeries, Unit: "none",
					Tells:   "The best block that lnd knows. It should rise with that of bitcoind.",
					Queries: show("lnd_chain_block_height"),
				},
				{
					Title: "Age of the best block", Kind: monitoring.TimeSeries, Unit: "s", Red: at(7200),
					Tells:   "Seconds since the best block was made, by its own date. Above two hours lnd calls itself not synced.",
					Queries: show("time() - lnd_chain_block_timestamp"),
				},
			}},
			{Title: "Peers", Panels: []monitoring.Panel{
				{
					Title: "Peers", Kind: monitoring.TimeSeries, Unit: "short", Red: at(1), Below: true,
					Tells:   "Connections to other Lightning nodes. With none, no channel works.",
					Queries: show("lnd_peer_count"),
				},
				{
					Title: "Slowest answers", Kind: monitoring.TimeSeries, Unit: "µs",
					Tells:   "The five peers that take longest to answer a ping. Payments through them are slow, and expire first.",
					Queries: []monitoring.Query{query("topk(5, lnd_peer_ping_time_microsecond)", "{{node}} {{pubkey}}")},
				},
				{
					Title: "Traffic", Kind: monitoring.TimeSeries, Unit: "Bps",
					Tells: "Bytes a second to and from all peers. Little but pings for long means that gossip has stopped.",
					Queries: []monitoring.Query{
						query("sum by (node) (rate(lnd_peer_recv_byte[10m]))", "{{node}} received"), query("sum by (node) (rate(lnd_peer_sent_byte[10m]))", "{{node}} sent"),
					},
				},
			}},
			{Title: "Wallet", Panels: []monitoring.Panel{
				{
					Title: "Balance on-chain", Kind: monitoring.TimeSeries, Unit: "sats",
					Tells:   "What the wallet has outside of channels. lnd keeps 10,000 satoshis a channel, up to 100,000, to raise the fees of forced closes.",
					Queries: []monitoring.Query{query("lnd_wallet_balance_confirmed_sat", "{{node}} confirmed"), query("lnd_wallet_balance_unconfirmed_sat", "{{node}} unconfirmed")},
				},
				{
					Title: "Outputs", Kind: monitoring.TimeSeries, Unit: "short",
					Tells:   "Coins in the wallet. Each forced close that is to be hurried needs one of its own.",
					Queries: []monitoring.Query{query("lnd_utxos_count_confirmed_total", "{{node}} confirmed"), query("lnd_utxos_count_unconfirmed_total", "{{node}} unconfirmed")},
				},
			}},
			{Title: "Calls", Panels: []monitoring.Panel{
				{
					Title: "Calls a second", Kind: monitoring.TimeSeries, Unit: "reqps",
					Tells:   "The five methods that are called most.",
					Queries: []monitoring.Query{query("topk(5, sum by (node, grpc_method) (rate(grpc_server_started_total[5m])))", "{{node}} {{grpc_method}}")},
				},
				{
					Title: "Failed calls a second", Kind: monitoring.TimeSeries, Unit: "reqps",
					Tells: "Calls that did not end well, by code. PermissionDenied means a macaroon that may less than its program wants, or a guess.",
					Queries: []monitoring.Query{{
						Expr:   `sum by (node, grpc_method, grpc_code) (rate(grpc_server_handled_total{network=~"$network", node=~"$node", grpc_code!="OK"}[5m])) > 0`,
						Legend: "{{node}} {{grpc_method}} {{grpc_code}}",
					}},
				},
				{
					Title: "Slow calls", Kind: monitoring.TimeSeries, Unit: "s", Red: at(10),
					Tells: "How long the slowest hundredth of each method takes, streams left out. Seconds mean that the disk or the database is slow.",
					Queries: []monitoring.Query{{
						Expr: `topk(5, histogram_quantile(0.99, sum by (node, grpc_method, le) ` +
							`(rate(grpc_server_handling_seconds_bucket{network=~"$network", node=~"$node", grpc_type="unary"}[5m]))))`,
						Legend: "{{node}} {{grpc_method}}",
					}},
				},
				{
					Title: "Memory", Kind: monitoring.TimeSeries, Unit: "bytes",
					Tells:   "Memory of the process. At the container's limit it is killed, and a kill may corrupt the channel database.",
					Queries: []monitoring.Query{{Expr: `process_resident_memory_bytes{job="lnd", network=~"$network", node=~"$node"}`, Legend: "{{node}}"}},
				},
			}},
		},
	}
}

// channelsDashboard shows what the node does with its funds: channels, liquidity, payments.
func channelsDashboard() monitoring.Dashboard {
	return monitoring.Dashboard{
		UID: "lnd-channels", Title: "Channels and liquidity", Variables: variables(),
		Rows: []monitoring.Row{
			{Title: "Channels", Panels: []monitoring.Panel{
				{
					Title: "Channels", Kind: monitoring.TimeSeries, Unit: "short",
					Tells:   "Active and inactive channels. An inactive one waits for its peer; more than a fifth of all is a reason to look.",
					Queries: []monitoring.Query{query("lnd_channels_active_total", "{{node}} active"), query("lnd_channels_inactive_total", "{{node}} inactive")},
				},
				{
					Title: "On their way", Kind: monitoring.TimeSeries, Unit: "short",
					Tells:   "Channels that are being opened or closed. A forced close stays here until its delay has passed.",
					Queries: []monitoring.Query{query("lnd_channels_pending_total", "{{node}} {{state}}")},
				},
				{
					Title: "Closed so far", Kind: monitoring.Table, Unit: "short",
					Tells:   "Closed channels by how they were closed. breach is a peer that published a revoked state: it should be 0.",
					Queries: []monitoring.Query{query("max by (node, close_type) (lnd_closed_channels_total)", "{{node}} {{close_type}}")},
				},
			}},
			{Title: "Liquidity", Panels: []monitoring.Panel{
				{
					Title: "Side of the node", Kind: monitoring.TimeSeries, Unit: "sats",
					Tells:   "What active channels can send. Near 0 the node can neither pay nor forward.",
					Queries: []monitoring.Query{{Expr: `sum by (node) (lnd_channels_bandwidth_outgoing_sat{network=~"$network", node=~"$node", status="active"})`, Legend: "{{node}}"}},
				},
				{
					Title: "Side of the peers", Kind: monitoring.TimeSeries, Unit: "sats",
					Tells:   "What active channels can receive. Near 0 the node cannot be paid.",
					Queries: []monitoring.Query{{Expr: `sum by (node) (lnd_channels_bandwidth_incoming_sat{network=~"$network", node=~"$node", status="active"})`, Legend: "{{node}}"}},
				},
				{
					Title: "Emptiest channels", Kind: monitoring.Table, Unit: "percentunit", Red: at(0.05), Below: true,
					Tells: "The ten channels with the least share on the node's side. At 0 payments through them fail.",
					Queries: []monitoring.Query{query(
						"bottomk(10, lnd_channels_bandwidth_outgoing_sat / (lnd_channels_bandwidth_outgoing_sat + lnd_channels_bandwidth_incoming_sat))", "{{node}} {{chan_id}}")},
				},
			}},
			{Title: "Funds that wait", Panels: []monitoring.Panel{
				{
					Title: "Closed by force", Kind: monitoring.TimeSeries, Unit: "sats",
					Tells:   "Funds of forced closes: Limbo waits for its delay, at most about two weeks; Recovered is back in the wallet.",
					Queries: []monitoring.Query{query("lnd_channels_pending_force_close_balance_sat", "{{node}} {{status}}")},
				},
				{
					Title: "Waiting for a block", Kind: monitoring.TimeSeries, Unit: "sats",
					Tells:   "Funds of channels whose closing transaction is not in a block yet. For days above 0 its fee is too low.",
					Queries: show("lnd_channels_waiting_close_balance_sat"),
				},
				{
					Title: "States that no watchtower has", Kind: monitoring.TimeSeries, Unit: "short", Red: at(1),
					Tells:   "States that wait for a watchtower to take them. Empty without watchtowers; above 0 for an hour means that a tower is away.",
					Queries: []monitoring.Query{query("lnd_wt_client_num_pending_backups", "{{node}} {{tower_pubkey}}")},
				},
			}},
			{Title: "Payments", Panels: []monitoring.Panel{
				{
					Title: "HTLCs in flight", Kind: monitoring.TimeSeries, Unit: "short",
					Tells:   "Payments under way in all channels. Some that stay for hours may force a channel closed when they expire.",
					Queries: show("sum by (node) (lnd_channels_pending_htlc_count)"),
				},
				{
					Title: "HTLCs resolved", Kind: monitoring.TimeSeries, Unit: "short",
					Tells:   "Payments of an hour by kind and outcome. Many failed forwards mean empty channels or a policy that nobody can meet.",
					Queries: []monitoring.Query{query("sum by (node, type, outcome) (increase(lnd_htlcs_resolved_htlcs[1h]))", "{{node}} {{type}} {{outcome}}")},
				},
				{
					Title: "Own payments", Kind: monitoring.TimeSeries, Unit: "short",
					Tells:   "The node's own payments of an hour by outcome.",
					Queries: []monitoring.Query{query("sum by (node, status) (increase(lnd_total_payments[1h]))", "{{node}} {{status}}")},
				},
				{
					Title: "Uptime of peers", Kind: monitoring.Table, Unit: "percentunit", Red: at(0.9), Below: true,
					Tells:   "The ten channels whose peers are away most, as a share of the time that lnd has watched them. Below 90 % consider closing.",
					Queries: []monitoring.Query{query("bottomk(10, lnd_channel_uptime_percentage)", "{{node}} {{chan_id}}")},
				},
			}},
		},
	}
}

// show is one query, its series named by their nodes.
func show(expr string) []monitoring.Query {
	return []monitoring.Query{query(expr, "{{node}}")}
}

var chosen = regexp.MustCompile(`\b(lnd|grpc_server)_[a-z0-9_]+`)

// query puts the reader's choice behind the name of each metric.
func query(expr, legend string) monitoring.Query {
	return monitoring.OfChosenNodes(chosen, expr, legend)
}

func at(value float64) *float64 { return &value }
