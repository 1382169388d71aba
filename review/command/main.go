// Command command is bin/review. It writes what a reviewer of a merge request reads, from the event log of a preview:
//
//	PULUMI_DEBUG_COMMANDS=true bin/sandbox preview -s testnet --event-log events.jsonl
//	bin/review -stack testnet -events events.jsonl -out reports
//	bin/review -post reports/comment.md
//
// It writes comment.md, codequality.json, junit.xml and report.html into the folder, and posts the comment when it is asked to and has a
// token. It ends with 0 when the reports were written, whatever is in them; with -fail it ends with 1 when a reviewer must not approve.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"time"

	"gitlab.com/thinkmassive/satkube/cost"
	"gitlab.com/thinkmassive/satkube/policy/pack"
	"gitlab.com/thinkmassive/satkube/policy/rules"
	"gitlab.com/thinkmassive/satkube/review"
	"gitlab.com/thinkmassive/satkube/review/page"
)

// The statuses with which the command ends.
const (
	written = 0
	refused = 1 // with -fail only
	broken  = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	status, err := run(ctx, os.Args[1:], os.Getenv, os.Stdout)
	if errors.Is(err, flag.ErrHelp) {
		status, err = written, nil
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "review: %v\n", err)
	}
	// Nothing is left to be done by what was deferred.
	os.Exit(status)
}

type asked struct {
	stack, events, plan, out, today, docs, exemptions string
	post                                              []string
	fail                                              bool
}

func parse(args []string, out io.Writer) (asked, error) {
	var a asked
	flags := flag.NewFlagSet("review", flag.ContinueOnError)
	flags.SetOutput(out)
	flags.StringVar(&a.stack, "stack", "", "name of the stack that was previewed")
	flags.StringVar(&a.events, "events", "", "event log of the preview, as --event-log writes it")
	flags.StringVar(&a.plan, "plan", "", "plan of the same preview, as --save-plan writes it: it tells what depends on what; may be left out")
	flags.StringVar(&a.out, "out", "", "folder into which the reports are written")
	flags.StringVar(&a.today, "today", "", "day from which exemptions are counted, as YYYY-MM-DD; today, in UTC, when left out")
	flags.StringVar(&a.docs, "docs", "", "address of docs/policies.md for the reports' links; no links when left out")
	flags.StringVar(&a.exemptions, "exemptions", "policy/exemptions.yaml", "the policy pack's exemptions")
	flags.Func("post", "comment.md of an earlier run, to post on the merge request with the token in GITLAB_TOKEN; given several times, all of them are one comment. No report is written then",
		func(file string) error { a.post = append(a.post, file); return nil })
	flags.BoolVar(&a.fail, "fail", false, "end with status 1 when the preview failed, breaks a mandatory policy or was not judged")
	if err := flags.Parse(args); err != nil {
		return a, err
	}
	var mistakes []error
	needed := []struct{ name, value string }{{"stack", a.stack}, {"events", a.events}, {"out", a.out}}
	if len(a.post) > 0 {
		needed = nil
	}
	for _, flag := range needed {
		if flag.value == "" {
			mistakes = append(mistakes, fmt.Errorf("flag -%s is missing", flag.name))
		}
	}
	if len(a.post) > 0 && (a.stack != "" || a.events != "" || a.out != "") {
		mistakes = append(mistakes, errors.New("flag -post goes with no other: it writes no report"))
	}
	if flags.NArg() > 0 {
		mistakes = append(mistakes, fmt.Errorf("argument %q belongs to no flag", flags.Arg(0)))
	}
	return a, errors.Join(mistakes...)
}

func run(ctx context.Context, args []string, getenv func(string) string, out io.Writer) (int, error) {
	a, err := parse(args, out)
	if err != nil {
		return broken, err
	}
	if len(a.post) > 0 {
		if err := post(ctx, out, a.post, getenv); err != nil {
			return broken, err
		}
		return written, nil
	}
	r, err := read(a)
	if err != nil {
		return broken, err
	}
	files, err := render(r)
	if err != nil {
		return broken, err
	}
	if err := writeAll(a.out, files); err != nil {
		return broken, err
	}
	tell(out, r, a.out, files)
	if a.fail && (r.Failed || r.Unreviewed) {
		return refused, nil
	}
	return written, nil
}

