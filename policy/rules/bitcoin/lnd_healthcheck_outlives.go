package bitcoin

import (
	"slices"
	"strconv"
	"time"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var lndHealthcheckOutlives = pack.Rule{
	Name:     "lnd-healthcheck-outlives",
	Types:    pack.PodCarriers(),
	Severity: pack.Medium,
	CKS:      "bitcoin/node",
	Must:     "lnd bears with a bitcoind that is away for 20 minutes.",
	Why: "By default lnd stops itself when bitcoind does not answer for about six minutes, which is less than one restart of bitcoind takes. " +
		"All channels go offline for an upgrade that they need not notice.",
	Fix: "Set healthcheck.chainbackend.attempts and healthcheck.chainbackend.backoff so that their product is 1200 seconds or more, or the " +
		"attempts to 0.",
	Refs: []string{"lightningnetwork/lnd#4669", "lightningnetwork/lnd#8869", "reference/bitcoin.md 2.2, 4.7"},
	CheckStack: func(s pack.Stack, violate pack.StackReport) {
		for _, w := range lnd.workloads(s) {
			conf := lnd.conf(s, w)
			if attempts := conf.all("healthcheck.chainbackend.attempts"); slices.Equal(attempts, []string{"0"}) {
				continue
			}
			if patience(conf) < 20*time.Minute && !conf.assumed() {
				violate(w.about, "The attempts times the backoff of healthcheck.chainbackend are less than 1200 seconds.")
			}
		}
	},
	Pass: pack.Cases{
		"patient":    {object(statefulSet, "l", lndSet()), object(configMap, "c", file("lnd", "healthcheck.chainbackend.attempts=10", "healthcheck.chainbackend.backoff=2m"))},
		"turned off": pack.One(statefulSet, with(lndSet(), texts("--healthcheck.chainbackend.attempts=0"), inside("args")...)),
	},
	Fail: pack.Cases{
		"left out":         pack.One(statefulSet, lndSet()),
		"backoff left out": {object(statefulSet, "l", lndSet()), object(configMap, "c", file("lnd", "healthcheck.chainbackend.attempts=5"))},
		"no duration":      {object(statefulSet, "l", lndSet()), object(configMap, "c", file("lnd", "healthcheck.chainbackend.attempts=50", "healthcheck.chainbackend.backoff=long"))},
	},
}

// patience is how long lnd waits for bitcoind: the least of what is set, or lnd's own default of three times two minutes.
func patience(c conf) time.Duration {
	attempts, backoff := 3, 2*time.Minute
	for i, value := range c.all("healthcheck.chainbackend.attempts") {
		n, _ := strconv.Atoi(value)
		if n = min(max(n, 0), 1<<16); i == 0 || n < attempts {
			attempts = n
		}
	}
	for i, value := range c.all("healthcheck.chainbackend.backoff") {
		d, _ := time.ParseDuration(value)
		if d = min(max(d, 0), 24*time.Hour); i == 0 || d < backoff {
			backoff = d
		}
	}
	return time.Duration(attempts) * backoff
}
