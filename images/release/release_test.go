package release

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
	"github.com/stretchr/testify/require"
)

func TestVerify_TakesEnoughBuilders(t *testing.T) {
	s := newSample(t)
	s.signedBy(t, 3, 0, 2)
	signers, err := s.policy.Verify(s.published, s.files, now)
	require.NoError(t, err)
	require.Equal(t, []string{"ann", "cid", "dan"}, signers)
}

func TestVerify_IgnoresSignersOutsideOfTheList(t *testing.T) {
	s := newSample(t)
	s.signedBy(t, 0, 1, 2)
	stranger := newBuilder(t, "eve", at(made))
	s.published.Signatures = append(stranger.sign(t, s.published.Sums, signed), s.published.Signatures...)
	signers, err := s.policy.Verify(s.published, s.files, now)
	require.NoError(t, err)
	require.Equal(t, []string{"ann", "bob", "cid"}, signers)
}

func TestVerify_TakesASubkeyForItsOwner(t *testing.T) {
	s := newSample(t)
	require.NoError(t, s.builders[0].entity.AddSigningSubkey(at(made)))
	s.published.Keys["ann"] = s.builders[0].file(t)
	s.signedBy(t, 0, 1, 2)
	signers, err := s.policy.Verify(s.published, s.files, now)
	require.NoError(t, err)
	require.Contains(t, signers, "ann")
}

func TestVerify_Refuses(t *testing.T) {
	for name, c := range map[string]struct {
		change func(t *testing.T, s *sample)
		want   string
	}{
		"too few": {
			func(t *testing.T, s *sample) { s.signedBy(t, 0, 1) },
			"2 builders of the pinned list signed, want 3 (signed: ann, bob; not counted: cid: no signature, dan: no signature)",
		},
		"one builder three times": {
			func(t *testing.T, s *sample) { s.signedBy(t, 0, 0, 0, 1) },
			"2 builders of the pinned list signed, want 3",
		},
		"a key file without the pinned key": {
			func(t *testing.T, s *sample) {
				s.signedBy(t, 0, 1, 2)
				s.published.Keys["cid"] = newBuilder(t, "cid", at(made)).file(t)
			},
			"cid: key file lacks the pinned fingerprint",
		},
		"another key under the name of a builder": {
			func(t *testing.T, s *sample) {
				s.builders[2] = newBuilder(t, "cid", at(made))
				s.published.Keys["cid"] = s.builders[2].file(t)
				s.signedBy(t, 0, 1, 2)
			},
			"cid: key file lacks the pinned fingerprint",
		},
		"a missing key file": {
			func(t *testing.T, s *sample) { s.signedBy(t, 0, 1, 2); delete(s.published.Keys, "bob") },
			"bob: no key file",
		},
		"an expired key": {
			func(t *testing.T, s *sample) {
				config := at(made)
				config.KeyLifetimeSecs = uint32((14 * 24 * time.Hour).Seconds())
				s.replace(t, 2, newBuilder(t, "cid", config))
				s.signedBy(t, 0, 1, 2)
			},
			"cid: openpgp: key expired",
		},
		"a revoked key": {
			func(t *testing.T, s *sample) {
				s.signedBy(t, 0, 1, 2)
				require.NoError(t, s.builders[2].entity.RevokeKey(packet.KeyCompromised, "lost", at(signed)))
				s.published.Keys["cid"] = s.builders[2].file(t)
			},
			"cid: openpgp: signature made by revoked key",
		},
		"a signature of the future": {
			func(t *testing.T, s *sample) {
				s.signedBy(t, 0, 1)
				s.published.Signatures = append(s.published.Signatures, s.builders[2].sign(t, s.published.Sums, now.Add(time.Hour))...)
			},
			"cid: signature is of the future",
		},
		"a changed list": {
			func(t *testing.T, s *sample) {
				s.signedBy(t, 0, 1, 2, 3)
				s.published.Sums = bytes.ReplaceAll(s.published.Sums, []byte("b.tar.gz"), []byte("c.tar.gz"))
			},
			"SHA256SUMS: the signature of ann does not fit",
		},
		"one signature of another list among enough": {
			func(t *testing.T, s *sample) {
				s.signedBy(t, 0, 1, 2)
				s.published.Signatures = append(s.published.Signatures, s.builders[3].sign(t, []byte("other"), signed)...)
			},
			"SHA256SUMS: the signature of dan does not fit",
		},
		"a file that is not in the list": {
			func(t *testing.T, s *sample) {
				s.signedBy(t, 0, 1, 2)
				s.files = append(s.files, File{Name: "z.tar.gz", SHA256: s.files[0].SHA256})
			},
			"SHA256SUMS: z.tar.gz is missing, want an entry",
		},
		"another hash than the pinned one": {
			func(t *testing.T, s *sample) { s.signedBy(t, 0, 1, 2); s.files[0].SHA256 = strings.Repeat("0", 64) },
			"want the pinned " + strings.Repeat("0", 64),
		},
		"a name that stands twice": {
			func(t *testing.T, s *sample) {
				s.published.Sums = append(s.published.Sums, fmt.Sprintf("%064d  a.tar.gz\n", 1)...)
				s.signedBy(t, 0, 1, 2)
			},
			"SHA256SUMS: a.tar.gz stands twice, want one hash",
		},
		"no files": {
			func(t *testing.T, s *sample) { s.signedBy(t, 0, 1, 2); s.files = nil },
			"files is empty, want what is built from",
		},
		"no signatures": {
			func(_ *testing.T, s *sample) { s.published.Signatures = []byte("nothing\n") },
			"SHA256SUMS.asc: no signature in it",
		},
		"a minimum of one": {
			func(t *testing.T, s *sample) { s.signedBy(t, 0, 1, 2); s.policy.Minimum = 1 },
			"minimum is 1, want 2 to 4, the number of keys",
		},
		"a short fingerprint": {
			func(t *testing.T, s *sample) {
				s.signedBy(t, 0, 1, 2)
				s.policy.Keys[0].Fingerprint = "0123456789ABCDEF"
			},
			`key of ann: fingerprint is "0123456789ABCDEF", want 40 upper-case hex digits`,
		},
		"one fingerprint for two builders": {
			func(t *testing.T, s *sample) {
				s.signedBy(t, 0, 1, 2)
				s.policy.Keys[1].Fingerprint = s.policy.Keys[0].Fingerprint
			},
			`key of "bob": want a builder and a fingerprint that stand once`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSample(t)
			c.change(t, &s)
			_, err := s.policy.Verify(s.published, s.files, now)
			require.ErrorContains(t, err, c.want)
		})
	}
}

// An expiry counts now, not when the signature says it was made: whoever finds an old key can write any date.
func TestVerify_TakesTheKeyBeforeItExpires(t *testing.T) {
	s := newSample(t)
	config := at(made)
	config.KeyLifetimeSecs = uint32((14 * 24 * time.Hour).Seconds())
	s.replace(t, 2, newBuilder(t, "cid", config))
	s.signedBy(t, 0, 1, 2)
	_, err := s.policy.Verify(s.published, s.files, made.AddDate(0, 0, 10))
	require.NoError(t, err)
}

func TestCheck_RefusesATamperedFile(t *testing.T) {
	file := newSample(t).files[0]
	require.NoError(t, file.Check(strings.NewReader(archive)))
	require.ErrorContains(t, file.Check(strings.NewReader(archive+"!")), "a.tar.gz: sha256 is")
	require.ErrorContains(t, file.Check(strings.NewReader(archive[:5])), "want the pinned")
}
