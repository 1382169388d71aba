package drills

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"gitlab.com/thinkmassive/satkube/e2e/live"
)

// stackIsDestroyed destroys the stack: what holds funds stays, a new stack does not overwrite it, and with the runbook it is the same node
// again.
func stackIsDestroyed(t *testing.T, s *stage) {
	lndData, bitcoindData, kept := s.volume(t, "lnd-data"), s.volume(t, "bitcoind-data"), s.wallet(t)
	marker := filepath.Join(lndData.folder, "marker-of-a-drill")
	require.NoError(t, os.WriteFile(marker, []byte("this was there before"), 0o600))
	t.Cleanup(func() { _ = os.Remove(marker) })
	identity := ""
	if s.real {
		identity = s.identity(t)
	}

	// As docs/runbooks/destroyed-stack.md says: lnd stops before bitcoind does.
	if s.real {
		s.stopGently(t, "lnd")
	} else {
		s.kubectl(t, "--namespace", namespace, "scale", "statefulset", "lnd", "--replicas", "0")
		s.kubectl(t, "--namespace", namespace, "wait", "--for", "delete", "pod/lnd-0", "--timeout", "60s")
	}
	database := sumOf(t, lndData.folder)
	out, err := s.run(t, "destroy")
	require.NoError(t, err, out)
	s.awaitNoPods(t)
	left := s.kubectl(t, "get", "statefulsets,services,networkpolicies", "--namespace", namespace, "-o", "name")
	require.Empty(t, left)
	unchanged := func() {
		require.Equal(t, lndData, s.volume(t, "lnd-data"))
		require.Equal(t, bitcoindData, s.volume(t, "bitcoind-data"))
		require.Equal(t, database, sumOf(t, lndData.folder))
		require.Equal(t, kept.String(), s.wallet(t).String())
		require.FileExists(t, marker)
	}
	unchanged()
	if s.real {
		require.DirExists(t, filepath.Join(bitcoindData.folder, "regtest", "blocks"))
	}

	// A new stack has made a new password, and may not put it over the only one that opens the wallet.
	out, err = s.run(t, "up")
	require.Error(t, err)
	require.Contains(t, out, `Secret "lnd-wallet" is invalid: data: Forbidden: field is immutable`)
	_, err = s.Client.AppsV1().StatefulSets(namespace).Get(t.Context(), "lnd", metav1.GetOptions{})
	require.Error(t, err, "there is no lnd without its wallet's password")
	unchanged()

	// From here on as the runbook says again.
	s.giveBack(t, kept)
	s.up(t)
	s.expectNoChanges(t)
	s.awaitHealthy(t)
	require.Equal(t, lndData, s.volume(t, "lnd-data"))
	require.Equal(t, bitcoindData, s.volume(t, "bitcoind-data"))
	require.Equal(t, kept.String(), s.wallet(t).String())
	require.FileExists(t, marker)
	if s.real {
		require.Equal(t, identity, s.identity(t), "it is the node that it was")
	}
}

// wallet is what opens lnd's wallet. It is compared as text, so that a failing test does not print the passwords.
type wallet struct {
	uid  string
	sum  string
	data map[string][]byte
}

func (w wallet) String() string { return w.uid + " " + w.sum }

func (s *stage) wallet(t *testing.T) wallet {
	t.Helper()
	secret, err := s.Client.CoreV1().Secrets(namespace).Get(t.Context(), "lnd-wallet", metav1.GetOptions{})
	require.NoError(t, err)
	require.NotEmpty(t, secret.Data["password"])
	require.NotEmpty(t, secret.Data["seed-passphrase"])
	text, err := json.Marshal(secret.Data)
	require.NoError(t, err)
	sum := sha256.Sum256(text)
	return wallet{uid: string(secret.UID), sum: hex.EncodeToString(sum[:]), data: secret.Data}
}

func (s *stage) awaitNoPods(t *testing.T) {
	t.Helper()
	live.Eventually(t, 2*time.Minute, func(ctx context.Context) (string, bool) {
		pods, err := s.Client.CoreV1().Pods(namespace).List(ctx, metav1.ListOptions{})
		if err != nil {
			return err.Error(), false
		}
		return fmt.Sprintf("%d pods are left", len(pods.Items)), len(pods.Items) == 0
	})
}

// sumOf is the checksum of a folder's files, of their names and their content.
func sumOf(t *testing.T, folder string) string {
	t.Helper()
	sum := sha256.New()
	files := 0
	require.NoError(t, filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		files++
		fmt.Fprintln(sum, path)
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		defer file.Close()
		_, err = io.Copy(sum, file)
		return err
	}))
	require.NotZero(t, files)
	return hex.EncodeToString(sum.Sum(nil))
}

var passwordOf = regexp.MustCompile(`::regtest-lnd-wallet-(password|seed-passphrase)$`)

// giveBack puts the passwords of the Secret that stayed into the state, in place of the new ones.
func (s *stage) giveBack(t *testing.T, w wallet) {
	t.Helper()
	out, err := s.sandbox(t.Context(), "stack", "export", "--show-secrets").Output()
	require.NoError(t, err)
	var state settings
	require.NoError(t, json.Unmarshal(out, &state))
	given := 0
	for _, r := range state["deployment"].(settings)["resources"].([]any) {
		resource := r.(settings)
		found := passwordOf.FindStringSubmatch(resource["urn"].(string))
		if found == nil {
			continue
		}
		// A secret is itself JSON, in text.
		plain, err := json.Marshal(string(w.data[found[1]]))
		require.NoError(t, err)
		resource["outputs"].(settings)["result"].(settings)["plaintext"] = string(plain)
		given++
	}
	require.Equal(t, len(w.data), given)
	text, err := json.Marshal(state)
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "state.json")
	require.NoError(t, os.WriteFile(file, text, 0o600))
	said, err := s.run(t, "stack", "import", "--file", file)
	require.NoError(t, err, said)
}
