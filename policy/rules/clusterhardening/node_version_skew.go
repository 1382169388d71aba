package clusterhardening

import "gitlab.com/thinkmassive/satkube/policy/pack"

var nodeVersionSkew = pack.Rule{
	Name:     "node-version-skew",
	Types:    pack.Tokens(nodeGroup),
	Severity: pack.Medium,
	CKS:      "cluster-hardening/upgrades",
	Must:     "A node group names its Kubernetes version: its cluster's, or the one before.",
	Why: "Node groups do not follow their cluster by themselves. Left alone they keep a kubelet without fixes, until the distance blocks " +
		"the cluster's next upgrade too.",
	Fix:  "Set the node group's version to the cluster's version; during an upgrade one minor version less.",
	Refs: []string{"Kubernetes version skew policy", "EKS best practices: cluster upgrades"},
	CheckStack: func(s pack.Stack, violate pack.StackReport) {
		clusters := s.All(pack.Tokens(eksCluster))
		for _, group := range s.All(pack.Tokens(nodeGroup)) {
			own := clustersOf(group, clusters)
			if len(own) == 0 {
				continue
			}
			// Where the launch template brings the image, EKS takes no version here. Looking at the text leaves it open when unknown.
			if ami := group.At("amiType"); ami.Is("CUSTOM") {
				ami.Text()
				continue
			}
			if len(own) > 1 {
				// To fit one of several is not to fit the right one: looking at the names leaves that open.
				group.At("clusterName").Text()
				for _, c := range own {
					c.At("name").Text()
				}
			}
			v := group.At("version")
			if v.Absent() {
				violate(group, v.Path()+" is left out; want the cluster's.")
			} else if skewed(v, own) {
				violate(group, v.Path()+" is newer than the cluster's, or more than one minor version older.")
			}
		}
	},
	Pass: pack.Cases{
		"the same":  {versioned("1.35"), group(map[string]any{"clusterName": "satkube", "version": "1.35"})},
		"one older": {versioned("1.36"), group(map[string]any{"clusterName": "satkube", "version": "1.35"})},
		"of another cluster": {
			versioned("1.36"),
			{Type: eksCluster, Name: "other", Props: map[string]any{"name": "other", "version": "1.30"}},
			group(map[string]any{"clusterName": "other", "version": "1.30"}),
		},
		"no cluster here":      {group(map[string]any{"clusterName": "other", "version": "1.30"})},
		"an image of our own":  {versioned("1.36"), group(map[string]any{"clusterName": "satkube", "amiType": "CUSTOM"})},
		"a name not yet known": {versioned("1.36"), group(map[string]any{"clusterName": pack.Unknown, "version": "1.36"})},
	},
	Fail: pack.Cases{
		"two older":     {versioned("1.36"), group(map[string]any{"clusterName": "satkube", "version": "1.34"})},
		"newer":         {versioned("1.35"), group(map[string]any{"clusterName": "satkube", "version": "1.36"})},
		"left out":      {versioned("1.35"), group(map[string]any{"clusterName": "satkube"})},
		"not a version": {versioned("1.35"), group(map[string]any{"clusterName": "satkube", "version": "latest"})},
		"older, and the cluster's name not yet known": {versioned("1.36"), group(map[string]any{"clusterName": pack.Unknown, "version": "1.33"})},
	},
}

// clustersOf returns the cluster that the node group names, or else all that it may belong to: those whose name is not known.
func clustersOf(group pack.Resource, clusters []pack.Resource) []pack.Resource {
	var own []pack.Resource
	wanted := group.At("clusterName")
	for _, c := range clusters {
		name := c.At("name")
		switch {
		case !wanted.Known() || !wanted.Given() || !name.Given():
			own = append(own, c)
		case !name.Known():
			if name.Is(wanted.Text()) {
				own = append(own, c)
			}
		case wanted.Text() == name.Text():
			return []pack.Resource{c}
		}
	}
	return own
}

// skewed tells whether the version fits none of the clusters.
func skewed(v pack.Value, clusters []pack.Resource) bool {
	own, is := ordinalOf(v)
	if !v.Known() {
		return false
	}
	for _, c := range clusters {
		control, read := ordinalOf(c.At("version"))
		if !read {
			return false
		}
		if is && own <= control && own >= control-1 {
			return false
		}
	}
	return true
}

func versioned(text string) pack.Object {
	return pack.Object{Type: eksCluster, Name: "cluster", Props: map[string]any{"name": "satkube", "version": text}}
}

func group(props map[string]any) pack.Object {
	return pack.Object{Type: nodeGroup, Name: "nodes", Props: props}
}
