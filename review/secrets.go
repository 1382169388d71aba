package review

import (
	"regexp"
	"strings"
)

// secretShapes are texts that look like a secret. The policy pack prints no value, and is tested for that; what a comment has shown cannot
// be taken back, though.
var secretShapes = []*regexp.Regexp{
	regexp.MustCompile(`(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|$)`),
	// Tokens of GitLab, GitHub, AWS, Slack and Pulumi, JSON web tokens, and extended private keys of Bitcoin (BIP 32).
	regexp.MustCompile(`\b(gl[a-z]{2,8}-|gh[pousr]_|github_pat_|AKIA|ASIA|xox[abpr]-|pul-)[A-Za-z0-9_.\-]{12,}`),
	regexp.MustCompile(`\beyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-.]+`),
	regexp.MustCompile(`\b[xyztuv]prv[1-9A-HJ-NP-Za-km-z]{20,}`),
	// A seed: BIP 39 has 12 words at least and lnd's 24, of 3 to 8 letters each. Prose has shorter or longer words between.
	regexp.MustCompile(`\b[a-z]{3,8}(?:\s+(?:\d{1,2}[.:)]\s*)?[a-z]{3,8}){11,}\b`),
	regexp.MustCompile(`\b[a-z]{3,8}(?:["']?,\s*["']?[a-z]{3,8}){11,}\b`),
	regexp.MustCompile(`(?i)(password|passphrase|passwd|secret|token|api[_-]?key|macaroon|seed)\s*[=:]\s*\S+`),
	// Keys, macaroons and hashes; a digest that says what it is stays.
	regexp.MustCompile(`(?i)(sha256:)?\b[0-9a-f]{32,}`),
	regexp.MustCompile(`(sha256:)?[A-Za-z0-9+/]{40,}={0,2}`),
}

var digest = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)

const withheld = "[withheld]"

// conceal takes what looks like a secret out of a text.
func conceal(text string) string {
	for _, shape := range secretShapes {
		text = shape.ReplaceAllStringFunc(text, func(found string) string {
			if digest.MatchString(found) {
				return found
			}
			return withheld
		})
	}
	return strings.ToValidUTF8(text, "\uFFFD")
}
