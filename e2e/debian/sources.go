package debian

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// source is one place that apt gets packages from.
type source struct {
	uris, suites, components []string
	keyring                  string // what Signed-By says; empty: apt's common keyrings
}

// machine is what has to be known of the Debian machine that this runs on.
type machine struct {
	architecture string // as dpkg calls it
	codename     string // of the release
	keyring      string // the file with Debian's own signing keys
	sources      []source
	acquire      []string // the machine's own apt settings on how to download: proxies, timeouts
}

// debianKeyrings are the places where the package debian-archive-keyring puts Debian's signing keys (the second one since Debian 13).
var debianKeyrings = []string{"/usr/share/keyrings/debian-archive-keyring.gpg", "/usr/share/keyrings/debian-archive-keyring.pgp"}

// thisMachine reads what the machine has configured.
func thisMachine(ctx context.Context) (machine, error) {
	var m machine
	for _, program := range []string{"apt-get", "apt-config", "dpkg", "dpkg-deb", "tar"} {
		if _, err := exec.LookPath(program); err != nil {
			return m, fmt.Errorf("%s is not on PATH: this needs Debian's apt-get, apt-config, dpkg, dpkg-deb and tar: use a Debian machine", program)
		}
	}
	architecture, err := output(ctx, nil, "dpkg", "--print-architecture")
	if err != nil {
		return m, err
	}
	m.architecture = strings.TrimSpace(architecture)
	release, err := os.ReadFile("/etc/os-release")
	if err != nil {
		return m, fmt.Errorf("the release of this machine: %w", err)
	}
	if m.codename = codename(string(release)); m.codename == "" {
		return m, fmt.Errorf("/etc/os-release has no VERSION_CODENAME: this needs Debian's apt-get on a release of Debian")
	}
	for _, path := range debianKeyrings {
		if _, err := os.Stat(path); err == nil && m.keyring == "" {
			m.keyring = path
		}
	}
	if m.keyring == "" {
		return m, fmt.Errorf("%s is not there: this needs Debian's signing keys: install the package debian-archive-keyring", debianKeyrings[0])
	}
	if m.sources, err = readSources("/etc/apt"); err != nil {
		return m, err
	}
	settings, err := output(ctx, nil, "apt-config", "dump")
	if err != nil {
		return m, err
	}
	m.acquire = acquire(settings)
	return m, nil
}

func codename(osRelease string) string {
	for line := range strings.Lines(osRelease) {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), "VERSION_CODENAME="); ok {
			return strings.Trim(value, `"'`)
		}
	}
	return ""
}

// acquire keeps the settings on downloading. What the machine adds to be fetched beside the lists (descriptions of applications) isn't wanted, and its hooks
// must not run: some of them empty the machine's own archive folder.
func acquire(settings string) []string {
	var kept []string
	for line := range strings.Lines(settings) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "Acquire::") && !strings.HasPrefix(line, "Acquire::IndexTargets") && !strings.HasPrefix(line, "Acquire::Languages") {
			kept = append(kept, line)
		}
	}
	return kept
}

// readSources reads the sources of apt in both of its formats (sources.list(5)).
func readSources(etc string) ([]source, error) {
	paths, err := filepath.Glob(filepath.Join(etc, "sources.list.d", "*"))
	if err != nil {
		return nil, err
	}
	var all []source
	for _, path := range append([]string{filepath.Join(etc, "sources.list")}, paths...) {
		parse := map[string]func(string) []source{".list": parseList, ".sources": parseSources}[filepath.Ext(path)]
		if parse == nil {
			continue
		}
		text, err := os.ReadFile(path)
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("sources of apt: %w", err)
		}
		all = append(all, parse(string(text))...)
	}
	return all, nil
}

