package cost

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// hours are in a month, as AWS' own calculator has them: 8,760 hours of a year, by twelve. Volumes and keys are billed by the month itself.
const hours = 730

// Of computes what these resources cost a month. They are those that exist afterwards: deleted ones are left out by the caller. The
// error says that the list itself cannot be right, such as two resources of one URN.
func Of(resources []Resource) (Estimate, error) {
	c, err := newCounter(resources)
	if err != nil {
		return Estimate{}, err
	}
	if !c.aws {
		return Estimate{}, nil
	}
	for _, r := range resources {
		c.add(r)
	}
	return c.estimate, nil
}

// counter walks the resources once; what they refer to each other by is looked up in what newCounter has found.
type counter struct {
	prices    map[string]map[string]Price
	resources map[string]Resource
	names     map[string]string
	// aws says that the stack has anything in AWS. A stack without has nothing that this table prices: its volumes are disks of its own.
	aws bool
	// regions are those of the AWS providers, by URN.
	regions map[string]region
	// classes are the storage classes by name, standard the default ones. unclear says that one has a name, or a mark as the default,
	// that is not known: it may be any that is looked for.
	classes  map[string]Resource
	standard []Resource
	unclear  bool
	// templates are the launch templates by parent.
	templates map[string][]Resource
	estimate  Estimate
}

// region is a provider's, or why it is not known.
type region struct {
	name string
	err  error
}

const (
	providerType = "pulumi:providers:aws"
	stackType    = "pulumi:pulumi:Stack"
	classType    = "kubernetes:storage.k8s.io/v1:StorageClass"
	templateType = "aws:ec2/launchTemplate:LaunchTemplate"
)

func newCounter(resources []Resource) (*counter, error) {
	c := &counter{
		prices: table(), resources: map[string]Resource{}, names: map[string]string{}, regions: map[string]region{},
		classes: map[string]Resource{}, templates: map[string][]Resource{},
	}
	var mistakes []error
	for _, r := range resources {
		if _, twice := c.resources[r.URN]; twice {
			mistakes = append(mistakes, fmt.Errorf("resource %s: it is listed twice, want each resource once", r.URN))
		}
		c.resources[r.URN] = r
		c.aws = c.aws || r.Type == providerType || strings.HasPrefix(r.Type, "aws:")
		switch r.Type {
		case providerType:
			name, err := r.at("region").text()
			c.regions[r.URN] = region{name, err}
		case templateType:
			c.templates[r.Parent] = append(c.templates[r.Parent], r)
		case classType:
			name, unnamed := r.at("metadata", "name").text()
			standard, unmarked := r.at("metadata", "annotations", "storageclass.kubernetes.io/is-default-class").flag()
			c.unclear = c.unclear || errors.Is(unnamed, errUnknown) || errors.Is(unmarked, errUnknown)
			if unnamed == nil {
				c.classes[name] = r
			}
			if standard {
				c.standard = append(c.standard, r)
			}
		}
	}
	c.estimate.Region, _ = c.only()
	return c, errors.Join(mistakes...)
}

// only is the region of all AWS providers.
func (c *counter) only() (string, error) {
	var names []string
	for _, r := range c.regions {
		if r.err != nil {
			return "", fmt.Errorf("the AWS provider's %w", r.err)
		}
		names = append(names, r.name)
	}
	slices.Sort(names)
	switch names = slices.Compact(names); len(names) {
	case 0:
		return "", errors.New("the region is not known: the stack has no AWS provider of its own")
	case 1:
		return names[0], nil
	}
	return "", errors.New("the region is not known: the stack has AWS providers of several regions")
}

// regionOf is the resource's own region, else its provider's. Objects of Kubernetes are where the stack's nodes are.
func (c *counter) regionOf(r Resource) (string, error) {
	if strings.HasPrefix(r.Type, "aws:") {
		if own := r.at("region"); own.given() {
			return own.text()
		}
		// A reference is a provider's URN, two colons and an ID.
		for urn, found := range c.regions {
			if strings.HasPrefix(r.Provider, urn+"::") {
				if found.err != nil {
					return "", fmt.Errorf("the AWS provider's %w", found.err)
				}
				return found.name, nil
			}
		}
	}
	return c.only()
}

