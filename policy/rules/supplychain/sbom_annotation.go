package supplychain

import (
	"regexp"
	"slices"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

const sbomKey = "satkube.com/sbom"

var digestsForm = regexp.MustCompile(`^sha256:[0-9a-f]{64}(,sha256:[0-9a-f]{64})*$`)

var sbomAnnotation = pack.Rule{
	Name:     "sbom-annotation",
	Types:    pack.PodCarriers(),
	Severity: pack.Low,
	CKS:      "supply-chain/understand",
	Must:     "A workload that runs an image of our own names the digest of the image's bill of materials.",
	Why:      "When a library turns out to be bad, an image that we built ourselves is in nobody else's inventory: without its bill of materials nobody can say whether it is affected.",
	Fix:      "Set the annotation satkube.com/sbom on the workload or its pods to the digests of the SBOMs that the pipeline published, separated by commas.",
	Refs:     []string{"CKS 1.34: Understand your supply chain (e.g. SBOM, CI/CD, artifact repositories)", "SLSA 1.0"},
	Settings: map[string]any{"firstPartyRegistries": []string{"registry.gitlab.com/thinkmassive/satkube/"}},
	Check: func(r pack.Resource, violate pack.Report) {
		registries, own := r.Setting("firstPartyRegistries").Texts(), false
		eachReference(r, func(_ pack.Value, ref reference) {
			own = own || slices.ContainsFunc(registries, ref.within)
		})
		if !own {
			return
		}
		for _, pod := range r.Pods() {
			annotation := pod.Meta.At("annotations", sbomKey)
			if !annotation.Matches(digestsForm) && !r.Annotation(sbomKey).Matches(digestsForm) {
				violate(annotation.Path() + " does not name the digest of the images' SBOM.")
			}
		}
	},
	Pass: pack.Cases{
		"somebody else's image": runs(pinned),
		"on the workload":       annotated(object{sbomKey: digest}, object{}),
		"on the pods":           annotated(object{}, object{sbomKey: digest + "," + digest}),
	},
	Fail: pack.Cases{
		"left out":    annotated(object{}, object{}),
		"empty":       annotated(object{sbomKey: ""}, object{}),
		"an address":  annotated(object{sbomKey: "https://example.com/sbom.json"}, object{}),
		"for a pod":   pack.One("kubernetes:core/v1:Pod", object{"spec": object{"containers": list{object{"name": "main", "image": ownImage}}}}),
		"for an init": initialises(ownImage),
	},
}

const ownImage = "registry.gitlab.com/thinkmassive/satkube/lndash:1.0.0@" + digest

func annotated(workload, pod object) pack.Case {
	return pack.One("kubernetes:apps/v1:Deployment", object{
		"metadata": object{"annotations": workload},
		"spec": object{"template": object{
			"metadata": object{"annotations": pod},
			"spec":     object{"containers": list{object{"name": "main", "image": ownImage}}},
		}},
	})
}
