package release

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/armor"
	pgperrors "github.com/ProtonMail/go-crypto/openpgp/errors"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

// maxSignatures bounds the work on a file that somebody made to be long. A release has some twenty.
const maxSignatures = 200

// signers returns the builders of the policy who signed the sums, each once however often.
func (p Policy) signers(published Published, now time.Time) ([]string, error) {
	signatures, err := readSignatures(published.Signatures)
	if err != nil {
		return nil, err
	}
	// Why a builder does not count; whoever reads that too few signed wants to know.
	var reasons []string
	var signers []string
	for _, key := range p.Keys {
		entity, err := key.entity(published.Keys[key.Builder])
		if err != nil {
			reasons = append(reasons, fmt.Sprintf("%s: %v", key.Builder, err))
			continue
		}
		err = signedBy(entity, published.Sums, signatures, now)
		// A signature by a pinned key that does not fit means that the sums are not what the builder saw.
		if mismatch := (mismatchError{}); errors.As(err, &mismatch) {
			return nil, fmt.Errorf("SHA256SUMS: the signature of %s does not fit: %w", key.Builder, mismatch.cause)
		}
		if err != nil {
			reasons = append(reasons, fmt.Sprintf("%s: %v", key.Builder, err))
			continue
		}
		signers = append(signers, key.Builder)
	}
	if len(signers) < p.Minimum {
		return nil, fmt.Errorf("SHA256SUMS: %d builders of the pinned list signed, want %d (signed: %s; not counted: %s)",
			len(signers), p.Minimum, list(signers), list(reasons))
	}
	return signers, nil
}

func list(parts []string) string {
	if len(parts) == 0 {
		return "none"
	}
	return strings.Join(parts, ", ")
}

// entity finds the key with the pinned fingerprint in the builder's key file. Other keys in the file are ignored.
func (k Key) entity(file []byte) (*openpgp.Entity, error) {
	if len(file) == 0 {
		return nil, errors.New("no key file")
	}
	read := openpgp.ReadKeyRing
	if bytes.HasPrefix(bytes.TrimSpace(file), []byte("-----BEGIN PGP")) {
		read = openpgp.ReadArmoredKeyRing
	}
	keys, err := read(bytes.NewReader(file))
	if err != nil {
		return nil, fmt.Errorf("key file cannot be read: %w", err)
	}
	for _, entity := range keys {
		if strings.ToUpper(hex.EncodeToString(entity.PrimaryKey.Fingerprint)) == k.Fingerprint {
			return entity, nil
		}
	}
	return nil, errors.New("key file lacks the pinned fingerprint")
}

// mismatchError is a signature that names the key and does not fit what was signed.
type mismatchError struct{ cause error }

func (e mismatchError) Error() string { return e.cause.Error() }

// signedBy tells why the key's owner did not sign; nil when one signature counts.
func signedBy(entity *openpgp.Entity, sums []byte, signatures []*packet.Signature, now time.Time) error {
	reason := errors.New("no signature")
	for _, signature := range signatures {
		if signature.IssuerKeyId == nil || !hasKey(entity, *signature.IssuerKeyId) {
			continue
		}
		err := check(entity, sums, signature, now)
		if err == nil {
			return nil
		}
		if errors.As(err, &mismatchError{}) {
			return err
		}
		reason = err
	}
	return reason
}

func hasKey(entity *openpgp.Entity, id uint64) bool {
	return entity.PrimaryKey.KeyId == id ||
		slices.ContainsFunc(entity.Subkeys, func(s openpgp.Subkey) bool { return s.PublicKey.KeyId == id })
}

func check(entity *openpgp.Entity, sums []byte, signature *packet.Signature, now time.Time) error {
	if signature.CreationTime.After(now) {
		return errors.New("signature is of the future")
	}
	var raw bytes.Buffer
	if err := signature.Serialize(&raw); err != nil {
		return err
	}
	config := &packet.Config{Time: func() time.Time { return now }}
	_, err := openpgp.CheckDetachedSignature(openpgp.EntityList{entity}, bytes.NewReader(sums), &raw, config)
	var wrong pgperrors.SignatureError
	if errors.As(err, &wrong) {
		return mismatchError{cause: err}
	}
	return err
}

// readSignatures reads all signatures of one or more armored blocks. Bitcoin Core's file is the builders' files, one after the other.
func readSignatures(raw []byte) ([]*packet.Signature, error) {
	const begin = "-----BEGIN PGP SIGNATURE-----"
	var all []*packet.Signature
	blocks := strings.Split(string(raw), begin)
	for _, rest := range blocks[1:] {
		block, err := armor.Decode(strings.NewReader(begin + rest))
		if err != nil {
			return nil, fmt.Errorf("SHA256SUMS.asc: signature %d: %w", len(all)+1, err)
		}
		packets := packet.NewReader(block.Body)
		for {
			next, err := packets.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			// A builder may sign in a way that this library does not know; such a signature only does not count.
			if errors.As(err, new(pgperrors.UnsupportedError)) {
				continue
			}
			if err != nil {
				return nil, fmt.Errorf("SHA256SUMS.asc: signature %d: %w", len(all)+1, err)
			}
			signature, ok := next.(*packet.Signature)
			if !ok || len(all) == maxSignatures {
				return nil, fmt.Errorf("SHA256SUMS.asc: want up to %d signatures and nothing else", maxSignatures)
			}
			all = append(all, signature)
		}
	}
	if len(all) == 0 {
		return nil, errors.New("SHA256SUMS.asc: no signature in it, want armored signatures")
	}
	return all, nil
}
