package release

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// testdata/31.1 holds facts of github.com/bitcoin-core/guix.sigs: the SHA256SUMS of Bitcoin Core 31.1, two builders' signatures of it
// (31.1/BUILDER/all.SHA256SUMS.asc), one Ed25519 and one RSA, and their keys (builder-keys/BUILDER.gpg; of pinheadmz the primary key and
// its self-signature).
func upstream(t *testing.T) (Policy, Published) {
	t.Helper()
	read := func(name string) []byte {
		raw, err := os.ReadFile(filepath.Join("testdata", "31.1", name))
		require.NoError(t, err)
		return raw
	}
	return Policy{Minimum: 2, Keys: []Key{
		{Builder: "marcofleon", Fingerprint: "5B286407E1EA6FE01CF9AF48BF131C2D0536F8AC"},
		{Builder: "pinheadmz", Fingerprint: "E61773CD6E01040E2F1BD78CE7E2984B6289C93A"},
	}}, Published{
		Sums: read("SHA256SUMS"), Signatures: read("SHA256SUMS.asc"),
		Keys: map[string][]byte{"marcofleon": read("marcofleon.gpg"), "pinheadmz": read("pinheadmz.gpg")},
	}
}

func TestVerify_TakesBitcoinCore31_1AsItsBuildersSignedIt(t *testing.T) {
	policy, published := upstream(t)
	signers, err := policy.Verify(published, []File{
		{Name: "bitcoin-31.1-x86_64-linux-gnu.tar.gz", SHA256: "b80d9c3e04da78fb6f0569685673418cf686fadba9042d926d13fb87ff503f9e"},
		{Name: "bitcoin-31.1-aarch64-linux-gnu.tar.gz", SHA256: "dcf1873f2208ba4f962f3398d47e154c39c0084be8f4553e05c940d0ace3d004"},
	}, time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC))
	require.NoError(t, err)
	require.Equal(t, []string{"marcofleon", "pinheadmz"}, signers)
}

func TestVerify_RefusesBitcoinCore31_1WithOneDigitChanged(t *testing.T) {
	policy, published := upstream(t)
	published.Sums[0]++
	_, err := policy.Verify(published, []File{
		{Name: "bitcoin-31.1-x86_64-linux-gnu.tar.gz", SHA256: "b80d9c3e04da78fb6f0569685673418cf686fadba9042d926d13fb87ff503f9e"},
	}, time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC))
	require.ErrorContains(t, err, "SHA256SUMS: the signature of marcofleon does not fit")
}
