package logging

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func fields(expression, line string) map[string]string {
	compiled := regexp.MustCompile(expression)
	match := compiled.FindStringSubmatch(line)
	if match == nil {
		return nil
	}
	found := map[string]string{}
	for i, name := range compiled.SubexpNames() {
		if name != "" && match[i] != "" {
			found[name] = match[i]
		}
	}
	return found
}

func TestLines_AreTakenApartIntoFields(t *testing.T) {
	for name, c := range map[string]struct {
		expression, line string
		want             map[string]string
	}{
		"lnd": {
			lndLine, "2026-11-22 10:00:00.123 [INF] LNWL: Opened wallet",
			map[string]string{"time": "2026-11-22 10:00:00.123", "level": "INF", "subsystem": "LNWL", "message": "Opened wallet"},
		},
		"lnd, a message with a colon": {
			lndLine, "2026-11-22 10:00:01.004 [ERR] HSWC: ChannelLink(a1b2:0:1): failing link: unable to synchronize",
			map[string]string{"time": "2026-11-22 10:00:01.004", "level": "ERR", "subsystem": "HSWC", "message": "ChannelLink(a1b2:0:1): failing link: unable to synchronize"},
		},
		"lnd, with the place in the source": {
			lndLine, "2026-11-22 10:00:01.004 [DBG] PEER peer/brontide.go:512: Peer(02ab) starting",
			map[string]string{"time": "2026-11-22 10:00:01.004", "level": "DBG", "subsystem": "PEER", "message": "Peer(02ab) starting"},
		},
		"lnd, nothing said":   {lndLine, "2026-11-22 10:00:01.004 [WRN] BTWL: ", map[string]string{"time": "2026-11-22 10:00:01.004", "level": "WRN", "subsystem": "BTWL"}},
		"lnd, a panic":        {lndLine, "panic: runtime error: invalid memory address or nil pointer dereference", nil},
		"lnd, other level":    {lndLine, "2026-11-22 10:00:01.004 [XXX] BTWL: hello", nil},
		"lnd, of bitcoind":    {lndLine, "2026-11-22T10:00:00Z UpdateTip: new best=00000000", nil},
		"lnd, an old habit":   {lndLine, "2026/11/22 10:00:01 hello", nil},
		"bitcoind, of lnd":    {bitcoindLine, "2026-11-22 10:00:00.123 [INF] LNWL: Opened wallet", nil},
		"bitcoind, no prefix": {bitcoindLine, "Bitcoin Core version v31.1.0", nil},
		"bitcoind": {
			bitcoindLine, "2026-11-22T10:00:00Z UpdateTip: new best=00000000000000000001 height=920000 version=0x20000000",
			map[string]string{"time": "2026-11-22T10:00:00Z", "message": "UpdateTip: new best=00000000000000000001 height=920000 version=0x20000000"},
		},
		"bitcoind, a category": {
			bitcoindLine, "2026-11-22T10:00:00Z [net] received: inv (37 bytes) peer=4",
			map[string]string{"time": "2026-11-22T10:00:00Z", "category": "net", "message": "received: inv (37 bytes) peer=4"},
		},
		"bitcoind, category and level": {
			bitcoindLine, "2026-11-22T10:00:00.123456Z [validation:info] Pre-synchronizing blockheaders, height: 100",
			map[string]string{"time": "2026-11-22T10:00:00.123456Z", "subsystem": "validation", "level": "info", "message": "Pre-synchronizing blockheaders, height: 100"},
		},
		"bitcoind, a level": {
			bitcoindLine, "2026-11-22T10:00:00Z [error] Disk space is too low!",
			map[string]string{"time": "2026-11-22T10:00:00Z", "level": "error", "message": "Disk space is too low!"},
		},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, c.want, fields(c.expression, c.line)) })
	}
}

// redact does what the filter of fluentd does.
func redact(line string) string {
	for _, r := range redactions() {
		line = regexp.MustCompile(r.expression).ReplaceAllString(line, strings.ReplaceAll(r.replacement(), `\1`, "${1}"))
	}
	return line
}

const (
	words12 = "abandon ability able about above absent absorb abstract absurd abuse access accident"
	words24 = words12 + " account accuse achieve acid acoustic acquire across act action actor actress actual"
)

