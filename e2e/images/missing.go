package images

// unavailable are images that stack regtest needs and no package registry has the content of.
var unavailable = map[string]string{
	"grafana":                     "no Debian package has it, and its pages are built from its repository, which is no package",
	"lndmon":                      "not a Go module that resolves",
	"bitcoin-prometheus-exporter": "a Python script of a repository, which is no package; its library riprova is not in Debian",
}

// notDeployed is why nothing is assembled for the rest of the lock.
const notDeployed = "no pod of stack regtest needs it"

// listMissing gives a reason for every image that has no content here, in the order of the lock; those that are not locked follow.
func listMissing(lock []locked, all []named, why map[string]string) []Missing {
	have := map[string]bool{}
	for _, image := range all {
		have[image.Name] = true
	}
	var missing []Missing
	add := func(name, reason string) {
		if !have[name] {
			missing = append(missing, Missing{Name: name, Why: reason})
			have[name] = true
		}
	}
	for _, l := range lock {
		reason := notDeployed
		for _, known := range []map[string]string{unavailable, why} {
			if known[l.Name] != "" {
				reason = known[l.Name]
			}
		}
		add(l.Name, reason)
	}
	for _, r := range recipes() {
		add(r.name, why[r.name])
	}
	return missing
}
