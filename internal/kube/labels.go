package kube

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
)

// App says what a workload is; its labels are the ones that Kubernetes recommends.
type App struct {
	// Name is the application, and the name of its Kubernetes objects: bitcoind, lnd.
	Name string
	// Instance tells apart several of them: the node's name.
	Instance string
	// Component is its part in the architecture: chain, lightning.
	Component string
	// Version is the application's version. It is a label but no part of selectors, which cannot change.
	Version string
}

// Selector returns the labels that find the application's pods.
func (a App) Selector() map[string]string {
	return map[string]string{
		"app.kubernetes.io/name":     a.Name,
		"app.kubernetes.io/instance": a.Instance,
	}
}

// Labels returns all labels of the application's objects.
func (a App) Labels() map[string]string {
	labels := Labels()
	maps.Copy(labels, a.Selector())
	labels["app.kubernetes.io/component"] = a.Component
	labels["app.kubernetes.io/version"] = a.Version
	return labels
}

// Labels returns the labels of an object that belongs to the platform and to no single application.
func Labels() map[string]string {
	return map[string]string{
		"app.kubernetes.io/part-of":    "satkube",
		"app.kubernetes.io/managed-by": "pulumi",
	}
}

// Sum changes when one of the texts does.
func Sum(texts ...string) string {
	hash := sha256.New()
	for _, text := range texts {
		fmt.Fprintf(hash, "%d:%s", len(text), text)
	}
	return hex.EncodeToString(hash.Sum(nil)[:8])
}

// Reads is the annotation of a pod template by which a change of what the pods read replaces them.
func Reads(texts ...string) map[string]string {
	return map[string]string{"satkube.com/config": Sum(texts...)}
}