func TestRedactions_TakeOutWhatOpensAWallet(t *testing.T) {
	hex64 := strings.Repeat("0123456789abcdef", 4)
	wif := "L" + strings.Repeat("1", 51)
	key := strings.Repeat("MIGHAgEAMBMGByqGSM49AgEG", 3)
	for name, c := range map[string]struct{ line, secret, keeps string }{
		"a seed of 12":              {"new wallet: " + words12 + " end.", "abandon", "new wallet"},
		"a seed of 24":              {words24, "actual", ""},
		"a seed as JSON":            {`{"cipher":["` + strings.ReplaceAll(words24, " ", `","`) + `"]}`, "absorb", `{"cipher":`},
		"a seed with commas":        {strings.ReplaceAll(words12, " ", ", "), "absorb", ""},
		"a line of lncli's seed":    {" 1. abandon   2. ability   3. able      4. about", "ability", ""},
		"a seed by its name":        {"mnemonic: abandon ability", "abandon", "mnemonic:"},
		"a cipher seed":             {"cipher_seed_words=abandon ability", "abandon", "cipher_seed_words="},
		"a passphrase":              {`"passphrase": "correct horse battery"`, "horse", "passphrase"},
		"a macaroon in hex":         {"macaroon 0201036c6e64" + hex64, "0123", "macaroon"},
		"a macaroon in upper case":  {"0201036C6E64" + strings.ToUpper(hex64), "0123", ""},
		"a macaroon's header":       {"Grpc-Metadata-macaroon: 02aabbccdd" + hex64, "02aabb", "Grpc-Metadata-macaroon"},
		"a macaroon in base64":      {"got AgEDbG5kAvgBAwoQ3q3+7w== here", "AvgBAwoQ", "here"},
		"an rpcauth line":           {"rpcauth=lnd:" + hex64[:32] + "$" + hex64, hex64[:32], ""},
		"an rpcauth in prose":       {"user lnd:" + hex64[:32] + "$" + hex64 + " is known", hex64[:32], "is known"},
		"rpcpassword":               {"Config file arg: rpcpassword=hunter2hunter2", "hunter2", "rpcpassword="},
		"a password in JSON":        {`{"user":"x","password":"hun ter2","n":1}`, "ter2", `"n":1`},
		"passwd, a space":           {"passwd : hunter2", "hunter2", "passwd"},
		"a private key in PEM":      {"-----BEGIN EC PRIVATE KEY-----\\n" + key, "MIGH", ""},
		"the first line of one":     {"key -----BEGIN PRIVATE KEY-----", "BEGIN", "key"},
		"a line of its base64":      {key, "MIGH", ""},
		"an extended private key":   {"xprv" + strings.Repeat("9s21ZrQH", 13), "xprv9", ""},
		"one of a test network":     {"key tprv" + strings.Repeat("8ZgxMBic", 13), "tprv8", "key"},
		"WIF":                       {"importing " + wif, wif, "importing"},
		"a private key by its name": {"private key: " + hex64, hex64, "private key"},
		"a preimage":                {"Settling invoice preimage=" + hex64, hex64, "Settling invoice"},
		"basic auth":                {"Authorization: Basic bG5kOmh1bnRlcjI=", "bG5k", "Authorization"},
		"bearer token":              {"authorization: bearer abc.def-ghi_jkl", "def-ghi", "authorization"},
		"an address":                {"dialing http://lnd:hunter2@bitcoind:8332/", "hunter2", "@bitcoind:8332"[1:]},
		"a token":                   {"token=abcdef&user=x", "abcdef", "user=x"},
		"two of a kind":             {"password=one password=two", "two", "password="},
	} {
		t.Run(name, func(t *testing.T) {
			got := redact(c.line)
			require.NotContains(t, got, c.secret)
			require.Contains(t, got, redacted)
			require.Contains(t, got, c.keeps)
		})
	}
}