func read(a asked) (review.Review, error) {
	today := time.Now()
	if a.today != "" {
		var err error
		if today, err = time.Parse(time.DateOnly, a.today); err != nil {
			return review.Review{}, fmt.Errorf("flag -today is %q, want YYYY-MM-DD", a.today)
		}
	}
	text, err := os.ReadFile(a.exemptions)
	if err != nil {
		return review.Review{}, fmt.Errorf("read exemptions: %w", err)
	}
	exemptions, err := pack.ParseExemptions(text)
	if err != nil {
		return review.Review{}, fmt.Errorf("%s: %w", a.exemptions, err)
	}
	events, err := os.Open(a.events)
	if err != nil {
		return review.Review{}, fmt.Errorf("read event log: %w", err)
	}
	defer func() { _ = events.Close() }()
	log, err := review.Read(events)
	if err != nil {
		return review.Review{}, fmt.Errorf("%s: %w", a.events, err)
	}
	dependencies, err := readPlan(a.plan)
	if err != nil {
		return review.Review{}, err
	}
	return review.Build(log, review.Options{
		Dependencies: dependencies,
		Stack:        a.stack, Today: today, Docs: a.docs, Rules: rules.All(), Exemptions: exemptions, Estimate: cost.Of,
	})
}

// readPlan reads what depends on what; nothing without a plan, as after a preview that was refused.
func readPlan(path string) (map[string][]string, error) {
	if path == "" {
		return nil, nil
	}
	plan, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read plan: %w", err)
	}
	defer func() { _ = plan.Close() }()
	return review.Dependencies(plan)
}

type file struct {
	name string
	text []byte
}

// render makes all reports before any is written; the comment is the first.
func render(r review.Review) ([]file, error) {
	quality, err := review.CodeQuality(r)
	if err != nil {
		return nil, fmt.Errorf("codequality.json: %w", err)
	}
	junit, err := review.JUnit(r)
	if err != nil {
		return nil, fmt.Errorf("junit.xml: %w", err)
	}
	var html bytes.Buffer
	if err := page.Render(&html, r); err != nil {
		return nil, fmt.Errorf("report.html: %w", err)
	}
	return []file{
		{"comment.md", []byte(review.Comment(r))},
		{"codequality.json", quality},
		{"junit.xml", junit},
		{"report.html", html.Bytes()},
	}, nil
}

// writeAll writes each file beside its place and then moves it there: whoever reads sees the old report or the new one, whole.
func writeAll(folder string, files []file) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("make the reports' folder: %w", err)
	}
	staging, err := os.MkdirTemp(folder, ".review-")
	if err != nil {
		return fmt.Errorf("make the reports' folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(staging) }()
	for _, f := range files {
		if err := os.WriteFile(filepath.Join(staging, f.name), f.text, 0o644); err != nil {
			return fmt.Errorf("write report: %w", err)
		}
	}
	for _, f := range files {
		if err := os.Rename(filepath.Join(staging, f.name), filepath.Join(folder, f.name)); err != nil {
			return fmt.Errorf("write report: %w", err)
		}
	}
	return nil
}

// tell says in a few lines what the job's log should show.
func tell(out io.Writer, r review.Review, folder string, files []file) {
	fmt.Fprintf(out, "%s: %s\n", r.Stack, review.Outcome(r))
	for _, resource := range r.AtRisk() {
		fmt.Fprintf(out, "  DATA AT RISK: %s %q %q\n", resource.Op, resource.Type, resource.Name)
	}
	for _, text := range r.Errors {
		fmt.Fprintf(out, "  error: %q\n", text)
	}
	if r.Unreviewed {
		fmt.Fprintln(out, "  the policy pack did not judge this preview")
	}
	var paths []string
	for _, f := range files {
		paths = append(paths, filepath.Join(folder, f.name))
	}
	fmt.Fprintf(out, "  reports: %s\n", strings.Join(paths, " "))
}
