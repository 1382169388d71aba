package logging

// The expressions keep to what Ruby and Go both understand, so that the tests can run them: no look-around, no back references, and
// \A and \z instead of ^ and $, which mean the ends of a line in Ruby.

const (
	// lndLine is a line of lnd: 2026-11-22 10:00:00.000 [INF] LNWL: message. With debug information the file stands behind the subsystem.
	lndLine = `\A(?<time>\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}\.\d{3}) \[(?<level>TRC|DBG|INF|WRN|ERR|CRT)\] (?<subsystem>[A-Z0-9]{4})(?: [\w./-]+:\d+)?: (?<message>.*)\z`
	// bitcoindLine is a line of Bitcoin Core: a time, what is in brackets, the message. In brackets stand category and level, a level
	// alone, a category alone (then the level is debug), or nothing (then it is info); see GetLogPrefix in src/logging.cpp.
	bitcoindLine = `\A(?<time>\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?Z) (?:\[(?:(?<subsystem>[a-z0-9_]+):)?(?<level>trace|debug|info|warning|error)\] |\[(?<category>[a-z0-9_]+)\] )?(?<message>.*)\z`
)

// redacted is what a reader sees in a secret's place. It must not begin with a bracket, which fluentd would read as JSON.
const redacted = "(redacted)"

// redaction is one expression whose matches must not leave the node. It errs on the side of the funds: a line that loses a harmless
// word is still of use, a seed in Elasticsearch is not.
type redaction struct {
	name, expression string
	// keeps leaves the first group, which says what was there.
	keeps bool
}

// redactions are in the order in which they are done.
func redactions() []redaction {
	return []redaction{
		{name: "a private key in PEM", expression: `-----BEGIN [A-Z0-9 ]*PRIVATE KEY.*`},
		// Its other lines, each logged by itself: base64 and nothing else.
		{name: "a line of base64", expression: `\A\s*[A-Za-z0-9+/]{40,}={0,2}\s*\z`},
		// Words of BIP 39 have three to eight letters. Twelve of these in a row hardly ever make a sentence: it would need an article.
		{name: "a seed of twelve words or more", expression: `(?:\b[a-z]{3,8}\b[\s,"']{1,8}){11,}[a-z]{3,8}\b`},
		// As lncli and aezeed print it, four words a line: 1. absent   2. above.
		{name: "numbered words of a seed", expression: `(?:\b\d{1,2}[.):]\s{0,4}[a-z]{3,8}\b[\s,]*){3,}`},
		{name: "a macaroon in hex", expression: `(?i:0201036c6e64)[0-9a-fA-F]*`},
		{name: "a macaroon in base64", expression: `AgEDbG5k[A-Za-z0-9+/_=-]*`},
		{name: "an extended private key", expression: `\b[xyzYZtuvUV]prv[1-9A-HJ-NP-Za-km-z]{50,}`},
		{name: "a private key in WIF", expression: `\b[5KLc9][1-9A-HJ-NP-Za-km-z]{50,51}\b`},
		// A salt and a hash, which can be searched for the password.
		{name: "an rpcauth", expression: `[\w.-]+:[0-9a-f]{32}\$[0-9a-f]{64}`},
		// These may be several words: all that follows goes.
		{
			name:       "a seed or passphrase by its name",
			expression: `((?i:\b(?:mnemonic|seed[ _-]?phrase|cipher[ _-]?seed|pass[ _-]?phrase|wallet[ _-]?seed)(?:[ _-]?words)?)["']?\s*[=:]).*`,
			keeps:      true,
		},
		{
			name:       "a value by its name",
			expression: `((?i:(?:passwo?r?d|rpcauth|secret|api[ _-]?key|priv(?:ate)?[ _-]?key|token|macaroon|preimage))["']?\s*[=:]\s*)(?:"[^"]*"|'[^']*'|[^\s,;&]+)`,
			keeps:      true,
		},
		{name: "an authorization header", expression: `((?i:\b(?:basic|bearer)\s+))[A-Za-z0-9+/=._~-]{8,}`, keeps: true},
		{name: "a password in an address", expression: `(://[^/\s:@]*:)[^/\s@]+@`, keeps: true},
	}
}

// replacement is what stands in a match's place, in Ruby's notation.
func (r redaction) replacement() string {
	if r.keeps {
		return `\1` + redacted
	}
	return redacted
}
