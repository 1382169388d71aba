// Package random stands in for the pulumi-random provider. The values are as random as the genuine ones; they live in the stack's
// state and nowhere else.
package random

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/big"
	"strings"

	"golang.org/x/crypto/bcrypt"

	"gitlab.com/thinkmassive/satkube/sandbox/standin"
)

// Version is that of the Go SDK which the program uses.
const Version = "4.18.2"

// New returns the stand-in; base brings what all stand-ins share.
func New(base standin.Provider) standin.Provider {
	kinds := table()
	base.Package, base.Version = "random", Version
	base.Kind = func(token string) (*standin.Kind, error) {
		if k := kinds[token]; k != nil {
			return k, nil
		}
		return nil, fmt.Errorf("%s has no stand-in: add it to sandbox/random/random.go", token)
	}
	return base
}

func table() map[string]*standin.Kind {
	text := []string{
		"keepers", "length", "lower", "minLower", "minNumeric", "minSpecial", "minUpper", "number", "numeric", "overrideSpecial",
		"special", "upper",
	}
	password := textKind(text)
	password.Kept = []string{"result", "bcryptHash"}
	password.Secret = password.Kept
	password.Make = newPassword
	// The genuine provider keeps the password out of the id, which is never encrypted.
	password.ID = func(*standin.Call) string { return "none" }

	str := textKind(text)
	str.Kept = []string{"result"}
	str.Make = newString
	str.ID = func(c *standin.Call) string { return kept(c, "result") }

	return map[string]*standin.Kind{
		"random:index/randomPassword:RandomPassword": password,
		"random:index/randomString:RandomString":     str,
		"random:index/randomBytes:RandomBytes": {
			StateOnly: true,
			Required:  []string{"length"},
			Immutable: []string{"keepers", "length"},
			Refuse:    []standin.Rule{atLeastOne("length")},
			Kept:      []string{"base64", "hex"},
			Secret:    []string{"base64", "hex"},
			Make:      newBytes,
			// The genuine provider's id is the secret itself, in base64 and in clear text. So is ours: whoever looks for secrets in a
			// state must find this one here too.
			ID: func(c *standin.Call) string { return kept(c, "base64") },
		},
		"random:index/randomId:RandomId": {
			StateOnly: true,
			Required:  []string{"byteLength"},
			Immutable: []string{"keepers", "byteLength", "prefix"},
			Refuse:    []standin.Rule{atLeastOne("byteLength")},
			Kept:      []string{"b64Std", "b64Url", "dec", "hex"},
			Make:      newID,
			ID: func(c *standin.Call) string {
				return strings.TrimPrefix(kept(c, "b64Url"), c.String("prefix"))
			},
		},
	}
}

func textKind(inputs []string) *standin.Kind {
	yes := func(*standin.Call) any { return true }
	zero := func(*standin.Call) any { return 0 }
	return &standin.Kind{
		StateOnly: true,
		Required:  []string{"length"},
		Immutable: inputs,
		Refuse:    []standin.Rule{atLeastOne("length"), longEnough, someAlphabet},
		Defaults: map[string]standin.Output{
			"lower": yes, "upper": yes, "special": yes,
			"number":   func(c *standin.Call) any { return digits(c) },
			"numeric":  func(c *standin.Call) any { return digits(c) },
			"minLower": zero, "minUpper": zero, "minNumeric": zero, "minSpecial": zero,
		},
	}
}

func kept(c *standin.Call, name string) string {
	if v := c.Old(name); v.IsString() {
		return v.StringValue()
	}
	return ""
}

func atLeastOne(property string) standin.Rule {
	return func(c *standin.Call) error {
		if n, given := c.Number(property); given && n < 1 {
			return fmt.Errorf("%s: %s is %v, want at least 1", c.Name, property, n)
		}
		return nil
	}
}

// alphabet is one of the four sets of characters that a text may draw from.
type alphabet struct {
	chars string
	used  bool
	min   int
}

// digits tells whether digits are wanted; number is the old name of numeric.
func digits(c *standin.Call) bool {
	return !(c.Has("numeric") && !c.Bool("numeric")) && !(c.Has("number") && !c.Bool("number"))
}

