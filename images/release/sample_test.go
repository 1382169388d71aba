package release

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	"github.com/stretchr/testify/require"
)

var (
	made   = time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
	signed = made.AddDate(0, 0, 7)
	now    = signed.AddDate(0, 1, 0)
)

func at(when time.Time) *packet.Config {
	return &packet.Config{Algorithm: packet.PubKeyAlgoEdDSA, Time: func() time.Time { return when }}
}

// builder is a builder with a key made for the test.
type builder struct {
	name   string
	entity *openpgp.Entity
}

func newBuilder(t *testing.T, name string, config *packet.Config) builder {
	t.Helper()
	entity, err := openpgp.NewEntity(name, "", name+"@example.com", config)
	require.NoError(t, err)
	return builder{name, entity}
}

func (b builder) key() Key {
	return Key{Builder: b.name, Fingerprint: strings.ToUpper(hex.EncodeToString(b.entity.PrimaryKey.Fingerprint))}
}

func (b builder) file(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := armor.Encode(&out, openpgp.PublicKeyType, nil)
	require.NoError(t, err)
	require.NoError(t, b.entity.Serialize(w))
	require.NoError(t, w.Close())
	return out.Bytes()
}

func (b builder) sign(t *testing.T, content []byte, when time.Time) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, openpgp.ArmoredDetachSign(&out, b.entity, bytes.NewReader(content), at(when)))
	return append(out.Bytes(), '\n')
}

// sample is a release of one file that four of five builders may sign; three must.
type sample struct {
	builders  []builder
	policy    Policy
	files     []File
	published Published
}

const archive = "the archive"

func newSample(t *testing.T) sample {
	t.Helper()
	sum := sha256.Sum256([]byte(archive))
	s := sample{
		policy:    Policy{Minimum: 3},
		files:     []File{{Name: "a.tar.gz", SHA256: hex.EncodeToString(sum[:])}},
		published: Published{Keys: map[string][]byte{}},
	}
	s.published.Sums = []byte(fmt.Sprintf("%s  a.tar.gz\n%064d  b.tar.gz\n", s.files[0].SHA256, 7))
	for _, name := range []string{"ann", "bob", "cid", "dan"} {
		b := newBuilder(t, name, at(made))
		s.builders = append(s.builders, b)
		s.policy.Keys = append(s.policy.Keys, b.key())
		s.published.Keys[name] = b.file(t)
	}
	return s
}

// signedBy puts the signatures of these builders, by index, one after the other.
func (s *sample) signedBy(t *testing.T, indices ...int) {
	t.Helper()
	s.published.Signatures = nil
	for _, i := range indices {
		s.published.Signatures = append(s.published.Signatures, s.builders[i].sign(t, s.published.Sums, signed)...)
	}
}

// replace gives a builder another key, pinned and published.
func (s *sample) replace(t *testing.T, i int, b builder) {
	t.Helper()
	s.builders[i], s.policy.Keys[i], s.published.Keys[b.name] = b, b.key(), b.file(t)
}
