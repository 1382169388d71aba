package monitoring

// fleetUID is the page that Grafana opens with.
const fleetUID = "fleet"

// fleetDashboard shows all Bitcoin and Lightning nodes at a glance.
func fleetDashboard() Dashboard {
	const chosen = `{network=~"$network", node=~"$node"}`
	one, eight := 1.0, 8.0
	synced, late := 0.9999, 3600.0
	return Dashboard{
		UID: fleetUID, Title: "Fleet",
		Variables: []Variable{{Label: "network", Metric: "bitcoin_blocks"}, {Label: "node", Metric: "bitcoin_blocks"}},
		Rows: []Row{
			{Title: "Now", Panels: []Panel{
				{
					Title: "Verified", Kind: Stat, Unit: "percentunit", Red: &synced, Below: true,
					Tells:   "How much of the chain bitcoind has verified. Red while it catches up: balances and lnd have to wait until then.",
					Queries: []Query{{Expr: "bitcoin_verification_progress" + chosen, Legend: "{{node}}"}},
				},
				{
					Title: "Peers", Kind: Stat, Unit: "short", Red: &eight, Below: true,
					Tells:   "bitcoind's connections. Below eight it has lost some of the ones that it opens by itself.",
					Queries: []Query{{Expr: "bitcoin_peers" + chosen, Legend: "{{node}}"}},
				},
				{
					Title: "lnd in step with the chain", Kind: Stat, Unit: "short", Red: &one, Below: true,
					Tells:   "1 when lnd has seen the newest block. At 0 it cannot see a breach.",
					Queries: []Query{{Expr: "lnd_chain_synced" + chosen, Legend: "{{node}}"}},
				},
				{
					Title: "Channels", Kind: Stat, Unit: "short",
					Tells:   "Channels that can be used at the moment.",
					Queries: []Query{{Expr: "lnd_channels_active_total" + chosen, Legend: "{{node}}"}},
				},
				{
					Title: "Wallet on chain", Kind: Stat, Unit: "sats",
					Tells:   "Confirmed funds of lnd's wallet. Without some, it cannot raise the fee of a closing that is stuck.",
					Queries: []Query{{Expr: "lnd_wallet_balance_confirmed_sat" + chosen, Legend: "{{node}}"}},
				},
			}},
			{Title: "Chain", Panels: []Panel{
				{
					Title: "Blocks", Kind: TimeSeries, Unit: "none",
					Tells:   "Height of bitcoind and of lnd. A flat line is a stalled node; a gap between the two is an lnd that lags.",
					Queries: []Query{{Expr: "bitcoin_blocks" + chosen, Legend: "{{node}} bitcoind"}, {Expr: "lnd_chain_block_height" + chosen, Legend: "{{node}} lnd"}},
				},
				{
					Title: "Mempool", Kind: TimeSeries, Unit: "bytes",
					Tells:   "Transactions that wait for a block. When it grows, fees do.",
					Queries: []Query{{Expr: "bitcoin_mempool_bytes" + chosen, Legend: "{{node}}"}},
				},
				{
					Title: "Chain on disk", Kind: TimeSeries, Unit: "bytes",
					Tells:   "What blocks and indexes take. Compare it with the size of the volume.",
					Queries: []Query{{Expr: "bitcoin_size_on_disk" + chosen, Legend: "{{node}}"}},
				},
				{
					Title: "Failed questions to bitcoind", Kind: TimeSeries, Unit: "short", Red: &one,
					Tells:   "Errors of the exporter in ten minutes. From one on, the numbers beside may be old.",
					Queries: []Query{{Expr: "sum by (network, node) (increase(bitcoin_exporter_errors_total" + chosen + "[10m]))", Legend: "{{node}}"}},
				},
			}},
			{Title: "Lightning", Panels: []Panel{
				{
					Title: "In channels", Kind: TimeSeries, Unit: "sats",
					Tells:   "Our side of all open channels. A step down is a closed channel.",
					Queries: []Query{{Expr: "lnd_channels_open_balance_sat" + chosen, Legend: "{{node}}"}},
				},
				{
					Title: "Channels without their peer", Kind: TimeSeries, Unit: "short", Red: &one,
					Tells:   "Channels that cannot be used. From one on, a peer is away; after a week, think of closing.",
					Queries: []Query{{Expr: "lnd_channels_inactive_total" + chosen, Legend: "{{node}}"}},
				},
				{
					Title: "Lost in forced closings", Kind: TimeSeries, Unit: "sats", Red: &one,
					Tells:   "Funds that a forced closing did not return, anything above zero is a loss.",
					Queries: []Query{{Expr: `lnd_channels_pending_force_close_balance_sat{network=~"$network", node=~"$node", status="lost"}`, Legend: "{{node}}"}},
				},
				{
					Title: "Closed in a day", Kind: TimeSeries, Unit: "short",
					Tells:   "Closed channels by kind. Any breach is a peer that tried to steal.",
					Queries: []Query{{Expr: "sum by (network, node, close_type) (increase(lnd_closed_channels_total" + chosen + "[1d]))", Legend: "{{node}} {{close_type}}"}},
				},
				{
					Title: "Failed calls", Kind: TimeSeries, Unit: "reqps",
					Tells:   "Calls of lnd's API that ended in an error, a second. A few are normal; a step up is a client in trouble.",
					Queries: []Query{{Expr: `sum by (network, node) (rate(grpc_server_handled_total{network=~"$network", node=~"$node", grpc_code!="OK"}[5m]))`, Legend: "{{node}}"}},
				},
				{
					Title: "Age of lnd's newest block", Kind: TimeSeries, Unit: "s", Red: &late,
					Tells:   "Blocks come every ten minutes on average. More than an hour is rare; several hours are a stalled node.",
					Queries: []Query{{Expr: "time() - lnd_chain_block_timestamp" + chosen, Legend: "{{node}}"}},
				},
			}},
		},
	}
}

