package config

import (
	"regexp"
	"strconv"

	"k8s.io/apimachinery/pkg/api/resource"
)

const (
	mib = 1 << 20
	gib = 1 << 30
	// maxSize is the largest gp3 volume of Amazon EBS, 64 TiB; whoever writes more meant another unit.
	maxSize = 64 << 40
	// maxCPU is more than an instance of any pool has; whoever writes more meant another unit.
	maxCPU = 1024

	wantSize = "a size such as 100Gi, above 0 and at most 64Ti"
	wantCPU  = "a number of CPUs such as 500m or 2, above 0 and at most 1024"
)

// checkSize reads a Kubernetes quantity as bytes, and records a text that is no size.
func checkSize(path, text string, found *mistakes) (int64, bool) {
	size, ok := positive(text, maxSize)
	if !ok {
		found.add(path, text, wantSize)
		return 0, false
	}
	return size.Value(), true
}

// checkCPU records a text that is no number of CPUs, or none at all.
func checkCPU(path, text string, found *mistakes) {
	if _, ok := positive(text, maxCPU); !ok {
		found.add(path, text, wantCPU)
	}
}

// quantityForm is the part of the grammar that people write. Without it, comparing "1E2147483647" with anything, as
// apimachinery v0.35 does it, takes longer than ten minutes.
var quantityForm = regexp.MustCompile(`^[0-9]{1,15}(\.[0-9]{1,9})?([mkMGT]|[KMGT]i)?$`)

// positive reads a quantity above 0 and up to a limit, and whether it is one.
func positive(text string, limit int64) (resource.Quantity, bool) {
	if !quantityForm.MatchString(text) {
		return resource.Quantity{}, false
	}
	quantity, err := resource.ParseQuantity(text)
	most := resource.NewQuantity(limit, resource.DecimalSI)
	return quantity, err == nil && quantity.Sign() > 0 && quantity.Cmp(*most) <= 0
}

// inGi and inMi write a number of bytes as the smallest whole size that holds it.
func inGi(size int64) string { return strconv.FormatInt((size+gib-1)/gib, 10) + "Gi" }
func inMi(size int64) string { return strconv.FormatInt((size+mib-1)/mib, 10) + "Mi" }
