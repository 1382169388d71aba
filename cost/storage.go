package cost

import (
	"errors"
	"fmt"
	"math/big"
	"strings"
)

// What gp3 volumes have without being charged: AWS' baseline.
const (
	baselineIOPS       = 3000
	baselineThroughput = 125
)

// disk is a volume's inputs, whatever kind of resource they stand in.
type disk struct{ kind, size, iops, throughput input }

func volumeOf(in input) disk {
	size := in.at("volumeSize")
	kind := in.at("volumeType")
	if !size.given() && !kind.given() {
		size, kind = in.at("size"), in.at("type")
	}
	return disk{kind: kind, size: size, iops: in.at("iops"), throughput: in.at("throughput")}
}

// volume counts that many volumes.
func (c *counter) volume(r Resource, d disk, many int64, what string) {
	gigabytes, err := d.size.count()
	if err == nil && gigabytes == 0 {
		err = d.size.wrong(fmt.Sprintf("a whole number from 1 to %d", mostUnits))
	}
	if err != nil {
		c.unpriced(r, what, err)
		return
	}
	c.sized(r, d, gigabytes, many, what)
}

// sized counts volumes of a size that is known. EBS has sizes in GiB, and bills them as GB.
func (c *counter) sized(r Resource, d disk, gigabytes, many int64, what string) {
	kind, err := d.kind.text()
	if err == nil && kind != "gp3" {
		err = fmt.Errorf("the table has prices of gp3 volumes only, and %s is another", d.kind.path)
	}
	if err != nil {
		c.unpriced(r, what, err)
		return
	}
	if many != 1 {
		what = fmt.Sprintf("%d × %s", many, what)
	}
	c.line(r, fmt.Sprintf("%s: gp3, %d GB", what, gigabytes), "ebs/gp3-gb", gigabytes*many)
	c.beyond(r, d.iops, baselineIOPS, many, what+": IOPS above the baseline", "ebs/gp3-iops")
	c.beyond(r, d.throughput, baselineThroughput, many, what+": MB/s above the baseline", "ebs/gp3-mbps")
}

// beyond counts what is above a baseline that costs nothing.
func (c *counter) beyond(r Resource, in input, baseline, many int64, what, key string) {
	amount, err := in.countOr(baseline)
	if err != nil {
		c.unpriced(r, what, err)
	} else if more := amount - baseline; more > 0 {
		c.line(r, what, key, more*many)
	}
}

// claimTemplates counts the volumes that a StatefulSet claims, one of each template for each replica.
func (c *counter) claimTemplates(r Resource) {
	if !r.at("spec", "volumeClaimTemplates").given() {
		return
	}
	templates, err := r.at("spec", "volumeClaimTemplates").list()
	if err != nil {
		c.unpriced(r, "volumes", err)
		return
	}
	// The API has one replica where none is named.
	replicas, err := r.at("spec", "replicas").countOr(1)
	if err != nil {
		c.unpriced(r, "volumes", err)
		return
	}
	for _, template := range templates {
		name, _ := template.at("metadata", "name").text()
		c.claim(r, template.at("spec"), name, replicas)
	}
}

// claim counts volumes that the cluster makes for a claim.
func (c *counter) claim(r Resource, spec input, name string, many int64) {
	what := strings.TrimSpace("volume " + name)
	class, err := c.class(spec.at("storageClassName"))
	if err != nil {
		c.unpriced(r, what, err)
		return
	}
	provisioner, err := class.at("provisioner").text()
	if err == nil && provisioner != "ebs.csi.aws.com" {
		err = errors.New("its storage class is not of EBS")
	}
	if err != nil {
		c.unpriced(r, what, err)
		return
	}
	parameters := class.at("parameters")
	gigabytes, err := gibibytes(spec.at("resources", "requests", "storage"))
	if parameters.at("iopsPerGB").set() {
		err = errors.New("its storage class has IOPS by size, which the estimate does not follow")
	}
	if err != nil {
		c.unpriced(r, what, err)
		return
	}
	d := disk{kind: parameters.at("type"), iops: parameters.at("iops"), throughput: parameters.at("throughput")}
	c.sized(r, d, gigabytes, many, what)
}

// class is the storage class of that name, or the default one.
func (c *counter) class(name input) (Resource, error) {
	text, err := name.textOr("")
	if err != nil {
		return Resource{}, err
	}
	class, known := c.classes[text]
	if text == "" && len(c.standard) == 1 {
		class, known = c.standard[0], true
	}
	switch {
	case known:
		return class, nil
	case c.unclear:
		return Resource{}, fmt.Errorf("the name of a storage class %w", errUnknown)
	case text == "":
		return Resource{}, fmt.Errorf("%s %w, and the stack has not one default class", name.path, errMissing)
	}
	return Resource{}, fmt.Errorf("%s names no storage class of the stack", name.path)
}

// gibibytes is a quantity of Kubernetes, such as 100Gi, rounded up as the EBS driver does it. Its suffixes are those that storage is
// asked for with.
func gibibytes(in input) (int64, error) {
	text, err := in.text()
	if err != nil {
		return 0, err
	}
	const wrong = "a quantity such as 100Gi"
	digits := strings.TrimRight(text, "KMGTPEki")
	bytes, ok := new(big.Rat).SetString(digits)
	scale, known := map[string]int64{
		"": 1, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30, "Ti": 1 << 40, "Pi": 1 << 50,
	}[text[len(digits):]]
	// A fraction or an exponent that Go reads, and Kubernetes does not, is no quantity either.
	if !ok || !known || len(digits) > 20 || strings.Trim(digits, "0123456789.") != "" {
		return 0, in.wrong(wrong)
	}
	bytes.Mul(bytes, new(big.Rat).SetFrac64(scale, 1<<30))
	whole, rest := new(big.Int).DivMod(bytes.Num(), bytes.Denom(), new(big.Int))
	if rest.Sign() > 0 {
		whole.Add(whole, big.NewInt(1))
	}
	if !whole.IsInt64() || whole.Int64() < 1 || whole.Int64() > mostUnits {
		return 0, in.wrong(wrong)
	}
	return whole.Int64(), nil
}
