package config_test

import (
	"fmt"
	"strings"
)

func malformedCluster() map[string]malformed {
	return map[string]malformed{
		"a kind in capitals": {
			map[string]any{"cluster.kind": "EKS"},
			[]string{`cluster.kind is "EKS", want eks or existing`},
		},
		"kind eks without its block": {
			map[string]any{"cluster.eks": absent{}},
			[]string{`cluster.eks is missing, want an object with region and admins, because cluster.kind is eks`},
		},
		"kind eks with the block of an existing cluster": {
			map[string]any{"cluster.existing": map[string]any{"storageClass": ""}},
			[]string{`cluster.existing is an object, want it left out, because cluster.kind is eks`},
		},
		"kind existing with the block of eks, whose rules are not applied": {
			map[string]any{"cluster.kind": "existing", "cluster.eks.network.zones": 9},
			[]string{`cluster.eks is an object, want it left out, because cluster.kind is existing`},
		},
		"an existing cluster with a bad storage class and context": {
			map[string]any{"cluster.kind": "existing", "cluster.eks": absent{}, "cluster.existing": map[string]any{"storageClass": "", "context": "a\tb"}},
			[]string{
				`cluster.existing.context is "a\tb", want the name of a kubeconfig context, on one line`,
				`cluster.existing.storageClass is "", want the name of a StorageClass, such as standard`,
			},
		},
		"an empty name": {
			map[string]any{"cluster.name": ""},
			[]string{`cluster.name is "", want 1 to 40 lower-case letters, digits and inner hyphens`},
		},
		"a name that is too long": {
			map[string]any{"cluster.name": strings.Repeat("a", 41)},
			[]string{`cluster.name is "` + strings.Repeat("a", 41) + `", want 1 to 40 lower-case letters, digits and inner hyphens`},
		},
		"a name with an underscore": {
			map[string]any{"cluster.name": "sat_kube"},
			[]string{`cluster.name is "sat_kube", want 1 to 40 lower-case letters, digits and inner hyphens`},
		},
		"a name that ends in a hyphen": {
			map[string]any{"cluster.name": "satkube-"},
			[]string{`cluster.name is "satkube-", want 1 to 40 lower-case letters, digits and inner hyphens`},
		},
		"a version that is not built": {
			map[string]any{"cluster.version": "1.33"},
			[]string{`cluster.version is "1.33", want a version that SatKube builds on EKS: 1.35`},
		},
		"a version with a patch": {
			map[string]any{"cluster.version": "1.35.2"},
			[]string{`cluster.version is "1.35.2", want a version that SatKube builds on EKS: 1.35`},
		},
		"a version of an existing cluster that is too old": {
			map[string]any{"cluster.kind": "existing", "cluster.eks": absent{}, "cluster.version": "1.29"},
			[]string{`cluster.version is "1.29", want a Kubernetes minor version such as "1.35", 1.30 or newer`},
		},
		"a zone for a region": {
			map[string]any{"cluster.eks.region": "us-east-2a"},
			[]string{`cluster.eks.region is "us-east-2a", want an AWS region such as us-east-2`},
		},
		"a retention that CloudWatch does not offer": {
			map[string]any{"cluster.eks.logRetentionDays": 100},
			[]string{`cluster.eks.logRetentionDays is 100, want one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653`},
		},
	}
}

