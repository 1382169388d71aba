// Command bench measures what a preview costs beside the engine's own time, how that grows with the number of nodes, what the policy
// pack adds, and how much memory a first build takes. It exits with 1 when a limit is passed.
//
//	go run ./bench              everything, about 20 minutes
//	go run ./bench -skip-build  previews and reviews only, about 5 minutes
//	go run ./bench -quick       one node, ten seconds
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
)

func main() {
	quick := flag.Bool("quick", false, "one node, three runs, no comparison of policy packs, no build")
	skipBuild := flag.Bool("skip-build", false, "leave out the cold build")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	wrong, err := measureAll(ctx, *quick, *skipBuild)
	if err != nil {
		fmt.Fprintf(os.Stderr, "bench: %v\n", err)
		os.Exit(1)
	}
	for _, w := range wrong {
		fmt.Fprintf(os.Stderr, "bench: %s\n", w)
	}
	if len(wrong) > 0 {
		os.Exit(1)
	}
}

// measureAll prints all that it measures, and returns the limits that are passed.
func measureAll(ctx context.Context, quick, skipBuild bool) (wrong []string, err error) {
	here, err := os.Getwd()
	if err != nil {
		return nil, fmt.Errorf("find the working folder: %w", err)
	}
	repository, err := findRepository(here)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "satkube-bench-")
	if err != nil {
		return nil, fmt.Errorf("temporary folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()

	b, sizes := bench{repository: repository, dir: dir, bare: filepath.Join(dir, "bare"), runs: 5}, []int{1, 10, 50}
	if quick {
		b.runs, sizes = 3, sizes[:1]
	}
	rows, err := b.previews(ctx, sizes)
	if err != nil {
		return nil, err
	}
	wrong = printReport(os.Stdout, rows, b.runs)
	if quick {
		fmt.Println("policy packs: left out, as asked")
	} else {
		compared, err := b.comparePacks(ctx, rows[len(rows)-1])
		if err != nil {
			return nil, err
		}
		wrong = append(wrong, printComparison(os.Stdout, compared)...)
	}
	reviewed, err := b.reviewAll(ctx, rows, !quick)
	if err != nil {
		return nil, err
	}
	wrong = append(wrong, printReviews(os.Stdout, reviewed)...)
	if quick || skipBuild {
		fmt.Println("cold build: left out, as asked")
		return wrong, nil
	}
	peak, err := b.coldBuild(ctx)
	if err != nil {
		return nil, err
	}
	return append(wrong, printBuild(os.Stdout, peak)...), nil
}

// previews builds the bare program and measures each size.
func (b bench) previews(ctx context.Context, sizes []int) ([]row, error) {
	for _, name := range []string{"sandbox", "satkube"} {
		if _, err := os.Stat(filepath.Join(b.repository, "bin", name)); err != nil {
			return nil, fmt.Errorf("bin/%s is not built: run `make build`", name)
		}
	}
	progress("building the bare program: 5 seconds, a minute the first time")
	build := exec.CommandContext(ctx, "go", "build", "-p", "2", "-buildvcs=false", "-o", b.bare, "./bench/bare")
	build.Dir = b.repository
	endGently(build)
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build the bare program: %w\n%s", err, out)
	}
	var rows []row
	for _, nodes := range sizes {
		progress("N=%d: %d previews of each program: about %d seconds", nodes, b.runs+1, (b.runs+1)*(1+nodes/10))
		r, err := b.measure(ctx, nodes)
		if err != nil {
			return nil, err
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// progress says on stderr what takes a while.
func progress(format string, values ...any) {
	fmt.Fprintf(os.Stderr, "bench: "+format+"\n", values...)
}
