package images

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestAssemble_ItsImagesWork assembles the images with Debian's real packages and runs what is in them: needs root and Debian's mirror.
func TestAssemble_ItsImagesWork(t *testing.T) {
	if os.Getenv("SATKUBE_E2E") == "" {
		t.Skip("SATKUBE_E2E is not set: this test downloads Debian packages")
	}
	if os.Geteuid() != 0 {
		t.Skip("not root: this test calls chroot and starts containerd")
	}
	files, versions := programs(t)
	cache := t.TempDir()
	in := Input{Lock: lockPath, Programs: files, Versions: versions, Cache: cache}
	result, err := Assemble(t.Context(), in, t.Logf)
	require.NoError(t, err)
	for _, image := range result.Images {
		t.Logf("%s %s: %s", image.Name, image.Digest, image.Holds)
	}
	t.Run("the second time does nothing", func(t *testing.T) {
		before, err := os.Stat(result.Tar)
		require.NoError(t, err)
		again, err := Assemble(t.Context(), in, func(format string, args ...any) { t.Errorf(format, args...) })
		require.NoError(t, err)
		require.Equal(t, result, again)
		after, err := os.Stat(result.Tar)
		require.NoError(t, err)
		require.Equal(t, before.ModTime(), after.ModTime())
	})
	t.Run("the tools of the lnd image", func(t *testing.T) { runTools(t, unpackImage(t, result, "lnd")) })
	t.Run("bitcoind", func(t *testing.T) { runBitcoind(t, result, unpackImage(t, result, "bitcoind")) })
	t.Run("containerd", func(t *testing.T) { importImages(t, cache, result) })
}

// inRoot is a command in a chroot, as a user that no file of the image knows: pods run as such.
func inRoot(t *testing.T, root string, args ...string) *exec.Cmd {
	t.Helper()
	command := exec.CommandContext(t.Context(), args[0], args[1:]...)
	command.Dir, command.Env = "/", []string{searchPath, "HOME=/tmp"}
	command.SysProcAttr = &syscall.SysProcAttr{Chroot: root, Credential: &syscall.Credential{Uid: 10102, Gid: 10102}}
	return command
}

// runTools calls the tools in the ways in which the scripts of the lnd pod do.
func runTools(t *testing.T, root string) {
	var posted string
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		posted = string(body)
		fmt.Fprint(w, `{"state":"SERVER_ACTIVE"}`)
	}))
	defer server.Close()
	cases := map[string]struct{ shell, script, want string }{
		"the probe":        {"/bin/sh", "wget -q -O - --no-check-certificate " + server.URL + ` | grep -qE '"(RPC_ACTIVE|SERVER_ACTIVE)"' && echo up`, "up"},
		"the state":        {"/bin/bash", "set -euo pipefail; wget -q -O - --no-check-certificate " + server.URL + " | jq -r .state", "SERVER_ACTIVE"},
		"a server is away": {"/bin/sh", "wget -q -O - --no-check-certificate https://127.0.0.1:1/ 2>/dev/null || echo away", "away"},
		"base64 and jq":    {"/bin/bash", `printf 'a b' >/tmp/p; printf '%s' "$(base64 -w 0 </tmp/p)" | jq -sRr @uri`, "YSBi"},
		"the seed":         {"/bin/bash", `printf '{"cipher_seed_mnemonic":["a","b"]}' | jq -ce '.cipher_seed_mnemonic | select(length == 2)'`, `["a","b"]`},
		"no seed":          {"/bin/bash", `printf '{"error":"no"}' | jq -ce '.cipher_seed_mnemonic | select(length == 24)' || echo refused`, "refused"},
		"copies":           {"/bin/sh", `umask 077; echo x >/tmp/a; cp /tmp/a /tmp/.b && mv /tmp/.b /tmp/b && cmp -s /tmp/a /tmp/b && sync && touch /tmp/c && rm -f /tmp/c && mkdir -p /tmp/d/e && echo same`, "same"},
		"loops":            {"/bin/bash", `for i in $(seq 3); do sleep 0; done; echo "$i" | tail -n 1`, "3"},
		"traps":            {"/bin/sh", `trap 'echo ended; exit 0' TERM; sleep 30 & kill -TERM $$; wait $!`, "ended"},
		"sync progress":    {"/bin/sh", `printf '"verificationprogress": 0.99999,' | sed -n 's/.*"verificationprogress": *\([0-9.e+-]*\).*/\1/p' | awk '{ exit !($1 > 0.9999) }' && echo synced`, "synced"},
		"cut":              {"/bin/sh", "echo a:b | cut -d: -f2", "b"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			out, err := inRoot(t, root, c.shell, "-c", c.script).CombinedOutput()
			require.NoError(t, err, string(out))
			require.Equal(t, c.want, strings.TrimSpace(string(out)))
		})
	}
	out, err := inRoot(t, root, "/bin/sh", "-c", "echo hello >/tmp/body2 && wget -q -O - --no-check-certificate --post-file=/tmp/body2 "+server.URL).CombinedOutput()
	require.NoError(t, err, string(out))
	require.Equal(t, "hello\n", posted)
	for _, program := range []string{"/bin/true", "/bin/lnd", "/bin/lncli"} {
		out, err := inRoot(t, root, program).CombinedOutput()
		require.NoError(t, err, "%s: %s", program, out)
	}
}

// unpackImage lays the layers of an image of the archive over one another.
func unpackImage(t *testing.T, result Result, name string) string {
	t.Helper()
	var reference string
	for _, image := range result.Images {
		if image.Name == name {
			reference = image.References[0]
		}
	}
	require.NotEmpty(t, reference, "%s is missing", name)
	root := t.TempDir()
	for dir := root; dir != "/" && dir != os.TempDir(); dir = filepath.Dir(dir) {
		require.NoError(t, os.Chmod(dir, 0o755)) // the user of the container has to get here
	}
	for _, content := range layersOf(t, result.Tar, reference) {
		for in := tar.NewReader(content); ; {
			header, err := in.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			require.NoError(t, err)
			path, mode := filepath.Join(root, header.Name), header.FileInfo().Mode()
			switch header.Typeflag {
			case tar.TypeDir:
				require.NoError(t, os.MkdirAll(path, 0o755))
				require.NoError(t, os.Chmod(path, mode&^fs.ModeDir))
			case tar.TypeSymlink:
				require.NoError(t, os.Symlink(header.Linkname, path))
			default:
				file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, mode)
				require.NoError(t, err)
				_, err = io.Copy(file, in)
				require.NoError(t, errors.Join(err, file.Close(), os.Chmod(path, mode)))
			}
		}
	}
	require.NoError(t, os.Mkdir(filepath.Join(root, "dev"), 0o755))
	require.NoError(t, syscall.Mknod(filepath.Join(root, "dev", "null"), syscall.S_IFCHR|0o666, 1<<8|3)) // as every container has it
	require.NoError(t, os.Chmod(filepath.Join(root, "dev", "null"), 0o666))
	return root
}
