// Package images reads the lock file of container images. A digest in it is copied from evidence that stands beside it, never invented.
package images

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
)

//go:embed images.lock.json
var lockFile []byte

// Name names an image of the lock file.
type Name string

// The images that workloads of this program run.
const (
	Bitcoind         Name = "bitcoind"
	BitcoindExporter Name = "bitcoin-prometheus-exporter"
	Lnd              Name = "lnd"
	Lndmon           Name = "lndmon"
	Prometheus       Name = "prometheus"
	Alertmanager     Name = "alertmanager"
	Grafana          Name = "grafana"
	KubeStateMetrics Name = "kube-state-metrics"
	NodeExporter     Name = "node-exporter"
	Elasticsearch    Name = "elasticsearch"
	Kibana           Name = "kibana"
	Fluentd          Name = "fluentd"
	NginxIngress     Name = "nginx-ingress"
	OAuth2Proxy      Name = "oauth2-proxy"
)

// Image is one locked container image.
type Image struct {
	// Name is the image's key in the lock file.
	Name Name `json:"name"`
	// Reference is registry, repository and tag.
	Reference string `json:"reference"`
	// Digest is sha256:<64 hex> of the multi-architecture index; empty when no evidence for one was found.
	Digest string `json:"digest"`
	// Evidence says where the digest was seen, or why there is none.
	Evidence string `json:"evidence"`
}

// Ref is what a pod spec names: the reference pinned by its digest, or the bare reference while the image has none.
func (i Image) Ref() string {
	if i.Digest == "" {
		return i.Reference
	}
	return i.Reference + "@" + i.Digest
}

// Version is the reference's tag.
func (i Image) Version() string {
	return referenceForm.FindStringSubmatch(i.Reference)[1]
}

// Lock is the lock file, by name.
type Lock map[Name]Image

var (
	referenceForm = regexp.MustCompile(`^[a-z0-9.-]+\.[a-z]+/[a-z0-9./_-]+:([A-Za-z0-9._-]+)$`)
	digestForm    = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)
)

// Load returns the lock file that is compiled into the program. It fails when an entry is malformed or stands twice.
func Load() (Lock, error) {
	return parse(lockFile)
}

func parse(raw []byte) (Lock, error) {
	var list []Image
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, fmt.Errorf("images.lock.json: %w", err)
	}
	lock := Lock{}
	var mistakes []error
	for _, image := range list {
		if _, twice := lock[image.Name]; twice {
			mistakes = append(mistakes, fmt.Errorf("images.lock.json: %s stands twice", image.Name))
		}
		if !referenceForm.MatchString(image.Reference) {
			mistakes = append(mistakes, fmt.Errorf("images.lock.json: %s: reference is %q, want registry/repository:tag", image.Name, image.Reference))
		}
		if image.Digest != "" && !digestForm.MatchString(image.Digest) {
			mistakes = append(mistakes, fmt.Errorf("images.lock.json: %s: digest is %q, want sha256: and 64 hex digits, or nothing", image.Name, image.Digest))
		}
		if image.Evidence == "" {
			mistakes = append(mistakes, fmt.Errorf("images.lock.json: %s: evidence is missing, want where the digest was seen", image.Name))
		}
		lock[image.Name] = image
	}
	return lock, errors.Join(mistakes...)
}