func malformedNetwork() map[string]malformed {
	many := []any{}
	for i := range 41 {
		many = append(many, fmt.Sprintf("198.51.100.%d/32", i))
	}
	return map[string]malformed{
		"a range that is none": {
			map[string]any{"cluster.eks.network.cidr": "10.0.0.0"},
			[]string{`cluster.eks.network.cidr is "10.0.0.0", want an IPv4 range from /16 to /20, such as 10.0.0.0/16`},
		},
		"a range of IPv6": {
			map[string]any{"cluster.eks.network.cidr": "fd00::/16"},
			[]string{`cluster.eks.network.cidr is "fd00::/16", want an IPv4 range from /16 to /20, such as 10.0.0.0/16`},
		},
		"a range with host bits": {
			map[string]any{"cluster.eks.network.cidr": "10.0.1.0/16"},
			[]string{`cluster.eks.network.cidr is "10.0.1.0/16", want "10.0.0.0/16": host bits are set`},
		},
		"a range that is too wide": {
			map[string]any{"cluster.eks.network.cidr": "10.0.0.0/15"},
			[]string{`cluster.eks.network.cidr is "10.0.0.0/15", want a range from /16 to /20`},
		},
		"a range that is too narrow": {
			map[string]any{"cluster.eks.network.cidr": "10.0.0.0/21"},
			[]string{`cluster.eks.network.cidr is "10.0.0.0/21", want a range from /16 to /20`},
		},
		"a range of public addresses": {
			map[string]any{"cluster.eks.network.cidr": "172.32.0.0/16"},
			[]string{`cluster.eks.network.cidr is "172.32.0.0/16", want a private range, within 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16`},
		},
		"services inside of the VPC": {
			map[string]any{"cluster.eks.network.serviceCidr": "10.0.128.0/20"},
			[]string{`cluster.eks.network.serviceCidr is "10.0.128.0/20", want a range outside of network.cidr "10.0.0.0/16"`},
		},
		"services in a range that is too narrow": {
			map[string]any{"cluster.eks.network.serviceCidr": "172.20.0.0/25"},
			[]string{`cluster.eks.network.serviceCidr is "172.20.0.0/25", want a range from /12 to /24`},
		},
		"services in the range of carrier NAT": {
			map[string]any{"cluster.eks.network.serviceCidr": "100.64.0.0/16"},
			[]string{`cluster.eks.network.serviceCidr is "100.64.0.0/16", want a private range, within 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16`},
		},
		"one zone": {
			map[string]any{"cluster.eks.network.zones": 1},
			[]string{`cluster.eks.network.zones is 1, want 2 or 3`},
		},
		"four zones, which the pools are not blamed for": {
			map[string]any{"cluster.eks.network.zones": 4, "cluster.eks.systemPool.zones": 5},
			[]string{`cluster.eks.network.zones is 4, want 2 or 3`},
		},
		"an unknown NAT mode": {
			map[string]any{"cluster.eks.network.nat": "none"},
			[]string{`cluster.eks.network.nat is "none", want one or per-zone`},
		},
		"the whole internet": {
			map[string]any{"cluster.eks.publicCidrs": []any{"0.0.0.0/0", "::/0"}},
			[]string{
				`cluster.eks.publicCidrs[0] is "0.0.0.0/0", want a range of /8 or narrower: the API server is not for the whole internet`,
				`cluster.eks.publicCidrs[1] is "::/0", want a range of /8 or narrower: the API server is not for the whole internet`,
			},
		},
		"the whole internet in two halves": {
			map[string]any{"cluster.eks.publicCidrs": []any{"0.0.0.0/1", "128.0.0.0/1"}},
			[]string{
				`cluster.eks.publicCidrs[0] is "0.0.0.0/1", want a range of /8 or narrower: the API server is not for the whole internet`,
				`cluster.eks.publicCidrs[1] is "128.0.0.0/1", want a range of /8 or narrower: the API server is not for the whole internet`,
			},
		},
		"public ranges of every wrong sort": {
			map[string]any{"cluster.eks.publicCidrs": []any{"203.0.113.5", "203.0.113.5/24", "10.0.0.0/8", "127.0.0.1/32", "2001:db8::/32"}},
			[]string{
				`cluster.eks.publicCidrs[0] is "203.0.113.5", want an IPv4 range such as 198.51.100.0/24`,
				`cluster.eks.publicCidrs[1] is "203.0.113.5/24", want "203.0.113.0/24": host bits are set`,
				`cluster.eks.publicCidrs[2] is "10.0.0.0/8", want a range of public addresses`,
				`cluster.eks.publicCidrs[3] is "127.0.0.1/32", want a range of public addresses`,
				`cluster.eks.publicCidrs[4] is "2001:db8::/32", want an IPv4 range: the cluster's addresses are IPv4`,
			},
		},
		"public ranges that overlap": {
			map[string]any{"cluster.eks.publicCidrs": []any{"bad", "198.51.100.0/24", "198.51.100.128/25"}},
			[]string{
				`cluster.eks.publicCidrs[0] is "bad", want an IPv4 range such as 198.51.100.0/24`,
				`cluster.eks.publicCidrs[2] is "198.51.100.128/25", want a range that does not overlap publicCidrs[1]`,
			},
		},
		"more public ranges than EKS takes": {
			map[string]any{"cluster.eks.publicCidrs": many},
			[]string{`cluster.eks.publicCidrs is a list of 41, want at most 40 ranges`},
		},
	}
}

