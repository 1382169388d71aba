package supplychain

import (
	"slices"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

const ecrRepository = "aws:ecr/repository:Repository"

var ecrScan = pack.Rule{
	Name:     "ecr-scan",
	Types:    pack.Tokens(ecrRepository),
	Severity: pack.High,
	CKS:      "supply-chain/image-scan",
	Must:     "Images in ECR are scanned for known vulnerabilities.",
	Why:      "An image that nobody scans keeps its holes until somebody else finds them; the registry is the one place that every image of ours passes.",
	Fix:      "Set imageScanningConfiguration.scanOnPush to true, or register an aws.ecr.RegistryScanningConfiguration with scanType ENHANCED in the stack.",
	Refs:     []string{"CIS EKS 1.8.0 5.1.1", "Kubescape C-0221", "CKV_AWS_163", "AWS-0030"},
	CheckStack: func(s pack.Stack, violate pack.StackReport) {
		enhanced := slices.ContainsFunc(s.All(pack.Tokens("aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration")), func(r pack.Resource) bool {
			return r.At("scanType").Is("ENHANCED")
		})
		for _, r := range s.All(pack.Tokens(ecrRepository)) {
			scan := r.At("imageScanningConfiguration", "scanOnPush")
			if !enhanced && !scan.Is(true) {
				violate(r, scan.Path()+" is not true, and the stack has no enhanced scanning of the registry.")
			}
		}
	},
	Pass: pack.Cases{
		"scanned on push": repository(object{"imageScanningConfiguration": object{"scanOnPush": true}}),
		"registry scans":  append(repository(object{}), scanning("ENHANCED")),
		"nothing stored":  runs(pinned),
	},
	Fail: pack.Cases{
		"left out":             repository(object{}),
		"switched off":         repository(object{"imageScanningConfiguration": object{"scanOnPush": false}}),
		"registry scans basic": append(repository(object{}), scanning("BASIC")),
	},
}

func repository(props object) pack.Case {
	return pack.One(ecrRepository, with(object{"name": "app"}, props))
}

func scanning(kind string) pack.Object {
	return pack.Object{Type: "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration", Name: "registry", Props: object{"scanType": kind}}
}
