package lnd

import (
	"time"

	"gitlab.com/thinkmassive/satkube/components/monitoring"
	"gitlab.com/thinkmassive/satkube/stacks/config"
)

// fundsAlerts are about channels and the wallet.
func (s samples) fundsAlerts(network config.BitcoinNetwork) []monitoring.Alert {
	closed := func(closeType, values string) series {
		return s.one("lnd_closed_channels_total", values, `close_type="`+closeType+`"`)
	}
	limbo := func(values string) series {
		return s.one("lnd_channels_pending_force_close_balance_sat", values, `status="Limbo"`)
	}
	liquidity := func(out, in string) series {
		both := s.channel("lnd_channels_bandwidth_outgoing_sat", "1", "active", out)
		for name, values := range s.channel("lnd_channels_bandwidth_incoming_sat", "1", "active", in) {
			both[name] = values
		}
		return both
	}
	counts := func(active, inactive string) []series {
		return []series{s.one("lnd_channels_active_total", active), s.one("lnd_channels_inactive_total", inactive)}
	}
	return []monitoring.Alert{
		{
			Name: "LndBreach", Severity: monitoring.SeverityWhere(network.Money),
			// It stands for six hours. Nodes are compared with their own last week; see Alerts for why not by increase.
			Expr: expression(network, `
				max BY (max_over_time(lnd_closed_channels_total{NETWORK, close_type="breach"}[6h]))
				> max BY (max_over_time(lnd_closed_channels_total{NETWORK, close_type="breach"}[7d] offset 6h))`),
			Summary: "A peer of {{ $labels.node }} has published a revoked state: lnd has to win the penalty before the peer's delay ends.",
			Fires:   map[string]monitoring.Sample{"the first one": s.at(8*time.Hour, closed("breach", "0x450 1x60"))},
			Silent: map[string]monitoring.Sample{
				"an old one":          s.at(8*time.Hour, closed("breach", "2x600")),
				"lndmon counts anew":  s.at(8*time.Hour, closed("breach", "2x420 0x10 2x200")),
				"closed in agreement": s.at(8*time.Hour, closed("breach", "0x600"), closed("cooperative", "0x450 1x60")),
				"hours ago":           s.at(15*time.Hour, closed("breach", "0x450 1x600")),
			},
		},
		{
			Name: "LndForceClose", Severity: monitoring.Warning,
			Expr: expression(network, `
				max by (network, node, close_type) (max_over_time(lnd_closed_channels_total{NETWORK, close_type=~"local_force|remote_force"}[1h]))
				> max by (network, node, close_type) (max_over_time(lnd_closed_channels_total{NETWORK, close_type=~"local_force|remote_force"}[7d] offset 1h))`),
			Summary: "A channel of {{ $labels.node }} was closed by force ({{ $labels.close_type }}).",
			Fires: map[string]monitoring.Sample{
				"by us":     s.at(3*time.Hour, closed("local_force", "1x150 2x60")),
				"by a peer": s.at(3*time.Hour, closed("remote_force", "0x150 1x60")),
			},
			Silent: map[string]monitoring.Sample{
				"an old one":         s.at(3*time.Hour, closed("local_force", "1x300")),
				"lndmon counts anew": s.at(3*time.Hour, closed("local_force", "3x150 0x10 3x100")),
				"in agreement":       s.at(3*time.Hour, closed("cooperative", "0x150 1x60")),
			},
		},
		{
			Name: "LndLimboFunds", Severity: monitoring.Warning, For: 15 * 24 * time.Hour,
			// The longest delay that lnd accepts is 2016 blocks, about 14 days. lndmon writes the state with a capital (v0.2.15); its
			// state Lost is an anchor of 330 satoshis and no reason to worry. Gaps of lndmon do not set the clock back.
			Expr:    expression(network, `max BY (last_over_time(lnd_channels_pending_force_close_balance_sat{NETWORK, status=~"[Ll]imbo"}[6h])) > 0`),
			Summary: "Funds of {{ $labels.node }} from a forced close have been in limbo for 15 days, longer than any delay.",
			Fires:   map[string]monitoring.Sample{"15 days": s.at(361*time.Hour, limbo("5000x22000"))},
			Silent: map[string]monitoring.Sample{
				// One sample only: promtool lives through all of these days, minute by minute.
				"14 days": s.at(14*24*time.Hour, limbo("5000x22000")),
			},
		},
		{
			Name: "LndInactiveChannels", Severity: monitoring.Warning, For: time.Hour,
			Expr: expression(network, `
				max BY (lnd_channels_inactive_total{NETWORK})
				/ (max BY (lnd_channels_active_total{NETWORK}) + max BY (lnd_channels_inactive_total{NETWORK})) > 0.2`),
			Summary: "More than a fifth of the channels of {{ $labels.node }} are inactive.",
			Fires:   map[string]monitoring.Sample{"3 of 10": s.at(90*time.Minute, counts("7x120", "3x120")...)},
			Silent: map[string]monitoring.Sample{
				"2 of 10":         s.at(90*time.Minute, counts("8x120", "2x120")...),
				"no channels yet": s.at(90*time.Minute, counts("0x120", "0x120")...),
				"for half hour":   s.at(90*time.Minute, counts("10x59 5x60", "0x59 5x60")...),
			},
		},
		{
			Name: "LndOutboundLow", Severity: monitoring.Warning, For: 6 * time.Hour,
			Expr: expression(network, `
				sum BY (lnd_channels_bandwidth_outgoing_sat{NETWORK, status="active"})
				/ (sum BY (lnd_channels_bandwidth_outgoing_sat{NETWORK, status="active"}) + sum BY (lnd_channels_bandwidth_incoming_sat{NETWORK, status="active"})) < 0.1`),
			Summary: "{{ $labels.node }} can hardly pay or forward: less than a tenth of its channels' capacity is on its side.",
			Fires:   map[string]monitoring.Sample{"5 %": s.at(7*time.Hour, liquidity("5x500", "95x500"))},
			Silent: map[string]monitoring.Sample{
				"15 %":                s.at(7*time.Hour, liquidity("15x500", "85x500")),
				"balanced in between": s.at(7*time.Hour, liquidity("5x200 50x10 5x300", "95x200 50x10 95x300")),
			},
		},
		{
			Name: "LndInboundLow", Severity: monitoring.Warning, For: 6 * time.Hour,
			Expr: expression(network, `
				sum BY (lnd_channels_bandwidth_incoming_sat{NETWORK, status="active"})
				/ (sum BY (lnd_channels_bandwidth_outgoing_sat{NETWORK, status="active"}) + sum BY (lnd_channels_bandwidth_incoming_sat{NETWORK, status="active"})) < 0.1`),
			Summary: "{{ $labels.node }} can hardly be paid: less than a tenth of its channels' capacity is on the peers' side.",
			Fires:   map[string]monitoring.Sample{"5 %": s.at(7*time.Hour, liquidity("95x500", "5x500"))},
			Silent: map[string]monitoring.Sample{
				"15 %":                s.at(7*time.Hour, liquidity("85x500", "15x500")),
				"balanced in between": s.at(7*time.Hour, liquidity("95x200 50x10 95x300", "5x200 50x10 5x300")),
			},
		},
		{
			Name: "LndLowReserve", Severity: monitoring.Warning, For: time.Hour,
			// What lnd keeps back to raise the fees of forced closes: 10,000 satoshis a channel, for 10 channels at most
			// (AnchorChanReservedValue and MaxAnchorChanReservedValue in lnwallet).
			Expr: expression(network, `
				max BY (lnd_wallet_balance_confirmed_sat{NETWORK})
				< 10000 * clamp_max(max BY (lnd_channels_active_total{NETWORK}) + max BY (lnd_channels_inactive_total{NETWORK}), 10)`),
			Summary: "{{ $labels.node }} has too little on-chain to raise the fee of a forced close.",
			Fires: map[string]monitoring.Sample{
				"19,999 for two channels": s.at(90*time.Minute, append(counts("1x120", "1x120"), s.one("lnd_wallet_balance_confirmed_sat", "19999x120"))...),
			},
			Silent: map[string]monitoring.Sample{
				"20,000 for two channels":    s.at(90*time.Minute, append(counts("1x120", "1x120"), s.one("lnd_wallet_balance_confirmed_sat", "20000x120"))...),
				"nothing, and no channels":   s.at(90*time.Minute, append(counts("0x120", "0x120"), s.one("lnd_wallet_balance_confirmed_sat", "0x120"))...),
				"100,000 for fifty channels": s.at(90*time.Minute, append(counts("50x120", "0x120"), s.one("lnd_wallet_balance_confirmed_sat", "100000x120"))...),
			},
		},
	}
}

