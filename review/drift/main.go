// Command drift tells GitLab that a stack is no longer as its program made it: it opens an alert, or adds to the one that is open.
//
//	go run ./review/drift -stack testnet
//
// DRIFT_ALERT_URL and DRIFT_ALERT_KEY are the address and the key of the project's HTTP endpoint for alerts (GitLab: Settings, Monitor,
// Alerts). Without them it says that nobody was told, and fails: a drift that nobody hears of is none that was found.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"time"
)

// alert is what the endpoint takes: docs.gitlab.com/operations/incident_management/integrations.
type alert struct {
	Title       string `json:"title"`
	Description string `json:"description"`
	Service     string `json:"service"`
	Tool        string `json:"monitoring_tool"`
	Severity    string `json:"severity"`
	Environment string `json:"gitlab_environment_name"`
	// Fingerprint joins alerts of one stack into one, as long as it is open.
	Fingerprint string `json:"fingerprint"`
}

func main() {
	if err := run(context.Background(), os.Args[1:], os.Getenv, os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintf(os.Stderr, "drift: %v\n", err)
		os.Exit(1)
	}
}

var stackName = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,100}$`)

func run(ctx context.Context, args []string, getenv func(string) string, out io.Writer) error {
	flags := flag.NewFlagSet("drift", flag.ContinueOnError)
	flags.SetOutput(out)
	stack := flags.String("stack", "", "name of the stack that drifted")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if !stackName.MatchString(*stack) {
		return fmt.Errorf("flag -stack is %q, want a stack's name", *stack)
	}
	address, key := getenv("DRIFT_ALERT_URL"), getenv("DRIFT_ALERT_KEY")
	if address == "" || key == "" {
		return fmt.Errorf("stack %s drifted and nobody was told: set DRIFT_ALERT_URL and DRIFT_ALERT_KEY of the project's HTTP endpoint for alerts", *stack)
	}
	where, err := url.Parse(address)
	if err != nil || where.Host == "" || where.Scheme != "https" && where.Hostname() != "127.0.0.1" {
		return errors.New("DRIFT_ALERT_URL is no https address: the key would be read on its way")
	}
	body, err := json.Marshal(alert{
		Title:       "Drift: " + *stack + " is not as its program made it",
		Description: "Somebody or something changed the stack's resources. The job's log has the difference: " + getenv("CI_JOB_URL"),
		Service:     "satkube-" + *stack, Tool: "pulumi refresh --preview-only", Severity: "high", Environment: *stack, Fingerprint: "drift-" + *stack,
	})
	if err != nil {
		return err
	}
	if err := send(ctx, where.String(), key, body); err != nil {
		return err
	}
	fmt.Fprintf(out, "alert opened: %s drifted\n", *stack)
	return nil
}

// send follows no redirect, which could lead the key elsewhere, and repeats nothing of an answer.
func send(ctx context.Context, address, key string, body []byte) error {
	client := http.Client{Timeout: 30 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return errors.New("DRIFT_ALERT_URL is no address")
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+key)
	answer, err := client.Do(request)
	if err != nil {
		return errors.New("the alert was not opened: GitLab cannot be reached")
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode >= 300 {
		return fmt.Errorf("the alert was not opened: status %d: check that the endpoint is active and the key is its own", answer.StatusCode)
	}
	return nil
}
