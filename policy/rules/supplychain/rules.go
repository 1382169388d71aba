// Package supplychain holds the rules about what runs, where it comes from and how that can be told.
package supplychain

import "gitlab.com/thinkmassive/satkube/policy/pack"

// Rules returns the rules of the domain.
func Rules() []pack.Rule {
	return []pack.Rule{
		// Images.
		imageDigest, noLatestTag, registryAllowList, deadRegistries, pullPolicy, baseImageFootprint, sbomAnnotation,
		// Registries of our own.
		ecrScan, ecrImmutable, ecrKMS, ecrPolicy,
		// What else brings code in, and how it is seen.
		opaqueCharts, noGitrepoVolume, addonPinned, providerPinned, signatureAdmission, standardLabels,
	}
}
