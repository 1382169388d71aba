package supplychain

import (
	"slices"
	"strings"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var baseImageFootprint = pack.Rule{
	Name:     "base-image-footprint",
	Types:    pack.PodCarriers(),
	Severity: pack.Low,
	CKS:      "supply-chain/base-image",
	Must:     "No container runs a whole operating system's image.",
	Why:      "A distribution's image brings a package manager, a shell and hundreds of packages to patch; an intruder finds there every tool to go on with.",
	Fix:      "Use an image that holds one program, or its slim, alpine or distroless variant.",
	Refs:     []string{"CKS 1.34: Minimize base image footprint", "NIST SP 800-190 4.1"},
	Settings: map[string]any{"images": []string{
		"ubuntu", "debian", "centos", "fedora", "rockylinux", "almalinux", "amazonlinux", "oraclelinux", "archlinux", "opensuse", "leap", "kali-rolling", "buildpack-deps",
	}},
	Check: func(r pack.Resource, violate pack.Report) {
		systems := r.Setting("images").Texts()
		eachReference(r, func(image pack.Value, ref reference) {
			base := ref.base()
			if slices.Contains(systems, base) || strings.HasSuffix(base, "-full") || strings.HasSuffix(ref.tag, "-full") {
				violate(image.Path() + " is the image of a whole operating system, want one that holds a single program.")
			}
		})
	},
	Pass: pack.Cases{
		"one program":     runs(pinned),
		"another program": runs("docker.io/library/mariadb:11.4.5"),
	},
	Fail: pack.Cases{
		"distribution":           runs("ubuntu:24.04"),
		"distribution, pinned":   runs("docker.io/library/debian:13@" + digest),
		"full variant":           runs("ghcr.io/team/app:1.2-full"),
		"repository of the sort": runs("ghcr.io/team/app-full:1.2"),
		"in an init container":   initialises("public.ecr.aws/amazonlinux/amazonlinux:2023"),
		"in a debug container":   debugs("fedora:44"),
	},
}