// nodesDashboard shows the machines.
func nodesDashboard() Dashboard {
	const chosen = `{instance=~"$instance"}`
	full, low, skew, one := 0.9, 0.1, 0.05, 1.0
	return Dashboard{
		UID: "nodes", Title: "Machines",
		Variables: []Variable{{Label: "instance", Metric: "node_uname_info"}},
		Rows: []Row{
			{Title: "Processor and memory", Panels: []Panel{
				{
					Title: "Processor", Kind: TimeSeries, Unit: "percentunit", Red: &full,
					Tells:   "How busy it is. Above 90 % for hours, a node that syncs is all right and anything else is short of it.",
					Queries: []Query{{Expr: `1 - avg by (instance) (rate(node_cpu_seconds_total{instance=~"$instance", mode="idle"}[5m]))`, Legend: "{{instance}}"}},
				},
				{
					Title: "Load", Kind: TimeSeries, Unit: "short",
					Tells:   "Processes that run or wait, over five minutes. More than there are processors means that they wait, often for the disk.",
					Queries: []Query{{Expr: "node_load5" + chosen, Legend: "{{instance}}"}},
				},
				{
					Title: "Memory left", Kind: TimeSeries, Unit: "percentunit", Red: &low, Below: true,
					Tells:   "What programs can still have. Below 10 % the kernel will soon kill one.",
					Queries: []Query{{Expr: "node_memory_MemAvailable_bytes" + chosen + " / node_memory_MemTotal_bytes" + chosen, Legend: "{{instance}}"}},
				},
			}},
			{Title: "Disks", Panels: []Panel{
				{
					Title: "Room left", Kind: TimeSeries, Unit: "percentunit", Red: &low, Below: true,
					Tells: "Of each file system. Below 10 % the kubelet begins to evict pods.",
					Queries: []Query{{
						Expr:   `node_filesystem_avail_bytes{instance=~"$instance", fstype!~"tmpfs|ramfs|overlay|squashfs|erofs"} / node_filesystem_size_bytes` + chosen,
						Legend: "{{instance}} {{mountpoint}}",
					}},
				},
				{
					Title: "Read and written", Kind: TimeSeries, Unit: "Bps",
					Tells: "Bytes a second. A flat top is the limit of the volume or of the machine.",
					Queries: []Query{
						{Expr: "sum by (instance) (rate(node_disk_read_bytes_total" + chosen + "[5m]))", Legend: "{{instance}} read"},
						{Expr: "sum by (instance) (rate(node_disk_written_bytes_total" + chosen + "[5m]))", Legend: "{{instance}} written"},
					},
				},
				{
					Title: "Busy", Kind: TimeSeries, Unit: "percentunit", Red: &full,
					Tells:   "Share of the time in which a disk had something to do. Near 100 % it is what everything waits for.",
					Queries: []Query{{Expr: "rate(node_disk_io_time_seconds_total" + chosen + "[5m])", Legend: "{{instance}} {{device}}"}},
				},
			}},
			{Title: "Network and clock", Panels: []Panel{
				{
					Title: "Received and sent", Kind: TimeSeries, Unit: "Bps",
					Tells: "Bytes a second on all cards. A node that syncs receives as much as it can.",
					Queries: []Query{
						{Expr: `sum by (instance) (rate(node_network_receive_bytes_total{instance=~"$instance", device!="lo"}[5m]))`, Legend: "{{instance}} received"},
						{Expr: `sum by (instance) (rate(node_network_transmit_bytes_total{instance=~"$instance", device!="lo"}[5m]))`, Legend: "{{instance}} sent"},
					},
				},
				{
					Title: "Clock", Kind: TimeSeries, Unit: "s", Red: &skew,
					Tells:   "How far the clock is off. From 50 ms on somebody should look; certificates and invoices depend on it.",
					Queries: []Query{{Expr: "abs(node_timex_offset_seconds" + chosen + ")", Legend: "{{instance}}"}},
				},
				{
					Title: "Not ready", Kind: Stat, Unit: "short", Red: &one,
					Tells:   "Machines that Kubernetes cannot use. From one on, pods wait for it.",
					Queries: []Query{{Expr: `sum(kube_node_status_condition{condition="Ready", status="true"} == bool 0)`, Legend: "machines"}},
				},
			}},
		},
	}
}
