package bitcoin

import (
	"regexp"
	"slices"
	"strings"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

// option is one option of a node, from a configuration file or the command line.
type option struct{ key, value string }

// conf are the options of a node as far as they are known.
type conf struct {
	options []option
	// open are texts that could hold options and are not known yet.
	open []pack.Value
}

// assumed is the answer to whether something stands in what is not known yet.
func (c conf) assumed() bool {
	return slices.ContainsFunc(c.open, func(v pack.Value) bool { return v.Is("") })
}

// all returns the values of the options of these names.
func (c conf) all(keys ...string) []string {
	var values []string
	for _, o := range c.options {
		if slices.Contains(keys, o.key) {
			values = append(values, o.value)
		}
	}
	return values
}

// has tells whether an option of one of these names stands there, or could.
func (c conf) has(keys ...string) bool { return len(c.all(keys...)) > 0 || c.assumed() }

// always tells whether the option is given, and wherever it is with a value that holds. bitcoind takes the first of several, lnd
// the last one, so all have to be good.
func (c conf) always(holds func(value string) bool, keys ...string) bool {
	values := c.all(keys...)
	if slices.ContainsFunc(values, func(v string) bool { return !holds(v) }) {
		return false
	}
	return len(values) > 0 || c.assumed()
}

// on tells whether a switch is on wherever it stands.
func (c conf) on(key string) bool { return slices.ContainsFunc(c.all(key), yes) }

// off tells whether a switch of bitcoind is given as off, as key=0 or nokey=1.
func (c conf) off(key string) bool {
	if c.on(key) || slices.ContainsFunc(c.all("no"+key), no) {
		return false
	}
	return c.has(key, "no"+key)
}

func yes(value string) bool { return !no(value) }

func no(value string) bool {
	return slices.Contains([]string{"0", "false", "no", "off"}, strings.ToLower(value))
}

// parse reads a file of key=value lines, in sections or not. A key alone is a switch that is on.
func parse(text string) []option {
	var options []option
	for _, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.ContainsAny(line[:1], "#;[") {
			continue
		}
		options = append(options, split(line))
	}
	return options
}

func split(text string) option {
	key, value, given := strings.Cut(text, "=")
	if !given {
		value = "1"
	}
	key = strings.TrimSpace(key)
	return option{key: key[len(key)-len(strings.TrimLeft(key, "-")):], value: strings.Trim(strings.TrimSpace(value), `"'`)}
}

// arguments reads the options on a container's command line, those inside of shell scripts too.
func arguments(c pack.Value) conf {
	var found conf
	for _, list := range []pack.Value{c.At("command"), c.At("args")} {
		if !list.Known() {
			found.open = append(found.open, list)
		}
		for _, word := range list.List() {
			if !word.Known() {
				found.open = append(found.open, word)
			}
			for _, field := range strings.Fields(word.Text()) {
				if field = strings.Trim(field, `"'`); strings.HasPrefix(field, "-") {
					found.options = append(found.options, split(field))
				}
			}
		}
	}
	return found
}

// options are how lines begin by which a file shows whose it is: the words are looked for first, as an expression takes ten times
// as long and files of other programs are long.
type options struct {
	words []string
	line  *regexp.Regexp
}

var (
	lndOptions = options{
		[]string{"bitcoin", "protocol.", "wtclient.", "healthcheck.", "wallet-unlock-", "noseedbackup", "no-macaroons", "rpclisten", "restlisten"},
		regexp.MustCompile(`^((bitcoind|bitcoin|protocol|wtclient|healthcheck)\.[a-z0-9.-]+\s*=|(wallet-unlock-[a-z-]+|noseedbackup|no-macaroons|rpclisten|restlisten)\b)`),
	}
	bitcoindOptions = options{
		[]string{"rpc", "zmqpub", "dbcache", "txindex", "prune", "natpmp", "disablewallet", "chain"},
		regexp.MustCompile(`^(rpc(allowip|auth|bind|password|port|user|whitelist|whitelistdefault)|zmqpub[a-z]+|dbcache|txindex|prune|natpmp|disablewallet|chain)\s*=`),
	}
)

// in tells whether a line of the text begins with one of the options, white space apart.
func (o options) in(text string) bool {
	for rest := text; rest != ""; {
		line, after, _ := strings.Cut(rest, "\n")
		begin := strings.TrimLeft(line, "\t\f\r ")
		// What follows the line counts too: the expression lets an equals sign stand on the next one.
		if slices.ContainsFunc(o.words, func(word string) bool { return strings.HasPrefix(begin, word) }) && o.line.MatchString(rest[len(line)-len(begin):]) {
			return true
		}
		rest = after
	}
	return false
}

// files returns the texts of a ConfigMap that are configuration files of the program: by the name of the key, or by what is in them.
func (p program) files(r pack.Resource) []pack.Value {
	own, key := bitcoindOptions, "bitcoin"
	if p == lnd {
		own, key = lndOptions, "lnd"
	}
	var found []pack.Value
	for _, name := range r.At("data").Keys() {
		text := r.At("data", name)
		named := strings.HasPrefix(name, key) && strings.HasSuffix(name, ".conf")
		if named || text.Known() && !isJSON(text.Text()) && own.in(text.Text()) || !text.Known() && p.could(r) {
			found = append(found, text)
		}
	}
	return found
}

// isJSON tells whether a text is an object in JSON, such as a dashboard: neither program reads options from one, and they are long.
func isJSON(text string) bool { return strings.HasPrefix(strings.TrimLeft(text, " \t\r\n"), "{") }

// could tells whether a text in the ConfigMap that is not known yet may be the program's: unless it is labelled as another's.
func (p program) could(r pack.Resource) bool {
	label := r.Label(nameLabel)
	return label.Absent() || label.Is(string(p))
}

func read(file pack.Value) conf {
	if !file.Known() {
		file.Text()
		return conf{open: []pack.Value{file}}
	}
	return conf{options: parse(file.Text())}
}

// conf returns the options of the program in a workload: its command line and the ConfigMaps that it mounts.
func (p program) conf(s pack.Stack, w workload) conf {
	var found conf
	add := func(more conf) {
		found.options, found.open = append(found.options, more.options...), append(found.open, more.open...)
	}
	for _, c := range p.daemons(w.pod) {
		add(arguments(c))
	}
	for _, m := range s.Near(w.about.Namespace(), pack.Kinds("ConfigMap")) {
		if !w.mounts(m, "configMap", "name") {
			continue
		}
		if data := m.At("data"); !data.Known() {
			found.open = append(found.open, data)
		}
		for _, file := range p.files(m) {
			add(read(file))
		}
	}
	return found
}

// source is a text with options of a program, and where it stands.
type source struct {
	conf
	where string
}

// sources returns what a single resource says to the program: the files of a ConfigMap, or the command lines of pods. Of pods all
// containers count, because the first start of a node often happens in an init container.
func (p program) sources(r pack.Resource) []source {
	var found []source
	if r.Kind() == "ConfigMap" {
		for _, file := range p.files(r) {
			found = append(found, source{read(file), "A configuration file in data"})
		}
		return found
	}
	for _, pod := range p.pods(r) {
		for _, c := range pod.Containers() {
			found = append(found, source{arguments(c), "The command line of " + c.Path()})
		}
	}
	return found
}

// configured are the types that sources reads.
func configured() pack.Types { return pack.PodCarriers().And(pack.Kinds("ConfigMap")) }
