package derived

import (
	"crypto/ecdsa"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestKey_FollowsFromSeedAndPurpose(t *testing.T) {
	key := func(seed, purpose string) []byte {
		made, err := Key(seed, purpose)
		require.NoError(t, err)
		raw, err := made.Bytes()
		require.NoError(t, err)
		return raw
	}
	require.Equal(t, key("seed", "ca"), key("seed", "ca"))
	require.NotEqual(t, key("seed", "ca"), key("seed", "server"))
	require.NotEqual(t, key("seed", "ca"), key("another seed", "ca"))
}

func TestKey_IsOfTheCurve(t *testing.T) {
	key, err := Key("seed", "http")
	require.NoError(t, err)
	public, err := key.PublicKey.Bytes()
	require.NoError(t, err)
	_, err = ecdsa.ParseUncompressedPublicKey(key.Curve, public)
	require.NoError(t, err)
}
