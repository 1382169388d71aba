package images

import (
	"context"
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/e2e/debian"
)

func TestOwnBitcoind_IsRefusedWhereItCannotRun(t *testing.T) {
	files, _ := programs(t)
	dir := t.TempDir()
	put := func(name, file string) {
		t.Helper()
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), text, 0o755))
	}
	path := filepath.Join(dir, "bitcoind")
	_, err := ownBitcoind(path, debian.Root{})
	require.ErrorContains(t, err, "E2E_BITCOIND")
	put("bitcoind", files["lnd"])
	_, err = ownBitcoind(path, debian.Root{})
	require.ErrorContains(t, err, "bitcoin-cli", "its client is missing")
	put("bitcoin-cli", "/bin/sh")
	_, err = ownBitcoind(path, debian.Root{Dir: t.TempDir()})
	require.ErrorContains(t, err, "needs libc.so.6", "the image has not what it needs")
	put("bitcoin-cli", files["lnd"])
	b, err := ownBitcoind(path, debian.Root{})
	require.NoError(t, err)
	require.Equal(t, []string{path}, b.daemon)
	require.Equal(t, []string{filepath.Join(dir, "bitcoin-cli")}, b.client)

	lock, _, err := readLock(lockPath)
	require.NoError(t, err)
	all, versions := programs(t)
	out := t.TempDir()
	result, err := assemble(out, lock, Input{Programs: all, Versions: versions}, rootfs(t, 0, 0), b)
	require.NoError(t, err)
	require.Contains(t, result.Images[len(result.Images)-1].Holds, "the bitcoind that was given")
	_, layers := read(t, filepath.Join(out, archiveName))
	var names []string
	for _, header := range layers["docker.io/bitcoin/bitcoin:31.1"] {
		names = append(names, header.Name)
	}
	require.Subset(t, names, []string{"usr/bin/bitcoind", "usr/bin/bitcoin-cli", "usr/bin/tool"})
}

func TestFindBitcoind_DoesWithoutWhereDebianHasNone(t *testing.T) {
	t.Setenv("PATH", t.TempDir()) // no apt-get
	b, err := findBitcoind(t.Context(), Input{Cache: t.TempDir()}, debian.Root{}, t.Logf)
	require.NoError(t, err)
	require.Contains(t, b.why, "needs Debian's apt-get")
	require.Contains(t, b.why, "E2E_BITCOIND=/path/to/bitcoind")
	require.Nil(t, b.daemon)

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = findBitcoind(ended, Input{Cache: t.TempDir()}, debian.Root{}, t.Logf)
	require.ErrorIs(t, err, context.Canceled, "an interrupted run is no missing image")
}

// runBitcoind starts the image's node on regtest, twice: in a chroot, and as a process of this machine.
func runBitcoind(t *testing.T, result Result, root string) {
	direct := func(command []string) func(args ...string) *exec.Cmd {
		return func(args ...string) *exec.Cmd {
			return exec.CommandContext(t.Context(), command[0], append(append([]string{}, command[1:]...), args...)...)
		}
	}
	require.NotNil(t, result.Bitcoind)
	ways := map[string]struct {
		daemon, client func(args ...string) *exec.Cmd
	}{
		"in the image": {
			func(args ...string) *exec.Cmd { return inRoot(t, root, append([]string{"/bin/bitcoind"}, args...)...) },
			func(args ...string) *exec.Cmd {
				return inRoot(t, root, append([]string{"/bin/bitcoin-cli"}, args...)...)
			},
		},
		"on this machine": {direct(result.Bitcoind), direct(result.BitcoinCLI)},
	}
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			for _, program := range []func(args ...string) *exec.Cmd{way.daemon, way.client} {
				out, err := program("--version").CombinedOutput()
				require.NoError(t, err, string(out))
				require.Contains(t, string(out), "Bitcoin")
			}
			dir, err := os.MkdirTemp("", "bitcoind-")
			require.NoError(t, err)
			data := dir
			if name == "in the image" {
				data = "/tmp"
			}
			t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
			port := freePort(t)
			common := []string{"-regtest", "-datadir=" + data, "-rpcport=" + port}
			daemon := way.daemon(append(common, "-listen=0", "-connect=0", "-dnsseed=0", "-rpcbind=127.0.0.1", "-rpcallowip=127.0.0.1", "-printtoconsole=0")...)
			require.NoError(t, daemon.Start())
			ended := make(chan error, 1)
			go func() { ended <- daemon.Wait() }()
			defer func() {
				require.NoError(t, daemon.Process.Signal(syscall.SIGTERM))
				require.NoError(t, <-ended)
			}()
			var info struct {
				Chain  string
				Blocks int
			}
			require.Eventually(t, func() bool {
				out, err := way.client(append(common, "getblockchaininfo")...).Output()
				return err == nil && json.Unmarshal(out, &info) == nil
			}, 30*time.Second, 300*time.Millisecond)
			require.Equal(t, "regtest", info.Chain)
		})
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	return strconv.Itoa(listener.Addr().(*net.TCPAddr).Port)
}
