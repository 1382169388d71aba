package clusterhardening

import (
	"regexp"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

// previewAPI is a type of one of Kubernetes' own API groups in an alpha or beta version. Groups of custom resources are not among
// them: some projects never leave beta.
var previewAPI = regexp.MustCompile(`^kubernetes:(` +
	`core|apps|batch|extensions|policy|autoscaling|events|meta|auditregistration\.k8s\.io|admissionregistration\.k8s\.io|apiextensions\.k8s\.io|` +
	`apiregistration|apiregistration\.k8s\.io|authentication\.k8s\.io|authorization\.k8s\.io|certificates\.k8s\.io|coordination\.k8s\.io|` +
	`discovery\.k8s\.io|events\.k8s\.io|flowcontrol\.apiserver\.k8s\.io|imagepolicy\.k8s\.io|internal\.apiserver\.k8s\.io|` +
	`networking\.k8s\.io|node\.k8s\.io|rbac\.authorization\.k8s\.io|resource\.k8s\.io|scheduling\.k8s\.io|settings\.k8s\.io|` +
	`storage\.k8s\.io|storagemigration\.k8s\.io)/v[0-9]+(alpha|beta)[0-9]+:`)

var deprecatedAPI = pack.Rule{
	Name:     "deprecated-api",
	Types:    pack.Anything(),
	Severity: pack.Medium,
	CKS:      "cluster-hardening/upgrades",
	Must:     "Objects of Kubernetes' own API groups use a stable API version.",
	Why: "Alpha and beta versions are removed within a few releases, extensions/v1beta1 and policy/v1beta1 long ago: the cluster cannot be " +
		"upgraded until all such objects are rewritten, or the object is gone after it.",
	Fix: "Use the type of the stable version, such as kubernetes:apps/v1:Deployment.",
	Refs: []string{
		"kube-linter no-extensions-v1beta", "KSV-0107", "kube-score stable-version", "Pulumi compliance-policies disallowBetaResource",
		"Kubernetes deprecated API migration guide",
	},
	Check: func(r pack.Resource, violate pack.Report) {
		if previewAPI.MatchString(r.Type) {
			violate("Its type is of an alpha or beta API version; want the stable one.")
		}
	},
	Pass: pack.Cases{
		"stable":            statefulSet(map[string]any{}),
		"a custom resource": pack.One("kubernetes:karpenter.sh/v1beta1:NodePool", nil),
		"another provider":  pack.One("aws:ec2/vpc:Vpc", nil),
		"core":              pack.One("kubernetes:core/v1:Pod", nil),
	},
	Fail: pack.Cases{
		"removed":              pack.One("kubernetes:extensions/v1beta1:Deployment", nil),
		"pod security policy":  pack.One("kubernetes:policy/v1beta1:PodSecurityPolicy", nil),
		"an old autoscaler":    pack.One("kubernetes:autoscaling/v2beta2:HorizontalPodAutoscaler", nil),
		"an old job":           pack.One("kubernetes:batch/v1beta1:CronJob", nil),
		"alpha":                pack.One("kubernetes:storage.k8s.io/v1alpha1:VolumeAttributesClass", nil),
		"a patch of a beta":    pack.One("kubernetes:networking.k8s.io/v1beta1:IngressPatch", nil),
		"a list of beta roles": pack.One("kubernetes:rbac.authorization.k8s.io/v1beta1:RoleList", map[string]any{"items": []any{map[string]any{}}}),
	},
}
