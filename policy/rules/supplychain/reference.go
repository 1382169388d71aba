package supplychain

import (
	"slices"
	"strings"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

// reference is an image reference taken apart. The repository begins with its registry even where the author left it out.
type reference struct {
	repository, tag, digest string
}

// parse reads an image reference the way containerd does: no registry means Docker Hub, and a single name there means library.
func parse(text string) reference {
	var ref reference
	text, ref.digest, _ = strings.Cut(text, "@")
	if colon := strings.LastIndex(text, ":"); colon > strings.LastIndex(text, "/") {
		text, ref.tag = text[:colon], text[colon+1:]
	}
	host, path, found := strings.Cut(text, "/")
	if !found || !strings.ContainsAny(host, ".:") && host != "localhost" {
		host, path = "docker.io", text
	}
	host = strings.ToLower(host)
	if host == "index.docker.io" || host == "registry-1.docker.io" {
		host = "docker.io"
	}
	if host == "docker.io" && !strings.Contains(path, "/") {
		path = "library/" + path
	}
	ref.repository = host + "/" + path
	return ref
}

// within tells whether the repository is the prefix or stands below it. A prefix ends at a slash, written or not.
func (r reference) within(prefix string) bool {
	prefix = strings.TrimSuffix(prefix, "/")
	return r.repository == prefix || strings.HasPrefix(r.repository, prefix+"/")
}

// base is the last part of the repository.
func (r reference) base() string {
	return r.repository[strings.LastIndex(r.repository, "/")+1:]
}

// images returns every image that the resource's pods run, or mount as a volume.
func images(r pack.Resource) []pack.Value {
	var all []pack.Value
	for _, pod := range r.Pods() {
		for _, c := range pod.Containers() {
			all = append(all, c.At("image"))
		}
		for _, volume := range pod.Spec.At("volumes").List() {
			if slices.Contains(volume.Keys(), "image") {
				all = append(all, volume.At("image", "reference"))
			}
		}
	}
	return all
}

// eachReference calls look with every image, taken apart. One that is not known yet leaves the check undecided.
func eachReference(r pack.Resource, look func(image pack.Value, ref reference)) {
	for _, image := range images(r) {
		if text := image.Text(); image.Known() {
			look(image, parse(text))
		}
	}
}