func TestRedactions_LeaveOrdinaryLinesAlone(t *testing.T) {
	for _, line := range []string{
		"2026-11-22 10:00:00.123 [INF] LTND: Waiting for chain backend to finish sync, start_height=920000",
		"2026-11-22 10:00:00.123 [INF] NTFN: New block: height=920000, sha=00000000000000000001b2b2a3a1f3c4d5e6f7a8b9c0d1e2f3a4b5c6d7e8f9a0",
		"2026-11-22 10:00:00.123 [INF] CRTR: Processed channels=0 updates=43 nodes=2 in last 1m0.000s",
		"2026-11-22 10:00:00.123 [INF] CHFD: Waiting for funding tx (8d5e6f7a8b9c0d1e2f3a4b5c6d7e8f9a00000000000000000001b2b2a3a1f3c4) to reach 3 confirmations",
		"2026-11-22 10:00:00.123 [INF] PEER: Peer(03281d603b2c5e19b8893a484eb938d7377179a9ef1a6bca4c0bcbbfc291657b63): loading ChannelPoint",
		"2026-11-22 10:00:00.123 [INF] INVC: Payment received: lnbc10u1p3xnhl2pp5jptserfk3zk4qy42tlucycrfwxhydvlemu9pqr93tuzlv9cc7g3sdqsvfhkcap3xyhx7un8cqzpgxqzjcsp5f8c52y2",
		"2026-11-22 10:00:00.123 [INF] LNWL: Started rescan from block 00000000000000000001 for 12 addresses",
		"2026-11-22T10:00:00Z UpdateTip: new best=0000000000000000000123 height=920000 version=0x20000000 log2_work=95.1 tx=1200000000 date='2026-11-22T09:59:40Z' progress=1.000000 cache=300.0MiB(2000000txo)",
		"2026-11-22T10:00:00Z Loading addresses from DNS seed seed.bitcoin.sipa.be.",
		"2026-11-22T10:00:00Z Verifying last 6 blocks at level 3",
		"2026-11-22T10:00:00Z [net] Added connection to 203.0.113.7:8333 peer=12",
		"bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq received 0.1 BTC",
	} {
		require.Equal(t, line, redact(line))
	}
}

func TestRedactions_AreAllInTheConfigurationBeforeAnyOtherFilterSeesTheLine(t *testing.T) {
	conf := renderFluentd(args(t), elasticsearchEndpoint())
	for _, r := range redactions() {
		require.Contains(t, conf, "expression /"+r.expression+"/\n      replace "+r.replacement()+"\n", r.name)
		require.NotContains(t, r.expression, "#", "fluentd takes it for a comment")
	}
	ship := strings.Index(conf, "<label @SHIP>")
	last := strings.LastIndex(conf, "<replace>")
	for _, later := range []string{"@type parser", "@type kubernetes_metadata", "@type elasticsearch\n"} {
		require.Greater(t, strings.Index(conf, later), last, later)
	}
	require.Greater(t, last, ship)
}

// Ruby reads these otherwise than Go does, or not at all.
func TestExpressions_KeepToWhatRubyAndGoHaveInCommon(t *testing.T) {
	expressions := []string{lndLine, bitcoindLine}
	for _, r := range redactions() {
		expressions = append(expressions, r.expression)
		require.Equal(t, r.keeps, regexp.MustCompile(r.expression).NumSubexp() == 1, r.name)
	}
	for _, expression := range expressions {
		for _, foreign := range []string{"(?P<", "(?s", "(?m", "(?U", `\Q`, `\C`, `\p`, `\h`, `\Z`, "[[", "&&"} {
			require.NotContains(t, expression, foreign)
		}
		require.NotRegexp(t, `(^|[^\\\[])\^`, expression, "the end of a line is \\A and \\z")
	}
}

func TestTail_LeavesItsOwnLogAlone(t *testing.T) {
	require.Contains(t, renderFluentd(args(t), elasticsearchEndpoint()), `exclude_path ["/var/log/containers/fluentd-*_logging-agents_*.log"]`)
}

func TestFluentd_KeepsLinesUntilElasticsearchTakesThem(t *testing.T) {
	conf := renderFluentd(args(t), elasticsearchEndpoint())
	for _, setting := range []string{
		"scheme https", "ssl_verify true", "ca_file /etc/fluentd-secret/ca.crt",
		"@type file", "total_limit_size 512m", "retry_forever true", "overflow_action block", `unrecoverable_error_types ["out_of_memory_error"]`,
	} {
		require.Contains(t, conf, setting)
	}
}
