// Package runtime holds the tests that deploy stack regtest to the real cluster and look at what then runs: its pods, their processes, what Prometheus scrapes, and a
// Lightning payment. They need the cluster that make e2e brings up, and are skipped without.
package runtime
