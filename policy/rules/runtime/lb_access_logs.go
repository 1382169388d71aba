package runtime

import "gitlab.com/thinkmassive/satkube/policy/pack"

var lbAccessLogs = pack.Rule{
	Name:     "lb-access-logs",
	Types:    pack.Tokens("aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer"),
	Severity: pack.Low,
	CKS:      "runtime/threat-detection",
	Must:     "A load balancer logs who calls, drops malformed headers and cannot be deleted by accident.",
	Why:      "It is the only place that sees a client's address before it is rewritten; malformed headers smuggle requests past it; deleted and made again it has another name than the one in DNS.",
	Fix:      "Set accessLogs.enabled, enableDeletionProtection and, on an application load balancer, dropInvalidHeaderFields to true.",
	Refs:     []string{"CKV_AWS_91", "CKV_AWS_131", "CKV_AWS_150", "AWS-0052"},
	Check: func(r pack.Resource, violate pack.Report) {
		kind := r.At("loadBalancerType")
		if logs := r.At("accessLogs", "enabled"); !logs.Is(true) && !kind.Is("gateway") {
			violate(logs.Path() + " is not true.")
		}
		if drop := r.At("dropInvalidHeaderFields"); !drop.Is(true) && !kind.In("network", "gateway") {
			violate(drop.Path() + " is not true.")
		}
		if protection := r.At("enableDeletionProtection"); !protection.Is(true) {
			violate(protection.Path() + " is not true.")
		}
	},
	Pass: pack.Cases{
		"application": balancer(object{}),
		"network":     balancer(object{"loadBalancerType": "network", "dropInvalidHeaderFields": nil}),
		"gateway":     balancer(object{"loadBalancerType": "gateway", "dropInvalidHeaderFields": nil, "accessLogs": nil}),
	},
	Fail: pack.Cases{
		"all left out":           pack.One("aws:lb/loadBalancer:LoadBalancer", object{}),
		"no logs":                balancer(object{"accessLogs": nil}),
		"logs switched off":      balancer(object{"accessLogs": object{"bucket": "logs", "enabled": false}}),
		"headers pass":           balancer(object{"dropInvalidHeaderFields": false}),
		"deletable":              balancer(object{"enableDeletionProtection": nil}),
		"deletable, older token": pack.One("aws:alb/loadBalancer:LoadBalancer", object{"enableDeletionProtection": false}),
	},
}

func balancer(props object) pack.Case {
	return pack.One("aws:lb/loadBalancer:LoadBalancer", with(object{
		"accessLogs": object{"bucket": "logs", "enabled": true}, "dropInvalidHeaderFields": true, "enableDeletionProtection": true,
	}, props))
}
