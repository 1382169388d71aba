// Command pipeline makes SatKube's own images in GitLab's jobs: verify-release, build, scan, sbom, sign, propose. Each step takes up
// what the one before left in -work. docs/runbooks/images.md says how the jobs run it.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

const usage = `usage: pipeline STEP -image NAME

steps:
  verify-release  check a published release against its builders' signatures and the pinned hashes
  build           build the image for all platforms and push it (buildctl-daemonless.sh)
  scan            fail when a critical vulnerability has a fix (trivy)
  sbom            write what is in the image, as SPDX (syft)
  sign            sign the digest and the SBOM with the job's identity, and verify it (cosign)
  propose         open or update the merge request that puts the digest into images.lock.json;
                  of an image that is not built here, the digest that its registry gives (crane)
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Getenv, time.Now(), os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "pipeline:", err)
		stop()
		os.Exit(1)
	}
}

// run reads the arguments and takes one step.
func run(ctx context.Context, args []string, getenv func(string) string, now time.Time, stdout, stderr io.Writer) error {
	if len(args) == 0 {
		return fmt.Errorf("step is missing, want one of those below\n%s", usage)
	}
	flags := flag.NewFlagSet(args[0], flag.ContinueOnError)
	flags.SetOutput(stderr)
	j := job{getenv: getenv, now: now, stdout: stdout, stderr: stderr, client: &http.Client{Timeout: 10 * time.Minute}, pause: 2 * time.Second}
	flags.StringVar(&j.image, "image", "", "the image's name in images.yaml")
	flags.StringVar(&j.folder, "images", "images", "the folder of images.yaml and the Containerfiles")
	flags.StringVar(&j.work, "work", "artifacts/images", "the folder that keeps a step's result for the next")
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("argument is %q, want flags only", strings.Join(flags.Args(), " "))
	}
	steps := map[string]func(context.Context) error{
		"verify-release": j.verifyRelease, "build": j.build, "scan": j.scan, "sbom": j.sbom, "sign": j.sign, "propose": j.propose,
	}
	step, known := steps[args[0]]
	if !known {
		return fmt.Errorf("step is %q, want one of those below\n%s", args[0], usage)
	}
	return step(ctx)
}