func malformedAccess() map[string]malformed {
	return map[string]malformed{
		"a boundary that is no policy": {
			map[string]any{"cluster.eks.permissionsBoundary": "arn:aws:iam::123456789012:role/boundary"},
			[]string{`cluster.eks.permissionsBoundary is "arn:aws:iam::123456789012:role/boundary", want the ARN of an IAM policy, such as arn:aws:iam::123456789012:policy/NAME`},
		},
		"a boundary of another partition": {
			map[string]any{"cluster.eks.permissionsBoundary": "arn:aws-cn:iam::123456789012:policy/b"},
			[]string{`cluster.eks.permissionsBoundary is "arn:aws-cn:iam::123456789012:policy/b", want an ARN of partition aws, which region us-east-2 is in`},
		},
		"no admin": {
			map[string]any{"cluster.eks.admins": []any{}},
			[]string{`cluster.eks.admins is [], want at least one IAM user or role ARN, including that of whoever runs pulumi up`},
		},
		"an admin that is no ARN": {
			map[string]any{"cluster.eks.admins": []any{"alice"}},
			[]string{`cluster.eks.admins[0] is "alice", want the ARN of an IAM user or role, such as arn:aws:iam::123456789012:role/NAME`},
		},
		"an account number that is too short": {
			map[string]any{"cluster.eks.admins": []any{"arn:aws:iam::12345:role/admin"}},
			[]string{`cluster.eks.admins[0] is "arn:aws:iam::12345:role/admin", want the ARN of an IAM user or role, such as arn:aws:iam::123456789012:role/NAME`},
		},
		"a group": {
			map[string]any{"cluster.eks.operators": []any{"arn:aws:iam::123456789012:group/ops"}},
			[]string{`cluster.eks.operators[0] is "arn:aws:iam::123456789012:group/ops", want the ARN of an IAM user or role, such as arn:aws:iam::123456789012:role/NAME`},
		},
		"the root of an account": {
			map[string]any{"cluster.eks.admins": []any{"arn:aws:iam::123456789012:root"}},
			[]string{`cluster.eks.admins[0] is "arn:aws:iam::123456789012:root", want an IAM user or role, never the account's root`},
		},
		"a session of a role": {
			map[string]any{"cluster.eks.admins": []any{"arn:aws:sts::123456789012:assumed-role/admin/me"}},
			[]string{`cluster.eks.admins[0] is "arn:aws:sts::123456789012:assumed-role/admin/me", want the ARN of the role itself, not of its session`},
		},
		"an ARN of another partition": {
			map[string]any{"cluster.eks.region": "us-gov-west-1"},
			[]string{`cluster.eks.admins[0] is "arn:aws:iam::123456789012:role/admin", want an ARN of partition aws-us-gov, which region us-gov-west-1 is in`},
		},
		"a region in China": {
			map[string]any{"cluster.eks.region": "cn-north-1"},
			[]string{`cluster.eks.region is "cn-north-1", want a region outside of China: endpoint services have other names there`},
		},
		"an admin twice": {
			map[string]any{"cluster.eks.admins": []any{admin, admin}},
			[]string{`cluster.eks.admins[1] is "arn:aws:iam::123456789012:role/admin", want a principal that is not already admins[0]`},
		},
		"an operator who is an admin": {
			map[string]any{"cluster.eks.operators": []any{admin}},
			[]string{`cluster.eks.operators[0] is "arn:aws:iam::123456789012:role/admin", want a principal that is not already admins[0]`},
		},
	}
}
