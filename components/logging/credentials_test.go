package logging

import (
	"crypto/hmac"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The pair of token and hash in Elasticsearch's own test of service accounts (ServiceAccountIT and others, token1).
func TestServiceToken_AndItsHashMatchElasticsearchsOwnVectors(t *testing.T) {
	const secret = "r5wdbdboQSe9vGOKwaJGAw"
	require.Equal(t, "AAEAAWVsYXN0aWMvZmxlZXQtc2VydmVyL3Rva2VuMTpyNXdkYmRib1FTZTl2R09Ld2FKR0F3",
		serviceToken("elastic/fleet-server/token1", secret))
	salt, err := base64.StdEncoding.DecodeString("8QN+eThJEaCd18sCP0nfzxJq2D9yhmSZgI20TDooYcE=")
	require.NoError(t, err)
	hash, err := stretchedHash(secret, salt)
	require.NoError(t, err)
	require.Equal(t, "{PBKDF2_STRETCH}10000$8QN+eThJEaCd18sCP0nfzxJq2D9yhmSZgI20TDooYcE=$+0ELfqW4D2+/SlHvm/885dzv67qO2SMJg32Mv/9epXk=", hash)
}

func TestStretchedHash_MatchesAComputationByHand(t *testing.T) {
	hash, err := stretchedHash("correct horse", []byte("0123456789abcdef0123456789abcdef"))
	require.NoError(t, err)
	require.Equal(t, hash, hashByHand(t, "correct horse", hash))
	require.NotEqual(t, hash, hashByHand(t, "battery staple", hash))
}

func TestRoles_LetFluentdOnlyAddLines(t *testing.T) {
	for _, right := range roles()[fluentdUser].Indices {
		require.Equal(t, []string{"auto_configure", "create_doc"}, right.Privileges)
		require.Equal(t, []string{dataStream}, right.Names)
	}
	require.Equal(t, []string{"monitor"}, roles()[fluentdUser].Cluster)
}

func TestRoles_HaveNoSuperuser(t *testing.T) {
	require.NotContains(t, renderUsersRoles(), "superuser")
	for name, r := range roles() {
		require.NotContains(t, r.Cluster, "all", name)
		require.NotContains(t, r.Cluster, "manage_security", name)
		for _, right := range r.Indices {
			require.NotContains(t, right.Names, "*", name)
		}
	}
}

// hashByHand computes a hash again with the salt of another, from PBKDF2's definition in RFC 8018: one block, as SHA-512 has 64 bytes
// and 32 are wanted.
func hashByHand(t *testing.T, password, like string) string {
	t.Helper()
	parts := strings.Split(like, "$")
	require.Len(t, parts, 3)
	salt, err := base64.StdEncoding.DecodeString(parts[1])
	require.NoError(t, err)
	require.Len(t, salt, 32)
	digest := sha512.Sum512([]byte(password))
	mac := func(message []byte) []byte {
		h := hmac.New(sha512.New, []byte(hex.EncodeToString(digest[:])))
		h.Write(message)
		return h.Sum(nil)
	}
	round := mac(append(salt, 0, 0, 0, 1))
	block := append([]byte(nil), round...)
	for range 10000 - 1 {
		round = mac(round)
		for i := range block {
			block[i] ^= round[i]
		}
	}
	return "{PBKDF2_STRETCH}10000$" + parts[1] + "$" + base64.StdEncoding.EncodeToString(block[:32])
}
