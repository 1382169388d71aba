package bitcoin

import (
	"regexp"
	"slices"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var noSnapshotOfLnd = pack.Rule{
	Name: "no-snapshot-of-lnd",
	Types: pack.Kinds("VolumeSnapshot", "VolumeGroupSnapshot").
		And(pack.Tokens("aws:backup/selection:Selection", "aws:dlm/lifecyclePolicy:LifecyclePolicy")),
	Severity: pack.Critical,
	CKS:      "bitcoin/funds",
	Must:     "Nothing takes snapshots of lnd's volume: no VolumeSnapshot, no AWS Backup, no lifecycle policy of EBS.",
	Why: "A snapshot of lnd is a loaded gun: restored, it broadcasts revoked states and costs every channel. It also copies the wallet and " +
		"all macaroons to where other people may read them.",
	Fix: "Take the snapshot of bitcoind instead, which is safe. Select volumes for backups by a tag that the volume of lnd does not carry, " +
		"not by the tags of the EBS driver and not by a wildcard.",
	Refs: []string{"lnd docs/safety.md", "lightningnetwork/lnd#2578", "reference/bitcoin.md 4.2"},
	CheckStack: func(s pack.Stack, violate pack.StackReport) {
		claims := lnd.claims(s)
		if len(claims) == 0 && len(lnd.workloads(s)) == 0 {
			return
		}
		named := func(name pack.Value) bool {
			return slices.ContainsFunc(claims, func(c claim) bool { return same(name, c.meta.At("name")) })
		}
		for _, snapshot := range s.All(pack.Kinds("VolumeSnapshot")) {
			source := snapshot.At("spec", "source", "persistentVolumeClaimName")
			near := slices.ContainsFunc(claims, func(c claim) bool { return sameNamespace(c.about.Namespace(), snapshot.Namespace()) })
			if source.Given() && near && named(source) {
				violate(snapshot, source.Path()+" is a claim of lnd.")
			}
		}
		for _, group := range s.All(pack.Kinds("VolumeGroupSnapshot")) {
			if slices.ContainsFunc(claims, func(c claim) bool { return sameNamespace(c.about.Namespace(), group.Namespace()) }) {
				violate(group, "spec.source selects in a namespace with a claim of lnd.")
			}
		}
		for _, selection := range s.All(pack.Tokens("aws:backup/selection:Selection")) {
			for _, resource := range selection.At("resources").List() {
				if resource.Matches(everyVolume) {
					violate(selection, resource.Path()+" takes every volume, that of lnd too.")
				}
			}
			for _, tag := range selection.At("selectionTags").List() {
				if driverTag(tag.At("key"), tag.At("value"), named) {
					violate(selection, tag.Path()+" takes the volumes that the EBS driver made, that of lnd too.")
				}
			}
		}
		for _, policy := range s.All(pack.Tokens("aws:dlm/lifecyclePolicy:LifecyclePolicy")) {
			tags := policy.At("policyDetails", "targetTags")
			for _, key := range tags.Keys() {
				if driverKey.MatchString(key) && (key != claimTag || named(tags.At(key))) {
					violate(policy, tags.Path()+" takes the volumes that the EBS driver made, that of lnd too.")
				}
			}
		}
	},
	Pass: pack.Cases{
		"of bitcoind": {object(claimType, "l", volume("lnd")), object(snapshotType, "s", snapshot("bitcoind-data"))},
		"no node":     {object(selectionType, "s", selection("kubernetes.io/cluster/c", "owned"))},
		"by own tag":  {object(claimType, "l", volume("lnd")), object(selectionType, "s", selection("backup", "daily"))},
		"by claim":    {object(claimType, "l", volume("lnd")), object(selectionType, "s", selection(claimTag, "bitcoind-data"))},
	},
	Fail: pack.Cases{
		"of lnd":          {object(claimType, "l", volume("lnd")), object(snapshotType, "s", snapshot("lnd-data"))},
		"a group":         {object(claimType, "l", volume("lnd")), object("kubernetes:groupsnapshot.storage.k8s.io/v1beta1:VolumeGroupSnapshot", "s", snapshot("x"))},
		"every volume":    {object(claimType, "l", volume("lnd")), object(selectionType, "s", map[string]any{"resources": texts("*")})},
		"by driver's tag": {object(claimType, "l", volume("lnd")), object(selectionType, "s", selection("kubernetes.io/cluster/c", "owned"))},
		"by lnd's claim":  {object(claimType, "l", volume("lnd")), object(selectionType, "s", selection(claimTag, "lnd-data"))},
		"lifecycle policy": {object(statefulSet, "l", lndSet()), object("aws:dlm/lifecyclePolicy:LifecyclePolicy", "s", map[string]any{
			"policyDetails": map[string]any{"targetTags": map[string]any{"ebs.csi.aws.com/cluster": "true"}},
		})},
	},
}

const (
	snapshotType  = "kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshot"
	selectionType = "aws:backup/selection:Selection"

	// claimTag is the tag by which the EBS driver says for which claim a volume was made.
	claimTag = "kubernetes.io/created-for/pvc/name"
)

var (
	everyVolume = regexp.MustCompile(`^(\*|arn:[^:]*:(\*|ec2:.*\*))$`)
	driverKey   = regexp.MustCompile(`^(aws:ResourceTag/)?(kubernetes\.io/|ebs\.csi\.aws\.com/|KubernetesCluster$|CSIVolumeName$)`)
)

func driverTag(key, value pack.Value, named func(pack.Value) bool) bool {
	if key.In(claimTag, "aws:ResourceTag/"+claimTag) {
		return named(value)
	}
	return key.Matches(driverKey)
}

func snapshot(claim string) map[string]any {
	return map[string]any{
		"metadata": map[string]any{"name": "s", "namespace": "btc"},
		"spec":     map[string]any{"source": map[string]any{"persistentVolumeClaimName": claim}},
	}
}

func selection(key, value string) map[string]any {
	return map[string]any{"selectionTags": []any{map[string]any{"type": "STRINGEQUALS", "key": key, "value": value}}}
}