// component is the name of the topmost resource above that is below the stack.
func (c *counter) component(urn string) string {
	if name, known := c.names[urn]; known {
		return name
	}
	name := urn
	if at := strings.LastIndex(urn, "::"); at >= 0 {
		name = urn[at+len("::"):]
	}
	r, listed := c.resources[urn]
	if listed && r.Name != "" {
		name = r.Name
	}
	// Set before the way up, so that parents in a circle end here.
	c.names[urn] = name
	if listed && r.Parent != "" && !strings.Contains(r.Parent, "::"+stackType+"::") {
		name = c.component(r.Parent)
		c.names[urn] = name
	}
	return name
}

// add counts one resource.
func (c *counter) add(r Resource) {
	switch r.Type {
	case "aws:eks/cluster:Cluster":
		c.controlPlane(r)
	case "aws:eks/nodeGroup:NodeGroup":
		c.nodeGroup(r)
	case "aws:ec2/natGateway:NatGateway":
		c.natGateway(r)
	case "aws:ec2/eip:Eip":
		c.address(r)
	case "aws:ec2/vpcEndpoint:VpcEndpoint":
		c.endpoint(r)
	case "aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer":
		c.loadBalancer(r)
	case "kubernetes:core/v1:Service":
		c.service(r)
	case "aws:kms/key:Key", "aws:kms/replicaKey:ReplicaKey":
		c.key(r)
	case "aws:cloudwatch/logGroup:LogGroup":
		c.logGroup(r)
	case "aws:ebs/volume:Volume":
		c.volume(r, volumeOf(r.at()), 1, "a volume")
	case "kubernetes:core/v1:PersistentVolumeClaim":
		c.claim(r, r.at("spec"), "", 1)
	case "kubernetes:apps/v1:StatefulSet":
		c.claimTemplates(r)
	default:
		if strings.HasPrefix(r.Type, "aws:") && !free(r.Type) {
			c.unpriced(r, r.Type, errors.New("this kind of resource is not in the estimate"))
		}
	}
}

// price is the table's for the resource's region.
func (c *counter) price(r Resource, key string) (Price, error) {
	name, err := c.regionOf(r)
	if err != nil {
		return Price{}, err
	}
	p, known := c.prices[name][key]
	switch {
	case known:
		return p, nil
	case len(c.prices[name]) == 0:
		return Price{}, fmt.Errorf("the table has no prices of region %s", name)
	}
	return Price{}, fmt.Errorf("the table has no price %s of region %s", key, name)
}

// line adds a position of that many units.
func (c *counter) line(r Resource, what, key string, units int64) {
	p, err := c.price(r, key)
	if err != nil {
		c.unpriced(r, what, err)
		return
	}
	amount, err := p.Times(float64(units))
	if err != nil {
		c.unpriced(r, what, err)
		return
	}
	c.estimate.Lines = append(c.estimate.Lines, Line{
		URN: r.URN, Component: c.component(r.URN), What: what, Quantity: float64(units), Price: p, Monthly: amount,
	})
}

// unpriced adds what costs something that is not known, and why.
func (c *counter) unpriced(r Resource, what string, err error) {
	c.estimate.Unpriced = append(c.estimate.Unpriced, Line{
		URN: r.URN, Component: c.component(r.URN), What: what, Reason: err.Error(), Unknown: errors.Is(err, errUnknown),
	})
}

// usage adds what is billed by use, with its price where there is one.
func (c *counter) usage(r Resource, what, key string) {
	p, _ := c.price(r, key)
	c.estimate.Usage = append(c.estimate.Usage, Line{
		URN: r.URN, Component: c.component(r.URN), What: what, Price: p, Reason: "billed by use: usage is not included",
	})
}
