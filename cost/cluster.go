package cost

import (
	"errors"
	"fmt"
	"strings"
)

// controlPlane counts an EKS cluster. One whose upgrade policy is STANDARD is upgraded by AWS before extended support begins, so it never
// costs more; others may.
func (c *counter) controlPlane(r Resource) {
	c.line(r, "EKS control plane", "eks/hour", hours)
	policy, err := r.at("upgradePolicy", "supportType").textOr("EXTENDED")
	switch {
	case err != nil:
		c.unpriced(r, "extended support of Kubernetes", err)
	case policy != "STANDARD":
		c.usage(r, "EKS control plane once its version leaves standard support, instead of the hour above", "eks/extended-hour")
	}
	if auto, err := r.at("computeConfig", "enabled").flag(); err != nil {
		c.unpriced(r, "EKS Auto Mode", err)
	} else if auto {
		c.unpriced(r, "nodes of EKS Auto Mode", errors.New("how many there are is decided by what runs"))
	}
	if tier := r.at("controlPlaneScalingConfig", "tier"); tier.given() {
		if name, err := tier.text(); err != nil {
			c.unpriced(r, "provisioned control plane", err)
		} else if name != "standard" {
			c.unpriced(r, "provisioned control plane", errors.New("the table has no prices of provisioned tiers"))
		}
	}
}

// nodeGroup counts the instances that are wanted now, of the type that is asked for first, with the volumes of their launch template.
// Autoscaling may make them more or fewer.
func (c *counter) nodeGroup(r Resource) {
	nodes, err := r.at("scalingConfig", "desiredSize").count()
	if err != nil {
		c.unpriced(r, "nodes", err)
		return
	}
	template, templateErr := c.template(r)
	if kind, err := instanceType(r, template); err != nil {
		c.unpriced(r, fmt.Sprintf("nodes: %d", nodes), err)
	} else {
		what := fmt.Sprintf("%d × %s", nodes, kind)
		capacity, err := r.at("capacityType").textOr("ON_DEMAND")
		if capacity == "SPOT" || err != nil {
			// Spot has no list price, only one of the hour. The price on demand is the most that AWS' own services pay for it where nobody
			// sets another bound (AWS Batch: bidPercentage, 100 when left out), so a budget that holds that holds.
			what += ", at most: spot counted by the price on demand"
		}
		c.line(r, what, "ec2/"+kind, nodes*hours)
	}
	if templateErr != nil {
		c.unpriced(r, fmt.Sprintf("volumes of nodes: %d", nodes), templateErr)
		return
	}
	c.templateVolumes(r, template, nodes)
	if on, err := template.at("monitoring", "enabled").flag(); err != nil {
		c.unpriced(r, fmt.Sprintf("detailed monitoring of nodes: %d", nodes), err)
	} else if on {
		c.line(r, fmt.Sprintf("detailed monitoring of nodes: %d", nodes), "cloudwatch/detailed-instance", nodes)
	}
}

// instanceType is the first type of a node group. EKS takes the first that it can get, so it is the one that is asked for.
func instanceType(r, template Resource) (string, error) {
	types := r.at("instanceTypes")
	if !types.given() && template.at("instanceType").given() {
		return template.at("instanceType").text()
	}
	kinds, err := types.some()
	if err != nil {
		return "", err
	}
	return kinds[0].text()
}

// template is the launch template of a node group. Its ID is not known before the deployment, so it is found by name: it stands beside
// the node group, and the node group's name is its own, or its own with a zone behind.
func (c *counter) template(r Resource) (Resource, error) {
	if !r.at("launchTemplate").given() {
		return Resource{}, errors.New("without a launch template, the image decides about the volumes")
	}
	var found Resource
	for _, candidate := range c.templates[r.Parent] {
		fits := r.Name == candidate.Name || strings.HasPrefix(r.Name, candidate.Name+"-")
		if fits && len(candidate.Name) > len(found.Name) {
			found = candidate
		}
	}
	if found.Name == "" {
		return Resource{}, errors.New("no launch template stands beside it that its name begins with")
	}
	return found, nil
}

func (c *counter) templateVolumes(r, template Resource, nodes int64) {
	mappings, err := template.at("blockDeviceMappings").list()
	if err != nil {
		c.unpriced(r, fmt.Sprintf("volumes of nodes: %d", nodes), fmt.Errorf("its launch template's %w", err))
		return
	}
	for _, mapping := range mappings {
		if mapping.at("noDevice").set() || mapping.at("virtualName").set() {
			continue
		}
		c.volume(r, volumeOf(mapping.at("ebs")), nodes, "a node's volume")
	}
}
