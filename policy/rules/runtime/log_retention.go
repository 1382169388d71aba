package runtime

import (
	"regexp"
	"slices"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

const logGroupToken = "aws:cloudwatch/logGroup:LogGroup"

var controlPlaneGroup = regexp.MustCompile(`^/aws/eks/[^/]+/cluster$`)

var logRetention = pack.Rule{
	Name:     "log-retention",
	Types:    pack.Tokens(logGroupToken, "aws:eks/cluster:Cluster"),
	Severity: pack.Medium,
	CKS:      "runtime/audit-logs",
	Must:     "Log groups keep their lines long enough, under a key of our own, and the control plane's group is one of the stack's.",
	Why:      "An intrusion is found months later: a log that is gone by then tells nothing. The group that EKS makes itself has no key of ours and no retention that anybody chose.",
	Fix:      "Set retentionInDays to the setting days at least, and kmsKeyId; register the group /aws/eks/NAME/cluster before the cluster.",
	Refs:     []string{"CIS EKS 1.8.0 2.1.2", "CKV_AWS_66", "CKV_AWS_158", "CKV_AWS_338", "AWS-0017"},
	Settings: map[string]any{"days": 90},
	CheckStack: func(s pack.Stack, violate pack.StackReport) {
		groups := s.All(pack.Tokens(logGroupToken))
		least := s.Setting("days").Number()
		for _, group := range groups {
			if days := group.At("retentionInDays"); !days.AtLeast(least) {
				violate(group, days.Path()+" is below the setting days.")
			}
			if key := group.At("kmsKeyId"); !key.Given() {
				violate(group, key.Path()+" is not set.")
			}
		}
		for _, cluster := range clusters(s) {
			if !slices.ContainsFunc(groups, func(group pack.Resource) bool { return belongs(group.At("name"), cluster.At("name")) }) {
				violate(cluster, "The stack has no log group for the control plane's logs.")
			}
		}
	},
	Pass: pack.Cases{
		"long and encrypted": {eksCluster, logGroup("/aws/eks/satkube/cluster", object{})},
		"key of tomorrow":    {logGroup("/satkube/flow-logs", object{"kmsKeyId": pack.Unknown})},
		"cluster auto-named": {one("aws:eks/cluster:Cluster", "cluster", object{}), logGroup("/aws/eks/any/cluster", object{})},
	},
	Fail: pack.Cases{
		"retention left out": {logGroup("/satkube/flow-logs", object{"retentionInDays": nil})},
		"too short":          {logGroup("/satkube/flow-logs", object{"retentionInDays": 30})},
		"for ever":           {logGroup("/satkube/flow-logs", object{"retentionInDays": 0})},
		"AWS's key":          {logGroup("/satkube/flow-logs", object{"kmsKeyId": nil})},
		"no group":           {eksCluster},
		"of another cluster": {eksCluster, logGroup("/aws/eks/other/cluster", object{})},
		"of something else":  {eksCluster, logGroup("/satkube/flow-logs", object{})},
	},
}

// belongs tells whether the log group is the one that EKS writes to. A cluster that Pulumi names has no name before it is registered.
func belongs(group, cluster pack.Value) bool {
	if name := cluster.Text(); name != "" {
		return group.Is("/aws/eks/" + name + "/cluster")
	}
	return group.Matches(controlPlaneGroup)
}

func logGroup(name string, props object) pack.Object {
	return one(logGroupToken, "logs", with(object{"name": name, "retentionInDays": 90, "kmsKeyId": "arn:aws:kms:us-east-2:123456789012:key/logs"}, props))
}
