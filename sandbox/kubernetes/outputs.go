package kubernetes

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"gitlab.com/thinkmassive/satkube/sandbox/standin"
)

// autonamed is the annotation by which the genuine provider knows, at the next check, that it chose the name itself.
const autonamed = "pulumi.com/autonamed"

// prepare fills in what every object carries: its version and kind, its name and namespace, and the secret marks of a Secret.
func (o object) prepare(c *standin.Call, req *pulumirpc.CheckRequest, news resource.PropertyMap) error {
	if !news.HasValue("apiVersion") {
		news["apiVersion"] = resource.NewProperty(o.apiVersion)
	}
	if !news.HasValue("kind") {
		news["kind"] = resource.NewProperty(o.name)
	}
	if o.name == "Secret" {
		for _, key := range []resource.PropertyKey{"data", "stringData"} {
			if v, given := news[key]; given && !v.IsSecret() {
				news[key] = resource.MakeSecret(v)
			}
		}
	}
	return o.complete(c, req, news)
}

// complete names the object. Metadata that is not known yet stays so: the next check sees it.
func (o object) complete(c *standin.Call, req *pulumirpc.CheckRequest, news resource.PropertyMap) error {
	metadata, isSecret := news["metadata"], false
	if metadata.IsSecret() {
		metadata, isSecret = metadata.SecretValue().Element, true
	}
	fields := resource.PropertyMap{}
	switch {
	case metadata.IsObject():
		fields = metadata.ObjectValue().Copy()
	case !metadata.IsNull():
		return nil
	}
	if _, given := fields["name"]; !given && !fields.HasValue("generateName") && !o.patch {
		old := ""
		if c.Old("metadata", "annotations", autonamed).IsString() {
			old = c.Old("metadata", "name").StringValue()
		}
		name, err := standin.Autoname(req, c.Name, old, 8)
		if err != nil {
			return err
		}
		fields["name"] = resource.NewProperty(name)
		annotations := resource.PropertyMap{}
		if a := fields["annotations"]; a.IsObject() {
			annotations = a.ObjectValue().Copy()
		}
		annotations[autonamed] = resource.NewProperty("true")
		fields["annotations"] = resource.NewProperty(annotations)
	}
	if ns := c.Setting("namespace"); ns.IsString() && ns.StringValue() != "" && !clusterWide()[o.name] && o.builtIn() {
		if _, given := fields["namespace"]; !given {
			fields["namespace"] = ns
		}
	}
	news["metadata"] = resource.NewProperty(fields)
	if isSecret {
		news["metadata"] = resource.MakeSecret(news["metadata"])
	}
	return nil
}

// metadata adds what an API server decides.
func (o object) metadata(c *standin.Call) any {
	fields := resource.PropertyMap{}
	if given := c.Value("metadata"); given.IsObject() {
		fields = given.ObjectValue().Copy()
	}
	set := func(key resource.PropertyKey, v any) { fields[key] = resource.NewPropertyValue(v) }
	if ns := o.namespace(c); ns != "" {
		if _, given := fields["namespace"]; !given {
			set("namespace", ns)
		}
	}
	set("uid", c.Later(func() any { return c.UUID("uid") }))
	set("creationTimestamp", c.Later(func() any {
		if old := c.Old("metadata", "creationTimestamp"); old.IsString() {
			return old
		}
		return time.Now().UTC().Format(time.RFC3339)
	}))
	version := 1.0
	if old := c.Old("metadata", "generation"); old.IsNumber() {
		version = old.NumberValue() + 1
	}
	if c.Preview() {
		set("generation", resource.MakeComputed(resource.NewProperty("")))
		set("resourceVersion", resource.MakeComputed(resource.NewProperty("")))
	} else {
		set("generation", version)
		set("resourceVersion", strconv.Itoa(int(version)))
	}
	return fields
}

// secretData is data together with what the API server makes of stringData.
func secretData(c *standin.Call) any {
	out := resource.PropertyMap{}
	if data := c.Value("data"); data.IsObject() {
		out = data.ObjectValue().Copy()
	}
	if texts := c.Value("stringData"); texts.IsObject() {
		for key := range texts.ObjectValue() {
			out[key] = resource.NewProperty(base64.StdEncoding.EncodeToString([]byte(c.String("stringData", string(key)))))
		}
	}
	return out
}

func serviceSpec(c *standin.Call) any {
	spec := resource.PropertyMap{}
	if given := c.Value("spec"); given.IsObject() {
		spec = given.ObjectValue().Copy()
	}
	if _, given := spec["clusterIP"]; !given && c.String("spec", "type") != "ExternalName" {
		spec["clusterIP"] = resource.NewPropertyValue(c.Later(func() any {
			// Of 172.20.0.0/16, the range that EKS gives services when the VPC uses 10.0.0.0/8.
			return fmt.Sprintf("172.20.%d.%d", octet(c.Hex("ip", 2)), 1+octet(c.Hex("ip2", 2))%254)
		}))
	}
	return spec
}

func octet(hex string) int {
	n, err := strconv.ParseInt(hex, 16, 32)
	if err != nil {
		return 0
	}
	return int(n)
}

func serviceStatus(c *standin.Call) any {
	if c.String("spec", "type") != "LoadBalancer" {
		return map[string]any{"loadBalancer": map[string]any{}}
	}
	return map[string]any{"loadBalancer": map[string]any{"ingress": []any{
		map[string]any{"hostname": c.Hex("lb", 32) + ".elb.amazonaws.com"},
	}}}
}
