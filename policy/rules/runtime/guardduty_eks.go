package runtime

import (
	"slices"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var guarddutyEKS = pack.Rule{
	Name:     "guardduty-eks",
	Types:    pack.Tokens("aws:eks/cluster:Cluster"),
	Severity: pack.High,
	CKS:      "runtime/behavioral-analytics",
	Must:     "GuardDuty watches a cluster's audit log and what its nodes run.",
	Why:      "A miner, a shell out of a container or an anonymous call to the API looks like ordinary load in metrics; without a detector the first sign of an intruder is the missing money.",
	Fix:      "Register aws.guardduty.Detector with enable true, and DetectorFeatures with status ENABLED for EKS_AUDIT_LOGS and for RUNTIME_MONITORING, the latter with EKS_ADDON_MANAGEMENT enabled.",
	Refs:     []string{"CKS 1.34: Perform behavioral analytics to detect malicious activities", "AWS EKS Best Practices: detective controls"},
	CheckStack: func(s pack.Stack, violate pack.StackReport) {
		features := s.All(pack.Tokens("aws:guardduty/detectorFeature:DetectorFeature"))
		detector := slices.ContainsFunc(s.All(pack.Tokens("aws:guardduty/detector:Detector")), func(r pack.Resource) bool { return r.At("enable").Is(true) })
		audit := slices.ContainsFunc(features, func(r pack.Resource) bool { return enabled(r.At(), "EKS_AUDIT_LOGS") })
		watched := slices.ContainsFunc(features, func(r pack.Resource) bool {
			return enabled(r.At(), "RUNTIME_MONITORING", "EKS_RUNTIME_MONITORING") && r.At("additionalConfigurations").Some(func(c pack.Value) bool {
				return enabled(c, "EKS_ADDON_MANAGEMENT")
			})
		})
		for _, cluster := range clusters(s) {
			if !detector {
				violate(cluster, "The stack has no GuardDuty detector whose enable is true.")
			}
			if !audit {
				violate(cluster, "The stack has no enabled GuardDuty feature for the audit logs of EKS.")
			}
			if !watched {
				violate(cluster, "The stack has no enabled GuardDuty feature for runtime monitoring that manages the agent's add-on.")
			}
		}
	},
	Pass: pack.Cases{
		"detector and both": {eksCluster, detects(true), feature("EKS_AUDIT_LOGS", "ENABLED"), feature("RUNTIME_MONITORING", "ENABLED")},
		"monitoring of EKS": {eksCluster, detects(true), feature("EKS_AUDIT_LOGS", "ENABLED"), feature("EKS_RUNTIME_MONITORING", "ENABLED")},
		"nothing to watch":  {detects(false)},
	},
	Fail: pack.Cases{
		"nothing":            {eksCluster},
		"detector off":       {eksCluster, detects(false), feature("EKS_AUDIT_LOGS", "ENABLED"), feature("RUNTIME_MONITORING", "ENABLED")},
		"detector left open": {eksCluster, detects(nil), feature("EKS_AUDIT_LOGS", "ENABLED"), feature("RUNTIME_MONITORING", "ENABLED")},
		"audit logs off":     {eksCluster, detects(true), feature("EKS_AUDIT_LOGS", "DISABLED"), feature("RUNTIME_MONITORING", "ENABLED")},
		"runtime left out":   {eksCluster, detects(true), feature("EKS_AUDIT_LOGS", "ENABLED")},
		"agent is not managed": {eksCluster, detects(true), feature("EKS_AUDIT_LOGS", "ENABLED"), one("aws:guardduty/detectorFeature:DetectorFeature", "agentless", object{
			"name": "RUNTIME_MONITORING", "status": "ENABLED",
		})},
	},
}

// enabled tells whether a feature of GuardDuty, or a part of one, has one of the names and is on.
func enabled(feature pack.Value, names ...string) bool {
	return feature.At("name").In(names...) && feature.At("status").Is("ENABLED")
}

func detects(enable any) pack.Object {
	return one("aws:guardduty/detector:Detector", "detector", object{"enable": enable})
}

func feature(name, status string) pack.Object {
	return one("aws:guardduty/detectorFeature:DetectorFeature", name, object{
		"name": name, "status": status,
		"additionalConfigurations": list{object{"name": "EKS_ADDON_MANAGEMENT", "status": status}},
	})
}
