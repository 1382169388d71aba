package microservices

import (
	"regexp"
	"strings"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

// The rules violate unless something good is found, and ask for the good only with predicates that are true under the same
// assumption. A bad thing and its excuse, both unknown, would cancel each other out otherwise: where a rule has to ask for a
// name before it looks at a value, it reads the name with Text, which leaves an unknown one undecided.

// windows tells whether the pod says that it runs on Windows, where the fields of Linux security contexts may not be set.
func windows(p pack.Pod) bool { return p.Spec.At("os", "name").Is("windows") }

// userNamespace tells whether the pod has users of its own: its root is nobody on the node. Pod Security lets such pods be root
// since 1.35.
func userNamespace(p pack.Pod) bool { return p.Spec.At("hostUsers").Is(false) }

// isObject tells whether the value is an object, an empty one too: emptyDir: {} is a volume. Is compares what is no scalar by
// its kind.
func isObject(v pack.Value) bool { return v.Is(map[string]any{}) }

// keyMaterial is what only secrets look like: private keys, access keys, extended private keys, macaroons of lnd, password hashes
// of bitcoind, tokens and passwords in addresses.
var keyMaterial = regexp.MustCompile(strings.Join([]string{
	`-----BEGIN [A-Z0-9 ]*PRIVATE KEY`,
	`\b(AKIA|ASIA)[0-9A-Z]{16}\b`,
	`\b[tuvxyzTUVXYZ]prv[1-9A-HJ-NP-Za-km-z]{50,}`,
	`\b0201036c6e64[0-9a-fA-F]{8,}`,
	`\b[0-9a-f]{16,64}\$[0-9a-f]{64}\b`,
	`\bgh[pousr]_[A-Za-z0-9]{30,}|\bglpat-[A-Za-z0-9_-]{20,}|\bxox[abprs]-[A-Za-z0-9-]{10,}`,
	`\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}`,
	`://[^/\s:@]*:[^/\s@$]+@`,
}, "|"))

// keyWords are what a line has one of, in lower case, when keyMaterial matches it.
var keyWords = []string{"private key", "akia", "asia", "prv", "0201036c6e64", "$", "gh", "glpat-", "xox", "eyj", "://"}

// harmless is what stands where a secret could and is none: a switch, a path, a reference to something else.
var harmless = regexp.MustCompile(`^((?i:true|false|yes|no|on|off|null|none)|(\.{0,2}|~)/.*|file:.*|\$(\{[^}]*\}|\([^)]*\)|[A-Z_][A-Z0-9_]*)|\{\{.*\}\}|<[^>]*>)$`)
