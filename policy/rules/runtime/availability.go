package runtime

import (
	"regexp"
	"slices"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var (
	somePercent = regexp.MustCompile(`^0*[1-9][0-9]*%$`)
	// Rounded up, half of two pods is one; anything above blocks a drain at two replicas.
	halfAtMost = regexp.MustCompile(`^0*([0-9]|[1-4][0-9]|50)%$`)
)

var availability = pack.Rule{
	Name:     "availability",
	Types:    pack.Kinds("Deployment", "StatefulSet"),
	Severity: pack.Medium,
	CKS:      "runtime/threat-detection",
	Must:     "A service runs twice, on different hosts, and a drain takes one pod at a time.",
	Why:      "One lost node otherwise takes the service with it, monitoring and ingress first. The setting singletons leaves out components that must never run twice: how bitcoind and lnd survive is the business of the bitcoin domain.",
	Fix:      "Set spec.replicas to 2 or more, add topologySpreadConstraints or podAntiAffinity, and register a PodDisruptionBudget for its pods that allows one disruption.",
	Refs:     []string{"kube-linter minimum-three-replicas", "kube-linter no-anti-affinity", "kube-score deployment-has-poddisruptionbudget", "Polaris missingPodDisruptionBudget"},
	Settings: map[string]any{"singletons": []string{"chain", "lightning"}},
	CheckStack: func(s pack.Stack, violate pack.StackReport) {
		singletons := s.Setting("singletons").Texts()
		for _, r := range s.All(pack.Kinds("Deployment", "StatefulSet")) {
			if r.Label(componentLabel).In(singletons...) {
				continue
			}
			replicas := fewest(s, r)
			if !replicas.AtLeast(2) {
				violate(r, replicas.Path()+" is below 2.")
			}
			spec := r.At("spec", "template", "spec")
			if spec.At("topologySpreadConstraints").Absent() && spec.At("affinity", "podAntiAffinity").Absent() {
				violate(r, spec.Path()+" has neither topologySpreadConstraints nor podAntiAffinity.")
			}
			labels := r.At("spec", "template", "metadata", "labels")
			if !slices.ContainsFunc(s.All(pack.Kinds("PodDisruptionBudget")), func(budget pack.Resource) bool {
				return sameNamespace(budget, r) && budget.At("spec", "selector").Given() && selects(budget.At("spec", "selector"), labels) && allowsOne(budget, replicas)
			}) {
				violate(r, "No PodDisruptionBudget of the stack selects its pods and allows one disruption.")
			}
		}
	},
	Pass: pack.Cases{
		"two, spread, with a budget": {served(2, spread), budget(object{"maxUnavailable": 1})},
		"budget by its least":        {served(3, spread), budget(object{"minAvailable": 2})},
		"budget in percent":          {served(2, apart), budget(object{"minAvailable": "50%"})},
		"scaled by load":             {served(nil, spread), budget(object{"maxUnavailable": "25%"}), scaler(2)},
		"a Lightning node":           {one("kubernetes:apps/v1:StatefulSet", "lnd", object{"metadata": object{"labels": object{componentLabel: "lightning"}}, "spec": object{"replicas": 1}})},
	},
	Fail: pack.Cases{
		"one":                           {served(1, spread), budget(object{"maxUnavailable": 1})},
		"replicas left out":             {served(nil, spread), budget(object{"maxUnavailable": 1})},
		"scaled down to one":            {served(nil, spread), budget(object{"maxUnavailable": 1}), scaler(1)},
		"on one host":                   {served(2, object{}), budget(object{"maxUnavailable": 1})},
		"no budget":                     {served(2, spread)},
		"budget that blocks a drain":    {served(2, spread), budget(object{"maxUnavailable": 0})},
		"budget that wants all":         {served(2, spread), budget(object{"minAvailable": 2})},
		"budget that wants all, in %":   {served(2, spread), budget(object{"minAvailable": "100%"})},
		"budget for somebody else":      {served(2, spread), one("kubernetes:policy/v1:PodDisruptionBudget", "other", object{"metadata": object{"namespace": "monitoring"}, "spec": object{"maxUnavailable": 1, "selector": object{"matchLabels": object{nameLabel: "kibana"}}}})},
		"budget in another namespace":   {served(2, spread), one("kubernetes:policy/v1:PodDisruptionBudget", "other", object{"metadata": object{"namespace": "logging"}, "spec": object{"maxUnavailable": 1, "selector": object{"matchLabels": object{nameLabel: "grafana"}}}})},
		"budget that excludes the pods": {served(2, spread), one("kubernetes:policy/v1:PodDisruptionBudget", "other", object{"metadata": object{"namespace": "monitoring"}, "spec": object{"maxUnavailable": 1, "selector": object{"matchExpressions": list{object{"key": nameLabel, "operator": "NotIn", "values": list{"grafana"}}}}}})},
	},
}

// fewest returns the number of pods that a workload never falls below: its autoscaler's minimum, or its replicas.
func fewest(s pack.Stack, r pack.Resource) pack.Value {
	for _, scaler := range s.All(pack.Kinds("HorizontalPodAutoscaler")) {
		target := scaler.At("spec", "scaleTargetRef")
		if sameNamespace(scaler, r) && target.At("kind").Is(r.Kind()) && equal(target.At("name"), r.At("metadata", "name")) {
			return scaler.At("spec", "minReplicas")
		}
	}
	return r.At("spec", "replicas")
}

// allowsOne tells whether a budget lets one of that many pods be evicted.
func allowsOne(budget pack.Resource, replicas pack.Value) bool {
	if most := budget.At("spec", "maxUnavailable"); most.Given() {
		return most.AtLeast(1) || most.Matches(somePercent)
	}
	least := budget.At("spec", "minAvailable")
	if !least.Known() {
		// One question about it, not a hundred.
		return least.Is(0)
	}
	for n := range 100 {
		if least.Is(n) {
			return replicas.AtLeast(float64(n + 1))
		}
	}
	return least.Matches(halfAtMost)
}

var (
	spread = object{"topologySpreadConstraints": list{object{"maxSkew": 1, "topologyKey": "kubernetes.io/hostname", "whenUnsatisfiable": "DoNotSchedule"}}}
	apart  = object{"affinity": object{"podAntiAffinity": object{"requiredDuringSchedulingIgnoredDuringExecution": list{object{"topologyKey": "kubernetes.io/hostname"}}}}}
)

// served is Grafana with that many replicas and pods of that specification.
func served(replicas any, spec object) pack.Object {
	return one("kubernetes:apps/v1:Deployment", "grafana", object{
		"metadata": object{"name": "grafana", "namespace": "monitoring"},
		"spec": object{"replicas": replicas, "template": object{
			"metadata": object{"labels": object{nameLabel: "grafana", "app.kubernetes.io/version": "13.2.3"}}, "spec": spec,
		}},
	})
}

func budget(spec object) pack.Object {
	return one("kubernetes:policy/v1:PodDisruptionBudget", "grafana", object{
		"metadata": object{"namespace": "monitoring"},
		"spec":     with(object{"selector": object{"matchLabels": object{nameLabel: "grafana"}}}, spec),
	})
}

func scaler(least int) pack.Object {
	return one("kubernetes:autoscaling/v2:HorizontalPodAutoscaler", "grafana", object{
		"metadata": object{"namespace": "monitoring"},
		"spec":     object{"scaleTargetRef": object{"kind": "Deployment", "name": "grafana"}, "minReplicas": least},
	})
}