// parseList reads one line for each source: deb [option=value ...] URI suite component...
func parseList(text string) []source {
	var all []source
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		rest, ok := strings.CutPrefix(strings.Join(strings.Fields(line), " "), "deb ")
		if !ok {
			continue
		}
		var s source
		if options, after, ok := strings.Cut(rest, "]"); ok && strings.HasPrefix(rest, "[") {
			for _, option := range strings.Fields(strings.TrimPrefix(options, "[")) {
				if value, ok := strings.CutPrefix(option, "signed-by="); ok {
					s.keyring = value
				}
			}
			rest = after
		}
		words := strings.Fields(rest)
		if len(words) < 3 {
			continue
		}
		s.uris, s.suites, s.components = words[:1], words[1:2], words[2:]
		all = append(all, s)
	}
	return all
}

// parseSources reads paragraphs of fields, the deb822 format.
func parseSources(text string) []source {
	var all []source
	fields, last := map[string]string{}, ""
	flush := func() {
		if slices.Contains(strings.Fields(fields["types"]), "deb") && strings.TrimSpace(fields["enabled"]) != "no" {
			all = append(all, source{
				uris:       strings.Fields(fields["uris"]),
				suites:     strings.Fields(fields["suites"]),
				components: strings.Fields(fields["components"]),
				keyring:    strings.TrimSpace(fields["signed-by"]),
			})
		}
		fields, last = map[string]string{}, ""
	}
	lines := bufio.NewScanner(strings.NewReader(text))
	for lines.Scan() {
		line := lines.Text()
		switch {
		case strings.HasPrefix(line, "#"):
		case strings.TrimSpace(line) == "":
			flush()
		case line[0] == ' ' || line[0] == '\t':
			fields[last] += " " + strings.TrimSpace(line)
		default:
			name, value, _ := strings.Cut(line, ":")
			last = strings.ToLower(strings.TrimSpace(name))
			fields[last] = value
		}
	}
	flush()
	return all
}

// stanzas are the sources of one set, in apt's format. They are always checked with Debian's own keys, whatever else the machine trusts.
func (m machine) stanzas(suite string) (string, error) {
	var out strings.Builder
	write := func(uris, suites []string) {
		uris = slices.Clone(uris)
		for i := range uris {
			// Of a mirror on this machine apt would use the archives where they lie; this makes it bring them as from any other.
			if path, ok := strings.CutPrefix(uris[i], "file:"); ok {
				uris[i] = "copy:" + path
			}
		}
		fmt.Fprintf(&out, "Types: deb\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: %s\n\n", strings.Join(uris, " "), strings.Join(suites, " "), m.keyring)
	}
	for _, names := range [][]string{{m.codename}, {"stable", "oldstable", "testing", "unstable", "sid"}} {
		for _, s := range m.sources {
			own := slices.DeleteFunc(slices.Clone(s.suites), func(suite string) bool { return !slices.Contains(names, stem(suite)) })
			switch {
			case len(own) == 0 || len(s.uris) == 0 || !slices.Contains(s.components, "main") || !s.debians():
			case suite == "":
				write(s.uris, own)
			case slices.ContainsFunc(own, func(suite string) bool { return suite == stem(suite) }):
				// Security updates lie on a mirror of their own, which has no other suites.
				write(s.uris, []string{suite})
				return out.String(), nil
			}
		}
		if out.Len() > 0 {
			return out.String(), nil
		}
	}
	return "", fmt.Errorf("/etc/apt has no source of Debian's %s: this needs a Debian mirror: name one in /etc/apt/sources.list.d", cmp.Or(suite, m.codename))
}

// stem is the release of a suite: that of its updates and security updates too.
func stem(suite string) string {
	end := strings.IndexAny(suite, "-/")
	if end < 0 {
		return suite
	}
	return suite[:end]
}

// debians says whether the source is Debian's own: other publishers name their suites after Debian's releases, but sign with keys of their own.
func (s source) debians() bool {
	return s.keyring == "" || strings.HasPrefix(filepath.Base(s.keyring), "debian-archive-")
}
