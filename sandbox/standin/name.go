package standin

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// Hex returns n hexadecimal digits from the operating system's random source.
func Hex(n int) string {
	b := make([]byte, (n+1)/2)
	// Read never fails: it ends the process instead.
	_, _ = rand.Read(b)
	return hex.EncodeToString(b)[:n]
}

// suffix returns n hexadecimal digits for a generated name: from the engine's seed where there is one, so that an update that
// follows a saved plan picks the planned name.
func suffix(seed []byte, n int) string {
	if len(seed) == 0 {
		return Hex(n)
	}
	sum := sha256.Sum256(seed)
	return hex.EncodeToString(sum[:])[:n]
}

// Autoname returns the name that a resource without an explicit one gets: the name used so far, else the resource's name with a
// random suffix of n digits, unless the stack's autonaming settings say otherwise.
func Autoname(req *pulumirpc.CheckRequest, name, old string, n int) (string, error) {
	if old != "" {
		return old, nil
	}
	if a := req.GetAutonaming(); a != nil {
		if a.Mode == pulumirpc.CheckRequest_AutonamingOptions_DISABLE {
			return "", fmt.Errorf("%s: automatic names are disabled for this stack: give it a name", name)
		}
		if a.ProposedName != "" {
			return a.ProposedName, nil
		}
	}
	return name + "-" + suffix(req.GetRandomSeed(), n), nil
}

// autoname fills the naming property of a kind and lists it in __defaults, by which later checks know that it was generated.
func autoname(kind *Kind, req *pulumirpc.CheckRequest, name string, olds, news resource.PropertyMap) error {
	key := resource.PropertyKey(kind.Name)
	if kind.Name == "" || news.HasValue(key) || news.HasValue(key+"Prefix") {
		return nil
	}
	old := ""
	if v := bare(olds[key]); slices.Contains(defaulted(olds), kind.Name) && v.IsString() {
		old = v.StringValue()
	}
	given, err := Autoname(req, kind.NamePrefix+name, old, 7)
	if err != nil {
		return err
	}
	limit := kind.NameLimit
	if limit == 0 {
		limit = 255
	}
	if len(given) > limit {
		return fmt.Errorf("%s: generated name %q has %d characters, want at most %d: give it a shorter name", name, given, len(given), limit)
	}
	news[key] = resource.NewProperty(given)
	news["__defaults"] = resource.NewProperty([]resource.PropertyValue{resource.NewProperty(kind.Name)})
	return nil
}

// defaulted returns the names listed in __defaults.
func defaulted(m resource.PropertyMap) []string {
	var out []string
	if v := bare(m["__defaults"]); v.IsArray() {
		for _, e := range v.ArrayValue() {
			if e = bare(e); e.IsString() {
				out = append(out, e.StringValue())
			}
		}
	}
	return out
}
