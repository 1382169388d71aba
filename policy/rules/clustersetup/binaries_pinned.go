package clustersetup

import (
	"slices"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var binariesPinned = pack.Rule{
	Name:     "binaries-pinned",
	Types:    pack.Tokens(nodeGroup),
	Severity: pack.Medium,
	CKS:      "cluster-setup/platform-binaries",
	Must:     "A node group names the release of its nodes' image, by releaseVersion or by an image in its launch template.",
	Why: "Without it EKS takes whatever release is the newest on the day: two groups, or testnet and mainnet, run different kubelets and" +
		" kernels, and nobody has verified the one that holds the funds.",
	Fix: "Set releaseVersion of the node group, or imageId of its launch template to an AMI, not to an SSM parameter; name the launch template's" +
		" version as a number.",
	Refs: []string{"Amazon EKS user guide: update a managed node group", "Bottlerocket releases", "CKS: verify platform binaries"},
	CheckStack: func(s pack.Stack, violate pack.StackReport) {
		templates := s.All(pack.Tokens(launchTemplate))
		for _, group := range s.All(pack.Tokens(nodeGroup)) {
			template := group.At("launchTemplate")
			if version := template.At("version"); template.Given() && (version.Absent() || version.In("$Latest", "$Default")) {
				violate(group, version.Path()+" follows the launch template; want a number.")
			}
			release := group.At("releaseVersion")
			if release.Absent() && !imageNamed(group, templates) {
				violate(group, release.Path()+" is left out and the launch template names no image; want one of the two.")
			}
		}
	},
	Pass: pack.Cases{
		"a release":             pack.One(nodeGroup, object{"releaseVersion": "1.35.2-20261101"}),
		"a release, a template": joined(template("nodes", ""), groupOn("nodes", "3", "1.35.2-20261101")),
		"an image":              joined(template("nodes", "ami-0123456789abcdef0"), groupOn("nodes", "3", "")),
		"of two templates":      joined(template("nodes", "ami-0123456789abcdef0"), template("other", ""), groupOn("nodes", "3", "")),
	},
	Fail: pack.Cases{
		"nothing":           pack.One(nodeGroup, object{"version": "1.35"}),
		"an empty template": joined(template("nodes", ""), groupOn("nodes", "3", "")),
		"another template":  joined(template("nodes", ""), template("other", "ami-0123456789abcdef0"), groupOn("nodes", "3", "")),
		"a parameter":       joined(template("nodes", "resolve:ssm:/aws/service/bottlerocket/aws-k8s-1.35/arm64/latest/image_id"), groupOn("nodes", "3", "")),
		"no such template":  groupOn("nodes", "3", ""),
		"the latest":        joined(template("nodes", "ami-0123456789abcdef0"), groupOn("nodes", "$Latest", "")),
		"no version":        pack.One(nodeGroup, object{"releaseVersion": "1.35.2", "launchTemplate": object{"name": "nodes"}}),
	},
}

// imageNamed tells whether the node group's launch template names an image. Where the inputs do not tell which template is the group's,
// since ids are known only afterwards, and some templates name one and some none, the check is left open.
func imageNamed(group pack.Resource, all []pack.Resource) bool {
	template := group.At("launchTemplate")
	if !template.Given() {
		return false
	}
	own := templatesOf(group, all)
	if len(own) > 0 {
		return pinned(own)
	}
	for _, t := range all {
		if pinned([]pack.Resource{t}) != pinned(all) {
			template.Text()
			template.At("id").Text()
			return true
		}
	}
	return pinned(all)
}

// templatesOf returns the launch templates that the node group depends on or names.
func templatesOf(group pack.Resource, all []pack.Resource) []pack.Resource {
	var own []pack.Resource
	for _, t := range all {
		name := group.At("launchTemplate", "name")
		if slices.Contains(group.Dependencies, t.URN) || name.Given() && same(name, t.At("name")) {
			own = append(own, t)
		}
	}
	return own
}

// pinned tells whether there are launch templates and each names an image that stays what it is.
func pinned(templates []pack.Resource) bool {
	for _, t := range templates {
		if image := t.At("imageId"); image.Absent() || image.HasPrefix("resolve:") {
			return false
		}
	}
	return len(templates) > 0
}

// template is a sample of a launch template, groupOn one of a node group that uses it.
func template(name, image string) pack.Case {
	return pack.Case{{Type: launchTemplate, Name: name, Props: object{"name": name, "imageId": image}}}
}

func groupOn(template, version, release string) pack.Case {
	return pack.One(nodeGroup, object{"launchTemplate": object{"name": template, "version": version}, "releaseVersion": release})
}
