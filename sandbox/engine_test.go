package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestMain builds the sandbox and its toy program once for all engine tests.
func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "sandbox-test-")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		for name, pkg := range map[string]string{"sandbox": ".", "satkube": "./testdata/program"} {
			build := exec.Command("go", "build", "-o", filepath.Join(dir, name), pkg)
			if out, err := build.CombinedOutput(); err != nil {
				fmt.Fprintf(os.Stderr, "build %s: %v\n%s", pkg, err, out)
				return 1
			}
		}
		os.Setenv("SANDBOX_TEST_BINARIES", dir)
		return m.Run()
	}())
}

// project is a repository in miniature with the sandbox beside it.
type project struct {
	t    *testing.T
	root string
	bin  string
}

const stackFile = `# committed by hand
secretsprovider: awskms://alias/none
encryptedkey: bm90aGluZw==
config:
  aws:region: eu-central-1
`

func newProject(t *testing.T) *project {
	t.Helper()
	cli, err := filepath.Abs(filepath.Join("..", "bin", "pulumi"))
	require.NoError(t, err)
	if _, err := os.Stat(cli); err != nil {
		// make build builds none where a new enough one is installed.
		cli, err = exec.LookPath("pulumi")
		require.NoError(t, err, "the engine tests need the Pulumi CLI: run make build")
	}

	p := &project{t: t, root: filepath.Join(t.TempDir(), "repository"), bin: t.TempDir()}
	for _, name := range []string{"sandbox", "satkube"} {
		require.NoError(t, os.Link(filepath.Join(os.Getenv("SANDBOX_TEST_BINARIES"), name), filepath.Join(p.bin, name)))
	}
	require.NoError(t, os.Symlink(cli, filepath.Join(p.bin, "pulumi")))
	p.write("Pulumi.yaml", "name: toy\nruntime: go\n")
	p.write("Pulumi.test.yaml", stackFile)
	return p
}

func (p *project) write(name, text string) {
	p.t.Helper()
	path := filepath.Join(p.root, name)
	require.NoError(p.t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(p.t, os.WriteFile(path, []byte(text), 0o644))
}

// result is what one call of the sandbox left.
type result struct {
	stdout, stderr string
	status         int
}

func (r result) all() string { return r.stdout + r.stderr }

// command prepares a call; env entries have the form NAME=VALUE.
func (p *project) command(env []string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(p.bin, "sandbox"), args...)
	cmd.Dir = p.root
	cmd.Env = append(withoutCredentials(os.Environ()), env...)
	return cmd
}

