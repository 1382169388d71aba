// Package aws stands in for the pulumi-aws provider: a table says per resource type how it is named, what cannot change, what the
// service refuses and what it answers. A type without an entry is refused, because a wrong guess would pass silently.
package aws

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"gitlab.com/thinkmassive/satkube/sandbox/standin"
)

// Version is that of the Go SDK which the program uses.
const Version = "7.12.0"

// account is the number that AWS' own documentation uses.
const account = "123456789012"

// New returns the stand-in; base brings what all stand-ins share.
func New(base standin.Provider) standin.Provider {
	kinds := map[string]*standin.Kind{}
	for _, table := range []map[string]*standin.Kind{
		networkKinds(), securityGroupKinds(), computeKinds(), identityKinds(), storageKinds(), eksKinds(), loadBalancerKinds(), bucketKinds(),
	} {
		maps.Copy(kinds, table)
	}
	base.Package, base.Version = "aws", Version
	base.Invoke = invoke
	base.CheckConfig = []standin.Rule{validRegion}
	base.Kind = func(token string) (*standin.Kind, error) {
		if k := kinds[token]; k != nil {
			return k, nil
		}
		return nil, fmt.Errorf("%s has no stand-in: add it to the table in sandbox/aws/%s", token, tableFile(token))
	}
	return base
}

// tableFile names the file that the entry of a new type belongs in.
func tableFile(token string) string {
	_, rest, _ := strings.Cut(token, ":")
	module, _, _ := strings.Cut(rest, "/")
	switch module {
	case "ec2", "vpc":
		return "network.go"
	case "iam":
		return "identity.go"
	case "eks":
		return "eks.go"
	case "s3":
		return "bucket.go"
	case "lb", "autoscaling":
		return "loadbalancer.go"
	default:
		return "storage.go"
	}
}