func alphabets(c *standin.Call) []alphabet {
	wanted := func(name string) bool { return !c.Has(name) || c.Bool(name) }
	least := func(name string) int { n, _ := c.Number(name); return int(n) }
	special := "!@#$%&*()-_=+[]{}<>:?"
	if c.Has("overrideSpecial") {
		special = c.String("overrideSpecial")
	}
	return []alphabet{
		{"abcdefghijklmnopqrstuvwxyz", wanted("lower"), least("minLower")},
		{"ABCDEFGHIJKLMNOPQRSTUVWXYZ", wanted("upper"), least("minUpper")},
		{"0123456789", digits(c), least("minNumeric")},
		{special, wanted("special") && special != "", least("minSpecial")},
	}
}

func longEnough(c *standin.Call) error {
	least := 0
	for _, a := range alphabets(c) {
		least += a.min
	}
	if n, given := c.Number("length"); given && int(n) < least {
		return fmt.Errorf("%s: length is %v, want at least %d, the sum of minLower, minUpper, minNumeric and minSpecial", c.Name, n, least)
	}
	return nil
}

func someAlphabet(c *standin.Call) error {
	for _, a := range alphabets(c) {
		if a.used || a.min > 0 {
			return nil
		}
	}
	return fmt.Errorf("%s: lower, upper, numeric and special are all false, want one of them", c.Name)
}

// text draws the required characters of each alphabet, fills up from all of them, and shuffles.
func text(c *standin.Call) (string, error) {
	n, _ := c.Number("length")
	length := int(n)
	var all string
	var out []byte
	for _, a := range alphabets(c) {
		if a.used {
			all += a.chars
		}
		for range a.min {
			ch, err := pick(a.chars)
			if err != nil {
				return "", err
			}
			out = append(out, ch)
		}
	}
	for len(out) < length {
		ch, err := pick(all)
		if err != nil {
			return "", err
		}
		out = append(out, ch)
	}
	for i := len(out) - 1; i > 0; i-- {
		j, err := below(i + 1)
		if err != nil {
			return "", err
		}
		out[i], out[j] = out[j], out[i]
	}
	return string(out), nil
}

func pick(chars string) (byte, error) {
	if chars == "" {
		return 0, fmt.Errorf("no characters to draw from")
	}
	i, err := below(len(chars))
	return chars[i], err
}

func below(n int) (int, error) {
	i, err := rand.Int(rand.Reader, big.NewInt(int64(n)))
	if err != nil {
		return 0, fmt.Errorf("random source: %w", err)
	}
	return int(i.Int64()), nil
}

func newString(c *standin.Call) (map[string]any, error) {
	s, err := text(c)
	return map[string]any{"result": s}, err
}

func newPassword(c *standin.Call) (map[string]any, error) {
	s, err := text(c)
	if err != nil {
		return nil, err
	}
	// bcrypt takes 72 bytes. Nothing real rests on this hash, so it is the cheapest one.
	hash, err := bcrypt.GenerateFromPassword([]byte(s)[:min(len(s), 72)], bcrypt.MinCost)
	if err != nil {
		return nil, fmt.Errorf("hash: %w", err)
	}
	return map[string]any{"result": s, "bcryptHash": string(hash)}, nil
}

func draw(c *standin.Call, property string) []byte {
	n, _ := c.Number(property)
	b := make([]byte, int(n))
	// Read never fails: it ends the process instead.
	_, _ = rand.Read(b)
	return b
}

func newBytes(c *standin.Call) (map[string]any, error) {
	b := draw(c, "length")
	return map[string]any{"base64": base64.StdEncoding.EncodeToString(b), "hex": hex.EncodeToString(b)}, nil
}

func newID(c *standin.Call) (map[string]any, error) {
	b := draw(c, "byteLength")
	prefix := c.String("prefix")
	return map[string]any{
		"b64Std": prefix + base64.StdEncoding.EncodeToString(b),
		"b64Url": prefix + base64.RawURLEncoding.EncodeToString(b),
		"dec":    prefix + new(big.Int).SetBytes(b).String(),
		"hex":    prefix + hex.EncodeToString(b),
	}, nil
}