// networkAlerts are about what comes from others on the network: blocks, peers, gossip.
func (s samples) networkAlerts(network config.BitcoinNetwork, unsynced time.Duration) []monitoring.Alert {
	return []monitoring.Alert{
		{
			Name: "LndNotSynced", Severity: monitoring.SeverityWhere(network.Money), For: unsynced,
			Expr:    expression(network, `max BY (lnd_chain_synced{NETWORK}) == 0`),
			Summary: "lnd of {{ $labels.node }} does not follow the chain: it would miss a breach and the deadlines of payments.",
			Fires:   map[string]monitoring.Sample{"behind": s.at(unsynced+5*time.Minute, s.one("lnd_chain_synced", "0x240"))},
			Silent: map[string]monitoring.Sample{
				"synced":        s.at(unsynced+5*time.Minute, s.one("lnd_chain_synced", "1x240")),
				"catching up":   s.at(unsynced-2*time.Minute, s.one("lnd_chain_synced", "0x240")),
				"lndmon is off": s.at(unsynced+5*time.Minute, s.one("lnd_chain_synced", "1x2 _x240")),
			},
		},
		{
			Name: "LndGraphNotSynced", Severity: monitoring.Warning, For: 6 * time.Hour,
			Expr:    expression(network, `max BY (lnd_graph_synced{NETWORK}) == 0`),
			Summary: "lnd of {{ $labels.node }} has not caught up with the graph of channels for 6 hours: it finds fewer ways to pay.",
			Fires:   map[string]monitoring.Sample{"behind": s.at(7*time.Hour, s.one("lnd_graph_synced", "0x500"))},
			Silent: map[string]monitoring.Sample{
				"synced":     s.at(7*time.Hour, s.one("lnd_graph_synced", "1x500")),
				"five hours": s.at(5*time.Hour, s.one("lnd_graph_synced", "0x500")),
			},
		},
		{
			Name: "LndNoPeers", Severity: monitoring.Warning, For: 15 * time.Minute,
			Expr:    expression(network, `max BY (lnd_peer_count{NETWORK}) == 0`),
			Summary: "lnd of {{ $labels.node }} has no peers: none of its channels works.",
			Fires:   map[string]monitoring.Sample{"none": s.at(20*time.Minute, s.one("lnd_peer_count", "0x30"))},
			Silent: map[string]monitoring.Sample{
				"one":     s.at(20*time.Minute, s.one("lnd_peer_count", "1x30")),
				"a start": s.at(10*time.Minute, s.one("lnd_peer_count", "0x10 3x30")),
			},
		},
	}
}

func (s samples) towerBacklog(network config.BitcoinNetwork) monitoring.Alert {
	backlog := func(values string) series {
		return s.one("lnd_wt_client_num_pending_backups", values, `tower_pubkey="03cd"`)
	}
	return monitoring.Alert{
		Name: "LndTowerBacklog", Severity: monitoring.Warning, For: time.Hour,
		Expr:    expression(network, `sum BY (lnd_wt_client_num_pending_backups{NETWORK}) > 0`),
		Summary: "The watchtowers of {{ $labels.node }} have not taken its newest states for an hour: they could not punish a breach of these.",
		Fires:   map[string]monitoring.Sample{"three waiting": s.at(90*time.Minute, backlog("3x120"))},
		Silent: map[string]monitoring.Sample{
			"none":    s.at(90*time.Minute, backlog("0x120")),
			"a while": s.at(90*time.Minute, backlog("3x50 0x5 2x60")),
		},
	}
}
