// Package drills breaks the platform on a real cluster in the ways that lose funds elsewhere, and shows that it holds. What it shows is in
// its tests; each drill has a runbook that says what an operator sees then, and what to do.
package drills

// Drill is a failure that is rehearsed.
type Drill struct {
	// Name is the drill's own, in the report and behind `go test -run TestDrills/`.
	Name string
	// Runbook is the file name of its runbook below docs/runbooks. The runbook names the drill that proves it.
	Runbook string
}

// All are the drills, in the order in which they are held: each leaves the stack as the next one needs it, and the last one destroys it.
func All() []Drill {
	return []Drill{
		{Name: "bitcoind-killed", Runbook: "bitcoind-killed.md"},
		{Name: "node-drained", Runbook: "drain-a-node.md"},
		{Name: "lnd-deleted-by-force", Runbook: "lnd-does-not-stop.md"},
		{Name: "api-server-killed", Runbook: "api-server-away.md"},
		{Name: "up-killed", Runbook: "up-was-killed.md"},
		{Name: "bitcoind-changed", Runbook: "change-bitcoind.md"},
		{Name: "stack-destroyed", Runbook: "destroyed-stack.md"},
	}
}