func (p *project) run(env []string, args ...string) result {
	p.t.Helper()
	cmd := p.command(env, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if _, exited := err.(*exec.ExitError); err != nil && !exited {
		require.NoError(p.t, err)
	}
	return result{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}

func (p *project) ok(env []string, args ...string) result {
	p.t.Helper()
	r := p.run(env, args...)
	require.Zero(p.t, r.status, "%v:\n%s", args, r.all())
	return r
}

// objects counts what the record says exists, by type.
func (p *project) objects() map[string]int {
	p.t.Helper()
	files, err := filepath.Glob(filepath.Join(p.root, ".sandbox", "cloud", "test", "*"))
	require.NoError(p.t, err)
	count := map[string]int{}
	for _, f := range files {
		raw, err := os.ReadFile(f)
		require.NoError(p.t, err)
		var o struct{ Type string }
		require.NoError(p.t, json.Unmarshal(raw, &o))
		count[o.Type]++
	}
	return count
}

func allObjects() map[string]int {
	return map[string]int{
		"aws:ec2/vpc:Vpc": 1, "aws:ec2/subnet:Subnet": 1, "aws:cloudwatch/logGroup:LogGroup": 1, "kubernetes:core/v1:Namespace": 1,
		"kubernetes:core/v1:Secret": 1,
	}
}

func TestSandbox_LeadsAStackThroughItsLife(t *testing.T) {
	t.Parallel()
	p := newProject(t)

	preview := p.ok(nil, "preview", "-s", "test")
	require.Contains(t, preview.stdout, "7 to create")
	require.Contains(t, preview.stderr, "nothing real is created")
	require.NotContains(t, preview.stdout, "nothing real is created")
	require.Empty(t, p.objects(), "a preview creates nothing")

	up := p.ok(nil, "up", "-s", "test")
	require.Contains(t, up.stdout, "7 created")
	require.Regexp(t, `arn:aws:logs:eu-central-1:123456789012:log-group:logs-[0-9a-f]{7}`, up.stdout)
	require.Equal(t, allObjects(), p.objects())

	p.ok(nil, "up", "-s", "test", "--expect-no-changes")
	p.ok(nil, "preview", "-s", "test", "--expect-no-changes")
	p.ok(nil, "refresh", "-s", "test", "--expect-no-changes")

	update := p.ok([]string{"TOY_TAG=renamed"}, "up", "-s", "test")
	require.Contains(t, update.stdout, "1 updated")
	require.Equal(t, allObjects(), p.objects())

	replace := p.ok([]string{"TOY_CIDR=10.0.0.0/20"}, "up", "-s", "test")
	require.Contains(t, replace.stdout, "+-2 replaced")
	require.Equal(t, allObjects(), p.objects(), "the replaced objects are gone")

	p.ok(nil, "destroy", "-s", "test")
	require.Empty(t, p.objects())
	require.NotContains(t, p.ok(nil, "stack", "export", "-s", "test").stdout, "aws:ec2")
}

func TestSandbox_NeverWritesTheCommittedFiles(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.ok(nil, "up", "-s", "test")
	p.ok(nil, "destroy", "-s", "test", "--remove")
	for name, want := range map[string]string{"Pulumi.yaml": "name: toy\nruntime: go\n", "Pulumi.test.yaml": stackFile} {
		got, err := os.ReadFile(filepath.Join(p.root, name))
		require.NoError(t, err)
		require.Equal(t, want, string(got))
	}
	entries, err := os.ReadDir(p.root)
	require.NoError(t, err)
	require.Len(t, entries, 3, "nothing but .sandbox is added to the repository")
}

func TestFault_FailsOneCreateAndTheNextUpRecovers(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	failed := p.run([]string{"SANDBOX_FAULT=aws:ec2/subnet:Subnet"}, "up", "-s", "test")
	require.NotZero(t, failed.status)
	require.Contains(t, failed.all(), "create aws:ec2/subnet:Subnet private: injected fault")
	require.NotContains(t, p.objects(), "aws:ec2/subnet:Subnet")

	p.ok(nil, "up", "-s", "test")
	require.Equal(t, allObjects(), p.objects(), "nothing is lost and nothing doubled")
	p.ok(nil, "refresh", "-s", "test", "--expect-no-changes")
}

func TestFault_ThatDoesNotHappenIsReported(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	r := p.ok([]string{"SANDBOX_FAULT=aws:ec2/vpc:Vpc:2"}, "up", "-s", "test")
	require.Contains(t, r.stderr, "SANDBOX_FAULT=aws:ec2/vpc:Vpc:2 did not happen")
}

func TestFault_ReachesTheChildrenOfAComponent(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	env := []string{"TOY_EKS=1", "SANDBOX_FAULT=aws:eks/cluster:Cluster"}
	failed := p.run(env, "up", "-s", "test")
	require.NotZero(t, failed.status)
	require.Contains(t, failed.all(), "create aws:eks/cluster:Cluster cluster-eksCluster: injected fault")
	require.NotContains(t, p.objects(), "aws:eks/cluster:Cluster")

	p.ok(env[:1], "up", "-s", "test")
	require.Equal(t, 1, p.objects()["aws:eks/cluster:Cluster"])
	p.ok(env[:1], "preview", "-s", "test", "--expect-no-changes")
	p.ok(nil, "destroy", "-s", "test")
	require.Empty(t, p.objects())
}

func TestLargeStack_StaysLinear(t *testing.T) {
	up := func(count int) time.Duration {
		p := newProject(t)
		// The engine itself writes the whole state after each resource; what is measured here are the stand-ins.
		env := []string{fmt.Sprintf("TOY_MANY=%d", count), "PULUMI_SKIP_CHECKPOINTS=true"}
		start := time.Now()
		p.ok(env, "up", "-s", "test", "--skip-preview")
		took := time.Since(start)
		require.Equal(t, count, p.objects()["kubernetes:core/v1:ConfigMap"])
		p.ok(env, "preview", "-s", "test", "--expect-no-changes")
		return took
	}
	small, large := up(200), up(1000)
	require.Less(t, large.Seconds()/small.Seconds(), 10.0, "five times the objects took %s instead of %s: 5 is linear, 25 quadratic", large, small)
}

func TestRefresh_ShowsAnObjectThatWasRemovedByHand(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.ok(nil, "up", "-s", "test")
	files, err := filepath.Glob(filepath.Join(p.root, ".sandbox", "cloud", "test", "aws-cloudwatch-*"))
	require.NoError(t, err)
	require.Len(t, files, 1)
	require.NoError(t, os.Remove(files[0]))

	require.NotZero(t, p.run(nil, "refresh", "-s", "test", "--expect-no-changes", "--preview-only").status)
	require.Contains(t, p.ok(nil, "refresh", "-s", "test").stdout, "1 deleted")
	require.Contains(t, p.ok(nil, "up", "-s", "test").stdout, "1 created")
	require.Equal(t, allObjects(), p.objects())
}

func TestSecrets_AppearNowhereInClearText(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	up := p.ok(nil, "up", "-s", "test", "--diff")
	export := p.ok(nil, "stack", "export", "-s", "test")
	failed := p.run([]string{"TOY_TAG=x", "SANDBOX_FAULT=kubernetes:core/v1:Secret"}, "up", "-s", "test", "--diff",
		"--replace", "urn:pulumi:test::toy::kubernetes:core/v1:Secret::credentials")
	require.Contains(t, failed.all(), "injected fault")
	password := strings.TrimSpace(p.ok(nil, "stack", "output", "password", "-s", "test", "--show-secrets").stdout)
	require.Len(t, password, 32)

	texts := map[string]string{"up": up.all(), "stack export": export.all(), "a failed up": failed.all()}
	require.NoError(t, filepath.WalkDir(filepath.Join(p.root, ".sandbox"), func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		texts[path] = string(raw)
		return err
	}))
	for where, text := range texts {
		require.NotContains(t, text, password, where)
		require.NotContains(t, text, "do-not-print-me", where)
		require.NotContains(t, text, "ZG8tbm90LXByaW50LW1l", where)
	}
}

func TestProviderInstances_KeepTheirOwnRegions(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	r := p.ok([]string{"TOY_OTHER_REGION=us-west-2"}, "up", "-s", "test")
	require.Contains(t, r.stdout, "arn:aws:kms:us-west-2:123456789012:key/")
	require.Contains(t, r.stdout, "arn:aws:logs:eu-central-1:123456789012:log-group:")
	require.Contains(t, p.ok(nil, "stack", "export", "-s", "test").stdout, `"satkube": "true"`)
	p.ok([]string{"TOY_OTHER_REGION=us-west-2"}, "preview", "-s", "test", "--expect-no-changes")
}

func TestMissingRegion_IsRefused(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.write("Pulumi.test.yaml", "config: {}\n")
	r := p.run(nil, "preview", "-s", "test")
	require.NotZero(t, r.status)
	require.Contains(t, r.all(), "set aws:region in the stack file")
}

func TestMissingProgram_NamesTheRemedy(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	r := p.run([]string{"SANDBOX_PROGRAM=" + filepath.Join(p.bin, "nowhere")}, "preview", "-s", "test")
	require.NotZero(t, r.status)
	require.Contains(t, r.all(), "run `make build`")
	require.Contains(t, r.all(), "nowhere")
}

func TestMisuse_IsRefusedInOneLine(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	for name, test := range map[string]struct {
		env  []string
		args []string
		want string
	}{
		"config set":        {nil, []string{"config", "set", "a", "b"}, "edit Pulumi.<stack>.yaml"},
		"config on up":      {nil, []string{"up", "-c", "a=b"}, "edit Pulumi.<stack>.yaml"},
		"another folder":    {nil, []string{"-C", "/tmp", "up"}, "change folder first"},
		"another file":      {nil, []string{"up", "--config-file", "x.yaml"}, "name the stack instead"},
		"login":             {nil, []string{"login"}, "has no account"},
		"unknown stand-in":  {[]string{"SANDBOX_STANDINS=aws,azure"}, []string{"preview"}, `"azure" is no stand-in`},
		"malformed latency": {[]string{"SANDBOX_LATENCY=fast"}, []string{"preview"}, "want a duration such as 50ms"},
		"malformed switch":  {[]string{"SANDBOX_SKIP_AWAIT=maybe"}, []string{"preview"}, "want true or false"},
		"malformed fault":   {[]string{"SANDBOX_FAULT=Vpc"}, []string{"preview"}, "want TYPE or TYPE:NTH"},
	} {
		t.Run(name, func(t *testing.T) {
			r := p.run(test.env, test.args...)
			require.NotZero(t, r.status)
			require.Contains(t, r.stderr, test.want)
			require.Len(t, strings.Split(strings.TrimSpace(r.stderr), "\n"), 1, r.stderr)
			require.Empty(t, r.stdout)
		})
	}
}

func TestRelativePaths_MeanTheCallersFolder(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.ok(nil, "preview", "-s", "test", "--save-plan", "plan.json")
	require.FileExists(t, filepath.Join(p.root, "plan.json"))
	p.ok(nil, "stack", "export", "-s", "test", "--file=state.json")
	require.FileExists(t, filepath.Join(p.root, "state.json"))
}

func TestLatency_DelaysEachCall(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	start := time.Now()
	p.ok([]string{"SANDBOX_LATENCY=700ms"}, "preview", "-s", "test")
	// The subnet waits for its VPC: two checks and two creates in a row.
	require.Greater(t, time.Since(start), 2100*time.Millisecond)
}

func TestInterrupt_LeavesAStateThatTheNextUpContinues(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	cmd := p.command([]string{"SANDBOX_LATENCY=1s"}, "up", "-s", "test", "--skip-preview")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	require.NoError(t, cmd.Start())
	require.Eventually(t, func() bool { return len(p.objects()) > 0 }, 20*time.Second, 20*time.Millisecond)
	require.NoError(t, cmd.Process.Signal(syscall.SIGINT))
	require.Error(t, cmd.Wait(), out.String())

	p.ok(nil, "up", "-s", "test")
	require.Equal(t, allObjects(), p.objects(), "nothing is lost and nothing doubled")
	p.ok(nil, "refresh", "-s", "test", "--expect-no-changes")
}
