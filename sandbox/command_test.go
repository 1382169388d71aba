package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseCommand_FindsTheStackAndApproves(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		args  []string
		want  []string
		stack string
	}{
		"short stack":      {[]string{"up", "-s", "testnet"}, []string{"up", "--stack=testnet", "--yes"}, "testnet"},
		"glued stack":      {[]string{"up", "-stestnet"}, []string{"up", "--stack=testnet", "--yes"}, "testnet"},
		"long stack":       {[]string{"destroy", "--stack=testnet"}, []string{"destroy", "--stack=testnet", "--yes"}, "testnet"},
		"full name":        {[]string{"preview", "--stack", "organization/satkube/testnet"}, []string{"preview", "--stack=organization/satkube/testnet"}, "testnet"},
		"second name":      {[]string{"update"}, []string{"update", "--yes"}, ""},
		"own approval":     {[]string{"up", "-fy"}, []string{"up", "-fy"}, ""},
		"preview only":     {[]string{"refresh", "--preview-only"}, []string{"refresh", "--preview-only"}, ""},
		"help":             {[]string{"up", "--help"}, []string{"up", "--help"}, ""},
		"global flag":      {[]string{"--color", "never", "up"}, []string{"--color=never", "up", "--yes"}, ""},
		"message":          {[]string{"up", "-m", "destroy"}, []string{"up", "--message=destroy", "--yes"}, ""},
		"select":           {[]string{"stack", "select", "testnet"}, []string{"stack", "select", "testnet"}, "testnet"},
		"paths":            {[]string{"preview", "--policy-pack", "bin/a,b", "--save-plan=p"}, []string{"preview", "--policy-pack=/here/bin/a,/here/b", "--save-plan=/here/p"}, ""},
		"absolute path":    {[]string{"preview", "--policy-pack=/a"}, []string{"preview", "--policy-pack=/a"}, ""},
		"tracing":          {[]string{"up", "--tracing", "file:./t", "--yes"}, []string{"up", "--tracing=file:/here/t", "--yes"}, ""},
		"address":          {[]string{"up", "--otel-traces=grpc://h:1", "-y"}, []string{"up", "--otel-traces=grpc://h:1", "-y"}, ""},
		"import file":      {[]string{"import", "-f", "r.json"}, []string{"import", "--file=/here/r.json"}, ""},
		"graph":            {[]string{"stack", "graph", "g.dot"}, []string{"stack", "graph", "/here/g.dot"}, ""},
		"skip preview":     {[]string{"up", "-f"}, []string{"up", "-f", "--yes"}, ""},
		"config get":       {[]string{"config", "get", "a"}, []string{"config", "get", "a"}, ""},
		"config alone":     {[]string{"config", "-s", "testnet"}, []string{"config", "--stack=testnet"}, "testnet"},
		"no arguments":     {nil, nil, ""},
		"double dash last": {[]string{"up", "--", "x"}, []string{"up", "--yes", "--", "x"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := parseCommand(test.args, "/here")
			require.NoError(t, err)
			require.Equal(t, test.want, c.arguments(""))
			require.Equal(t, test.stack, c.stack())
		})
	}
}

func TestArguments_PutThePolicyPackWhereItCanRefuseSomething(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ args, want []string }{
		"preview":         {[]string{"preview"}, []string{"preview", "--policy-pack=/bin/pack"}},
		"up":              {[]string{"up"}, []string{"up", "--yes", "--policy-pack=/bin/pack"}},
		"left out":        {[]string{"preview", "--no-policy"}, []string{"preview"}},
		"left out of up":  {[]string{"up", "--no-policy", "-s", "a"}, []string{"up", "--stack=a", "--yes"}},
		"another pack":    {[]string{"preview", "--policy-pack=/mine"}, []string{"preview", "--policy-pack=/mine"}},
		"destroy":         {[]string{"destroy"}, []string{"destroy", "--yes"}},
		"reading a state": {[]string{"stack", "export"}, []string{"stack", "export"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := parseCommand(test.args, "/here")
			require.NoError(t, err)
			require.Equal(t, test.want, c.arguments("/bin/pack"))
		})
	}
}

