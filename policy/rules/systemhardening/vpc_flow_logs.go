package systemhardening

import (
	"slices"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var (
	vpcs     = pack.Tokens("aws:ec2/vpc:Vpc")
	flowLogs = pack.Tokens("aws:ec2/flowLog:FlowLog")
)

var vpcFlowLogs = pack.Rule{
	Name:     "vpc-flow-logs",
	Types:    vpcs,
	Severity: pack.Medium,
	CKS:      "system-hardening/external-access",
	Must:     "Every VPC has a flow log of all or of the refused traffic.",
	Why:      "Without it nobody can tell afterwards where a taken-over pod sent a wallet, nor sees the scan that came before.",
	Fix:      "Add an aws:ec2/flowLog:FlowLog with the VPC's id as vpcId and trafficType ALL, or at least REJECT.",
	Refs:     []string{"AWS-0178", "AWS: VPC Flow Logs"},
	CheckStack: func(s pack.Stack, violate pack.StackReport) {
		var logs []pack.Resource
		for _, log := range s.All(flowLogs) {
			if log.At("vpcId").Given() && log.At("trafficType").In("ALL", "REJECT") {
				logs = append(logs, log)
			}
		}
		// The id of a VPC is an output; what ties a log to it is that it depends on it. Logs of which no dependencies are told, as in a
		// review without an engine, are counted: each covers one VPC.
		loose := len(slices.DeleteFunc(slices.Clone(logs), func(log pack.Resource) bool { return len(log.Dependencies) > 0 }))
		for _, vpc := range s.All(vpcs) {
			if slices.ContainsFunc(logs, func(log pack.Resource) bool { return slices.Contains(log.Dependencies, vpc.URN) }) {
				continue
			}
			if loose > 0 {
				loose--
				continue
			}
			violate(vpc, "The VPC has to have a flow log whose trafficType is ALL or REJECT.")
		}
	},
	Pass: pack.Cases{
		"no VPC":          {{Type: "aws:ec2/subnet:Subnet", Name: "a", Props: object{}}},
		"all traffic":     {vpc("network"), flowLog("ALL", object{"vpcId": pack.Unknown})},
		"what is refused": {vpc("network"), flowLog("REJECT", object{"vpcId": "vpc-1"})},
	},
	Fail: pack.Cases{
		"none":             {vpc("network")},
		"accepted traffic": {vpc("network"), flowLog("ACCEPT", object{"vpcId": "vpc-1"})},
		"of what, unsaid":  {vpc("network"), {Type: "aws:ec2/flowLog:FlowLog", Name: "log", Props: object{"vpcId": "vpc-1"}}},
		"of a subnet":      {vpc("network"), flowLog("ALL", object{"subnetId": "subnet-1"})},
		"of one of two":    {vpc("network"), vpc("other"), flowLog("ALL", object{"vpcId": "vpc-1"})},
	},
}

func vpc(name string) pack.Object {
	return pack.Object{Type: "aws:ec2/vpc:Vpc", Name: name, Props: object{"cidrBlock": "10.0.0.0/16"}}
}

func flowLog(traffic string, of object) pack.Object {
	of["trafficType"] = traffic
	return pack.Object{Type: "aws:ec2/flowLog:FlowLog", Name: "log", Props: of}
}
