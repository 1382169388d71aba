package logging

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/internal/golden"
)

func made(t *testing.T, seed string, since time.Time) map[string]string {
	t.Helper()
	files, err := certificateFiles(seed, since, certificateHosts(args(t)))
	require.NoError(t, err)
	return files
}

var since = time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC)

func TestCertificateFiles_AreTheSameAtEveryRun(t *testing.T) {
	require.Equal(t, made(t, "seed", since), made(t, "seed", since))
}

// A change here replaces the certificates of every running cluster at once: of its own accord, as a new version of Go could, it must not.
func TestCertificateFiles_StayWhatTheyAre(t *testing.T) {
	files := made(t, "seed", since)
	var sums strings.Builder
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256([]byte(files[name])), name)
	}
	golden.Equal(t, "certificates.sha256", sums.String())
}

func TestCertificateFiles_ShareNothingBetweenSeedsAndPurposes(t *testing.T) {
	seen := map[string]string{}
	for _, seed := range []string{"one", "two"} {
		for name, content := range made(t, seed, since) {
			require.NotContains(t, seen, content, "%s of %s", name, seed)
			seen[content] = name
		}
	}
}

func TestCertificateFiles_KeepTheAuthoritiesKeysToThemselves(t *testing.T) {
	var keys []string
	for name, content := range made(t, "seed", since) {
		if block, _ := pem.Decode([]byte(content)); block.Type == "PRIVATE KEY" {
			keys = append(keys, name)
		}
	}
	require.ElementsMatch(t, []string{"http.key", "kibana.key", "transport.key"}, keys)
}

func TestCertificateFiles_AreTrustedForTheNamesThatClientsDial(t *testing.T) {
	files := made(t, "seed", since)
	for name, c := range map[string]struct{ leaf, ca, host string }{
		"Elasticsearch":            {"http", caFile, "elasticsearch.logging.svc.cluster.local"},
		"one node's":               {"http", caFile, "elasticsearch-2.elasticsearch-pods.logging.svc.cluster.local"},
		"Kibana":                   {"kibana", caFile, "kibana.logging.svc.cluster.local"},
		"between nodes":            {"transport", peersCAFile, "elasticsearch-0.elasticsearch-pods.logging.svc.cluster.local"},
		"Kibana, as ingresses say": {"kibana", caFile, "kibana.logging.svc"},
	} {
		t.Run(name, func(t *testing.T) {
			pair, err := tls.X509KeyPair([]byte(files[c.leaf+".crt"]), []byte(files[c.leaf+".key"]))
			require.NoError(t, err, "key and certificate belong together")
			leaf, err := x509.ParseCertificate(pair.Certificate[0])
			require.NoError(t, err)
			require.NoError(t, verify(t, leaf, files[c.ca], c.host, since.AddDate(9, 11, 0)))
			require.Error(t, verify(t, leaf, files[c.ca], "example.org", since.AddDate(1, 0, 0)))
			require.Error(t, verify(t, leaf, files[c.ca], c.host, since.AddDate(10, 0, 1)))
			require.Error(t, verify(t, leaf, files[c.ca], c.host, since.AddDate(0, 0, -1)))
		})
	}
}

func TestCertificateFiles_LetNoClientsCertificateIntoTheCluster(t *testing.T) {
	files := made(t, "seed", since)
	for _, leaf := range []string{"http.crt", "kibana.crt"} {
		require.Error(t, verify(t, parse(t, files[leaf]), files[peersCAFile], "", since.AddDate(1, 0, 0)), leaf)
	}
	require.False(t, parse(t, files["http.crt"]).IsCA)
}

func TestCertificateFiles_OfALaterDateTrustTheEarlierOnes(t *testing.T) {
	later := since.AddDate(5, 0, 0)
	before, after := made(t, "seed", since), made(t, "seed", later)
	when := later.AddDate(0, 1, 0)
	host := "elasticsearch.logging.svc.cluster.local"
	require.NotEqual(t, before["http.crt"], after["http.crt"])
	require.Equal(t, before["http.key"], after["http.key"])
	require.NotEqual(t, parse(t, before["http.crt"]).SerialNumber, parse(t, after["http.crt"]).SerialNumber)
	require.NoError(t, verify(t, parse(t, before["http.crt"]), after[caFile], host, when))
	require.NoError(t, verify(t, parse(t, after["http.crt"]), before[caFile], host, when))
}

func parse(t *testing.T, text string) *x509.Certificate {
	t.Helper()
	block, _ := pem.Decode([]byte(text))
	certificate, err := x509.ParseCertificate(block.Bytes)
	require.NoError(t, err)
	return certificate
}

func verify(t *testing.T, leaf *x509.Certificate, ca, host string, when time.Time) error {
	t.Helper()
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM([]byte(ca)))
	_, err := leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: host, CurrentTime: when})
	return err
}
