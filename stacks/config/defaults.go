package config

// Defaults is a Platform with every object and every list entry present once, holding the values that Load puts where the
// user wrote nothing. What the user must give is empty in it. It is also Load's only list of known keys and their types.
//
// A list, the tags and the optional objects (cluster.eks, cluster.existing, nodes[].lightning) are empty unless the user
// writes them; the single entry here says what each of their entries starts from.
func Defaults() Platform {
	return Platform{
		Tags: map[string]string{anyKey: ""},
		Cluster: Cluster{
			// In standard support until 2027-03-27, and a release behind the newest, which add-ons need time to follow.
			Version: "1.35",
			EKS: &EKS{
				Network: Network{
					CIDR: "10.0.0.0/16",
					// What EKS itself takes for a VPC in 10.0.0.0/8.
					ServiceCIDR: "172.20.0.0/16",
					Zones:       2,
					NAT:         NATOne,
				},
				PublicCIDRs: []string{""},
				Admins:      []string{""},
				Operators:   []string{""},
				// Long enough to look into an incident that is noticed late; the common default of terraform-aws-eks.
				LogRetentionDays: 90,
				SystemPool: NodePool{
					InstanceTypes: []string{"m7g.large"},
					Capacity:      OnDemand,
					Min:           2, // one may be drained while the other serves
					Desired:       2,
					Max:           4,
					DiskGiB:       50,
				},
				BitcoinPool: NodePool{
					InstanceTypes: []string{"r7g.large"},
					Capacity:      OnDemand,
					Min:           1,
					Desired:       1,
					Max:           2,
					DiskGiB:       50,
				},
			},
			// The class that kind sets up.
			Existing: &Existing{StorageClass: "standard"},
		},
		Monitoring: &Monitoring{
			Replicas: 1,
			// Two weeks show a slow leak; retention by size keeps the volume from filling before.
			RetentionDays: 15,
			Storage:       "50Gi",
			Memory:        "2Gi",
			CPU:           "500m",
			Email:         &Email{},
		},
		Logging: &Logging{
			Nodes:   1,
			Storage: "50Gi",
			// Half of it is heap, the least that Elasticsearch 9 is comfortable with.
			Memory:        "2Gi",
			CPU:           "500m",
			RetentionDays: 30,
			BufferMiB:     512,
			Mmap:          true,
		},
		Ingress: &Ingress{
			Replicas:     1,
			AllowedCIDRs: []string{""},
			OIDC:         &OIDC{IssuerCIDRs: []string{""}, Groups: []string{""}, EmailDomains: []string{""}},
		},
		Nodes: []Node{{
			Bitcoind: Bitcoind{
				// Bitcoin Core's own default before v31 began to look at the machine's memory.
				DBCacheMiB: 450,
				// dbcache and the 2048 MiB that bitcoind needs beside it, rounded up.
				Memory: "2560Mi",
				// Half of an r7g.large; it is a limit, too, and validation takes what it gets.
				CPU: "1",
				// 150 GB a month, about 13 USD of AWS egress; without a limit one syncing peer takes the whole chain.
				MaxUploadTargetMiB: 5000,
			},
			Lightning: &Lightning{
				// lnd corrupts its channel database when the disk is full, so the volume starts far above its need.
				Storage:     "20Gi",
				Memory:      "2Gi",
				CPU:         "500m",
				Watchtowers: []string{""},
			},
		}},
	}
}