func validRegion(c *standin.Call) error {
	switch region := c.String("region"); {
	case region == "":
		return errors.New("no region: set aws:region in the stack file, or region on the provider")
	case !regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-[0-9]$`).MatchString(region):
		return fmt.Errorf("region %q is no AWS region, want one such as eu-central-1", region)
	}
	return nil
}

// regionOf is the resource's own region, else the provider's.
func regionOf(c *standin.Call) string {
	if own := c.String("region"); own != "" {
		return own
	}
	if v := c.Setting("region"); v.IsString() {
		return v.StringValue()
	}
	return ""
}

// partitionOf is the part of AWS that a region belongs to; it is never empty.
func partitionOf(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	default:
		return "aws"
	}
}

// arn names a resource of a regional service.
func arn(c *standin.Call, service, resource string) string {
	region := regionOf(c)
	return fmt.Sprintf("arn:%s:%s:%s:%s:%s", partitionOf(region), service, region, account, resource)
}

// globalARN names a resource of a service without regions.
func globalARN(c *standin.Call, service, resource string) string {
	return fmt.Sprintf("arn:%s:%s::%s:%s", partitionOf(regionOf(c)), service, account, resource)
}

// byID is an ARN output that ends in the object's id.
func byID(service, prefix string) standin.Output {
	return func(c *standin.Call) any { return arn(c, service, prefix+c.IDOf()) }
}

// newID draws an id as EC2 does: a prefix and 17 hexadecimal digits.
func newID(prefix string) func(*standin.Call) string {
	return func(*standin.Call) string { return prefix + "-" + standin.Hex(17) }
}

// idFrom uses an input as the id.
func idFrom(path ...string) func(*standin.Call) string {
	return func(c *standin.Call) string { return c.String(path...) }
}

// belonging is the id of something that AWS makes together with another object, such as a VPC's default security group. It follows
// from the other's id, so that both resources name the same thing.
func belonging(c *standin.Call, prefix, parent string) string {
	sum := sha256.Sum256([]byte(c.Stack() + "\x00" + parent + "\x00" + prefix))
	return prefix + "-" + hex.EncodeToString(sum[:])[:17]
}

func constant(v any) standin.Output { return func(*standin.Call) any { return v } }

func input(path ...string) standin.Output {
	return func(c *standin.Call) any { return c.String(path...) }
}

func owner(*standin.Call) any { return account }

// since is the time of creation, kept by later updates.
func since(property string) standin.Output {
	return func(c *standin.Call) any {
		if old := c.Old(property); old.IsString() {
			return old
		}
		return c.Later(func() any { return time.Now().UTC().Format(time.RFC3339) })
	}
}

func now(c *standin.Call) any {
	return c.Later(func() any { return time.Now().UTC().Format(time.RFC3339) })
}

// regional completes a kind of a service with regions.
func regional(k *standin.Kind) *standin.Kind {
	if k.Defaults == nil {
		k.Defaults = map[string]standin.Output{}
	}
	k.Defaults["region"] = func(c *standin.Call) any { return regionOf(c) }
	k.Immutable = append(k.Immutable, "region")
	return k
}

// tagged completes a kind that takes tags: the provider's default tags join its own.
func tagged(k *standin.Kind) *standin.Kind {
	k.Prepare = addDefaultTags
	k.Refuse = append(k.Refuse, validTags)
	if k.Outputs == nil {
		k.Outputs = map[string]standin.Output{}
	}
	k.Outputs["tagsAll"] = func(c *standin.Call) any {
		if tags := c.Value("tags"); tags.IsObject() {
			return tags
		}
		return map[string]any{}
	}
	return k
}

func addDefaultTags(c *standin.Call, _ *pulumirpc.CheckRequest, news resource.PropertyMap) error {
	defaults := c.Setting("defaultTags", "tags")
	if !defaults.IsObject() || len(defaults.ObjectValue()) == 0 {
		return nil
	}
	own := news["tags"]
	if own.IsComputed() || own.IsOutput() {
		return nil
	}
	all := defaults.ObjectValue().Copy()
	secret := own.IsSecret()
	if secret {
		own = own.SecretValue().Element
	}
	if own.IsObject() {
		maps.Copy(all, own.ObjectValue())
	}
	news["tags"] = resource.NewProperty(all)
	if secret {
		news["tags"] = resource.MakeSecret(news["tags"])
	}
	return nil
}

func validTags(c *standin.Call) error {
	tags, _ := c.Plain("tags").(map[string]any)
	if len(tags) > 50 {
		return fmt.Errorf("%s: tags has %d entries, want at most 50", c.Name, len(tags))
	}
	for key, v := range tags {
		if text, _ := v.(string); len(key) > 128 || len(text) > 256 {
			return fmt.Errorf("%s: tag %s: want at most 128 characters of name and 256 of value", c.Name, key)
		}
		if strings.HasPrefix(strings.ToLower(key), "aws:") {
			return fmt.Errorf("%s: tag %s: names that begin with aws: are reserved", c.Name, key)
		}
	}
	return nil
}

// oneOf refuses a value outside a list.
func oneOf(property string, allowed ...string) standin.Rule {
	return func(c *standin.Call) error {
		if v := c.String(property); c.Has(property) && !contains(allowed, v) {
			return fmt.Errorf("%s: %s is %q, want one of %s", c.Name, property, v, strings.Join(allowed, ", "))
		}
		return nil
	}
}

func contains(list []string, v string) bool {
	for _, e := range list {
		if e == v {
			return true
		}
	}
	return false
}

// between refuses a number outside a range.
func between(least, most float64, path ...string) standin.Rule {
	return func(c *standin.Call) error {
		if n, given := c.Number(path...); given && (n < least || n > most) {
			return fmt.Errorf("%s: %s is %v, want %v to %v", c.Name, strings.Join(path, "."), n, least, most)
		}
		return nil
	}
}

// matching refuses a text that does not match a pattern; want says what it should look like.
func matching(property, pattern, want string) standin.Rule {
	re := regexp.MustCompile(pattern)
	return func(c *standin.Call) error {
		if v := c.String(property); c.Has(property) && !re.MatchString(v) {
			return fmt.Errorf("%s: %s is %q, want %s", c.Name, property, v, want)
		}
		return nil
	}
}

// generated is the name that AWS makes from a prefix.
func generated(c *standin.Call) any {
	if prefix := c.String("namePrefix"); prefix != "" {
		return c.Later(func() any { return prefix + c.Hex("name", 26) })
	}
	return nil
}
