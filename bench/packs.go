package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"gitlab.com/thinkmassive/satkube/policy/pack"
	"gitlab.com/thinkmassive/satkube/policy/rules"
)

const (
	// maxPackRatio is how much longer a preview may take with our pack than with a pack of one rule.
	maxPackRatio = 1.1
	// maxPackShare is how much of the time that a policyx pack of as many rules adds to a preview ours may add.
	maxPackShare = 0.25
	// turns is how often each pack is previewed with: the runs differ by more than a tenth, so five of them say little about one.
	turns = 9
)

// packRuns is the previews with one policy pack, or with none.
type packRuns struct {
	name string
	// arguments are those of the preview that choose the pack.
	arguments []string
	wall, cpu sample
}

// comparison is the previews of one stack without a pack and with each of three.
type comparison struct {
	nodes, resources, rules    int
	none, oneRule, ours, other packRuns
}

func (c *comparison) all() []*packRuns {
	return []*packRuns{&c.none, &c.oneRule, &c.ours, &c.other}
}

// comparePacks previews the stack of a row that was measured already, with each pack in turn.
func (b bench) comparePacks(ctx context.Context, r row) (comparison, error) {
	all := rules.All()
	c := comparison{nodes: r.nodes, resources: r.resources, rules: len(all)}
	c.none = packRuns{name: "no pack", arguments: []string{"--no-policy"}}
	progress("building three policy packs: 10 seconds, a minute the first time")
	for _, build := range []struct {
		name, source string
		rules        []pack.Rule
		runs         *packRuns
	}{{"onerule", "./bench/packs/onerule", nil, &c.oneRule}, {"satkube", "./policy", all, &c.ours}, {"policyx", "./bench/packs/policyx", nil, &c.other}} {
		arguments, err := b.buildPack(ctx, build.name, build.source, build.rules)
		if err != nil {
			return c, err
		}
		*build.runs = packRuns{name: build.name, arguments: arguments}
	}
	program, _ := b.boxes(r.nodes)
	environment := []string{fmt.Sprintf("BENCH_RULES=%d", c.rules)}
	progress("N=%d: %d previews with each of three packs and with none: about %d seconds", c.nodes, turns+1, (turns+1)*(8+c.nodes*2/5))
	for i := range turns + 1 {
		for _, runs := range c.all() {
			done, err := program.call(ctx, environment, append([]string{"preview"}, runs.arguments...)...)
			if err != nil {
				return c, err
			}
			if err := r.requireCount(done, program); err != nil {
				return c, err
			}
			// The first turn warms up.
			if i == 0 {
				if err := runs.requireApplied(done); err != nil {
					return c, err
				}
				continue
			}
			runs.wall, runs.cpu = append(runs.wall, done.wall), append(runs.cpu, done.cpu)
		}
	}
	return c, nil
}

// requireApplied refuses a preview that another pack was applied to than meant, as it would measure something else.
func (p packRuns) requireApplied(done run) error {
	for _, name := range []string{"onerule", "satkube", "policyx"} {
		if strings.Contains(done.output, name+"@v0.1.0") != (name == p.name) {
			return fmt.Errorf("preview with %s: pack %s is listed or missing in what the engine says, want the other way round:\n%s", p.name, name, tail(done.output))
		}
	}
	return nil
}

// buildPack compiles a pack and returns the arguments of a preview with it. The rules named are made advisory: what they find takes
// the same time, and the preview comes to its end whatever it finds in a stack of copies.
func (b bench) buildPack(ctx context.Context, name, source string, all []pack.Rule) ([]string, error) {
	// Each has a folder of its own: the engine looks there for further files.
	dir := filepath.Join(b.dir, "packs", name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("policy pack %s: %w", name, err)
	}
	executable := filepath.Join(dir, "pulumi-analyzer-"+name)
	build := exec.CommandContext(ctx, "go", "build", "-p", "2", "-buildvcs=false", "-o", executable, source)
	build.Dir = b.repository
	endGently(build)
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build policy pack %s: %w\n%s", name, err, out)
	}
	arguments := []string{"--policy-pack=" + executable}
	if all == nil {
		return arguments, nil
	}
	levels := map[string]string{}
	for _, rule := range append(pack.Own(), all...) {
		levels[rule.Name] = "advisory"
	}
	text, err := json.Marshal(levels)
	if err != nil {
		return nil, fmt.Errorf("levels of policy pack %s: %w", name, err)
	}
	config := filepath.Join(dir, "levels.json")
	if err := os.WriteFile(config, text, 0o600); err != nil {
		return nil, fmt.Errorf("levels of policy pack %s: %w", name, err)
	}
	return append(arguments, "--policy-pack-config="+config), nil
}

// ratio is how much longer a preview takes with our pack than with one rule.
func (c comparison) ratio() float64 { return ratio(c.ours.wall, c.oneRule.wall) }

// share is how much of the time that the other pack adds ours does. It says nothing where the other pack adds no time.
func (c comparison) share() (share float64, told bool) {
	none := c.none.wall.median()
	added := c.other.wall.median() - none
	if added <= 0 {
		return 0, false
	}
	return float64(c.ours.wall.median()-none) / float64(added), true
}

const meaningOfPacks = `
The same preview of N=%d, %d resources, without a policy pack, with a pack of one rule on our server (bench/packs/onerule), with
ours of %d rules, and with one of as many rules on the SDK's policyx that do nothing (bench/packs/policyx): median
(fastest–slowest) of %d runs after one to warm up, in turn. All of our rules are advisory here, so that no finding ends the preview.

`

// printComparison prints what the packs take and returns what is wrong with it.
func printComparison(w io.Writer, c comparison) []string {
	fmt.Fprintf(w, meaningOfPacks, c.nodes, c.resources, c.rules, len(c.none.wall))
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "pack\trules\tpreview\tadded\tCPU seconds")
	for i, runs := range c.all() {
		count := []int{0, 1, c.rules, c.rules}[i]
		fmt.Fprintf(table, "%s\t%d\t%s\t%+.2f s\t%.2f\n", runs.name, count, runs.wall, (runs.wall.median() - c.none.wall.median()).Seconds(), runs.cpu.median().Seconds())
	}
	// A tabwriter fails as its writer does, which the lines below would meet too.
	_ = table.Flush()
	var wrong []string
	verdict := func(right bool, format string, values ...any) {
		text := fmt.Sprintf(format, values...)
		fmt.Fprintf(w, "%s: %s\n", map[bool]string{true: "kept", false: "exceeded"}[right], text)
		if !right {
			wrong = append(wrong, "policy packs: "+text)
		}
	}
	fmt.Fprintln(w)
	verdict(c.ratio() <= maxPackRatio, "a preview with ours takes %.3f times as long as with one rule, want at most %.1f", c.ratio(), maxPackRatio)
	if share, told := c.share(); told {
		verdict(share <= maxPackShare, "ours adds %.3f of the time that policyx adds, want at most %.2f", share, maxPackShare)
	} else {
		verdict(false, "policyx adds no time to the preview, so that ours cannot be held against it")
	}
	fmt.Fprintln(w)
	return wrong
}