func TestCopyProject_KeepsTheSaltAndDropsForeignEncryption(t *testing.T) {
	t.Parallel()
	root, dir := t.TempDir(), filepath.Join(t.TempDir(), "box")
	write := func(path, text string) { require.NoError(t, os.WriteFile(path, []byte(text), 0o600)) }
	write(filepath.Join(root, "Pulumi.yaml"), "name: \"toy\"\nruntime: go\nmain: elsewhere\nbackend:\n  url: s3://x\n")
	write(filepath.Join(root, "Pulumi.test.yaml"), "secretsprovider: awskms://x\nencryptedkey: abc\nconfig:\n  a:b: 0x10 # kept")
	open := func() (*box, error) { return openBox(settings{dir: dir}, root, root) }

	b, err := open()
	require.NoError(t, err)
	require.Equal(t, "toy", b.name)
	require.True(t, b.hasConfig("test"))
	require.False(t, b.hasStack("test"))
	stack := filepath.Join(b.project, "Pulumi.test.yaml")
	text, err := os.ReadFile(stack)
	require.NoError(t, err)
	require.Equal(t, "config:\n  a:b: 0x10 # kept\n", string(text))
	project, err := os.ReadFile(filepath.Join(b.project, "Pulumi.yaml"))
	require.NoError(t, err)
	require.Contains(t, string(project), "main: \""+root+"\"")
	require.NotContains(t, string(project), "elsewhere")

	write(stack, string(text)+"encryptionsalt: v1:salt\n")
	write(filepath.Join(root, "Pulumi.test.yaml"), "config:\n  a:b: 2\n")
	_, err = open()
	require.NoError(t, err)
	text, err = os.ReadFile(stack)
	require.NoError(t, err)
	require.Equal(t, "config:\n  a:b: 2\nencryptionsalt: v1:salt\n", string(text))

	info, err := os.Stat(filepath.Join(dir, "passphrase"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	write(filepath.Join(root, "Pulumi.test.yaml"), "config:\n  a:b:\n    secure: abc\n")
	_, err = open()
	require.ErrorContains(t, err, "cannot decrypt its secure values")
}

func TestEnvironment_HasNoCredentialOfTheCaller(t *testing.T) {
	t.Parallel()
	b := &box{dir: "/box"}
	env := b.environment([]string{
		"AWS_PROFILE=x", "AWS_ACCESS_KEY_ID=x", "KUBECONFIG=x", "PULUMI_ACCESS_TOKEN=x", "PULUMI_BACKEND_URL=s3://x", "HOME=/home/me",
		"PULUMI_CONFIG_PASSPHRASE=x", "SANDBOX_FAULT=a:b:c",
	})
	require.Equal(t, []string{
		"HOME=/home/me", "PULUMI_BACKEND_URL=file:///box/state", "PULUMI_HOME=/box/home",
		"PULUMI_CONFIG_PASSPHRASE_FILE=/box/passphrase", "PULUMI_SKIP_UPDATE_CHECK=1",
		"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION=true",
	}, env)
}

func TestReadSettings_TakesAPartOfTheStandIns(t *testing.T) {
	t.Parallel()
	get := func(values map[string]string) func(string) string {
		return func(name string) string { return values[name] }
	}
	s, err := readSettings(get(nil), "/bin")
	require.NoError(t, err)
	require.Equal(t, []string{"aws", "eks", "random", "kubernetes"}, s.standins)
	require.Equal(t, "/bin/satkube", s.program)
	require.Equal(t, "nothing real is created", s.reality())

	s, err = readSettings(get(map[string]string{"SANDBOX_STANDINS": "aws, eks,aws", "SANDBOX_LATENCY": "50ms", "SANDBOX_SKIP_AWAIT": "true"}), "/bin")
	require.NoError(t, err)
	require.True(t, s.skipAwait)
	require.Equal(t, []string{"aws", "eks"}, s.standins)
	require.Contains(t, s.reality(), "create real things")
}

func TestFindCLI_PrefersThePinnedOneAndRefusesAnOldOne(t *testing.T) {
	bin, path, dir := t.TempDir(), t.TempDir(), t.TempDir()
	script := func(dir, version string) {
		text := "#!/bin/sh\necho " + version + "\n"
		require.NoError(t, os.WriteFile(filepath.Join(dir, "pulumi"), []byte(text), 0o755))
	}
	t.Setenv("PATH", path)
	_, err := findCLI(bin, dir)
	require.ErrorContains(t, err, "run `make build`")

	script(path, "v3.100.0")
	_, err = findCLI(bin, dir)
	require.ErrorContains(t, err, "3.100.0, want 3.255.0 or later")

	script(path, "v3.259.0")
	for range 2 {
		found, err := findCLI(bin, dir)
		require.NoError(t, err)
		require.Equal(t, filepath.Join(path, "pulumi"), found)
	}

	script(bin, "v1.0.0")
	found, err := findCLI(bin, dir)
	require.NoError(t, err)
	require.Equal(t, filepath.Join(bin, "pulumi"), found, "the repository's own needs no look")
}
