// Package derived makes keys that follow from a seed alone: else every run of the program would make others.
package derived

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
)

// Key returns the P-256 key of that purpose. Go's own key generation is made so that nobody can repeat it, and whether every program that
// reads the key takes the curve for which it could be repeated, Ed25519, is not documented. So the scalar comes from HKDF-SHA-256; a
// scalar that is 0 or beyond the curve's order, which happens once in 2^32, is refused and the next one taken (FIPS 186-5, A.2.2).
func Key(seed, purpose string) (*ecdsa.PrivateKey, error) {
	for attempt := range 8 {
		scalar, err := hkdf.Key(sha256.New, []byte(seed), nil, fmt.Sprintf("%s key %d", purpose, attempt), 32)
		if err != nil {
			return nil, err
		}
		if key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), scalar); err == nil {
			return key, nil
		}
	}
	return nil, fmt.Errorf("key of %s: no scalar of the curve in 8 attempts", purpose)
}
