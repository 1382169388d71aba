package review

import (
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
)

// precious is a kind of resource that holds what cannot be made again, and what is lost with it.
type precious struct {
	types []string
	// inside, when it is set, is the component type that the resource has to belong to; named a text of which one is in its name.
	inside string
	named  []string
	loses  string
}

// preciousKinds are asked in this order: the first that fits tells the loss.
func preciousKinds() []precious {
	secret, statefulSet := "kubernetes:core/v1:Secret", "kubernetes:apps/v1:StatefulSet"
	return []precious{
		{types: []string{statefulSet}, inside: "satkube:lnd:Lnd", loses: "lnd stops, and a second one over the same seed publishes revoked states: the channels' funds."},
		{types: []string{statefulSet}, inside: "satkube:bitcoind:Bitcoind", loses: "bitcoind stops in the middle of its work: lnd is blind until the chain is synced again."},
		{types: []string{statefulSet}, loses: "The pods that own the volumes of its claim templates, and the volumes where the claims go with it."},
		{types: []string{secret}, inside: "satkube:lnd:Lnd", named: []string{"wallet", "seed"}, loses: "The wallet's password: without it nobody opens the wallet again."},
		{types: []string{secret}, named: []string{"wallet", "seed", "macaroon"}, loses: "Keys of a wallet."},
		{
			types: []string{"random:index/randomPassword:RandomPassword"}, inside: "satkube:lnd:Lnd", named: []string{"wallet", "seed"},
			loses: "The wallet's password: without it nobody opens the wallet again.",
		},
		{types: []string{"kubernetes:core/v1:PersistentVolumeClaim"}, inside: "satkube:lnd:Lnd", loses: "The channel database: the channels' funds."},
		{types: []string{"kubernetes:core/v1:PersistentVolumeClaim"}, inside: "satkube:bitcoind:Bitcoind", loses: "The chain: days of syncing until the node is back."},
		{types: []string{"kubernetes:core/v1:PersistentVolumeClaim", "kubernetes:core/v1:PersistentVolume"}, loses: "The volume's data."},
		{types: []string{"aws:kms/key:Key", "aws:kms/replicaKey:ReplicaKey"}, loses: "Everything that the key encrypted: volumes, Secrets and logs cannot be read any more."},
		{types: []string{"aws:eks/cluster:Cluster"}, loses: "The cluster's own database with every object in it; all workloads stop."},
		{types: []string{"aws:ebs/volume:Volume", "aws:ebs/snapshot:Snapshot"}, loses: "The volume's data."},
		{types: []string{"aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"}, loses: "The bucket's objects, backups among them."},
		{types: []string{"aws:backup/vault:Vault"}, loses: "The backups in it."},
		{types: []string{"aws:efs/fileSystem:FileSystem", "aws:rds/instance:Instance", "aws:rds/cluster:Cluster", "aws:dynamodb/table:Table"}, loses: "Its data."},
		{types: []string{"aws:cloudwatch/logGroup:LogGroup"}, loses: "The logs in it, which are evidence."},
		{types: []string{"aws:ecr/repository:Repository"}, loses: "The images in it."},
	}
}

func (p precious) is(r Resource) bool {
	has := func(text string) bool { return strings.Contains(r.Name, text) }
	return slices.Contains(p.types, r.Type) && (p.inside == "" || strings.Contains(r.URN, p.inside+"$")) &&
		(len(p.named) == 0 || slices.ContainsFunc(p.named, has))
}

// markStateful tells which resources hold data, and which namespaces hold such a resource.
func markStateful(changes []change) {
	kinds := preciousKinds()
	full := map[string]bool{}
	for i := range changes {
		for _, kind := range kinds {
			if kind.is(changes[i].Resource) {
				changes[i].Stateful, changes[i].Loses = true, kind.loses
				for _, namespace := range changes[i].metadata("namespace") {
					full[namespace] = true
				}
				break
			}
		}
	}
	for i := range changes {
		if changes[i].Type != "kubernetes:core/v1:Namespace" {
			continue
		}
		if slices.ContainsFunc(changes[i].metadata("name"), func(name string) bool { return full[name] }) {
			changes[i].Stateful, changes[i].Loses = true, "Everything in the namespace, the claims and Secrets in it too."
		}
	}
}

// metadata returns a field of a Kubernetes object's metadata, as it was and as it will be, where it is known.
func (c change) metadata(field string) []string {
	var values []string
	for _, state := range []*apitype.StepEventStateMetadata{c.old, c.new} {
		if state == nil {
			continue
		}
		metadata, _ := state.Inputs["metadata"].(map[string]any)
		if text, is := metadata[field].(string); is && text != "" {
			values = append(values, text)
		}
	}
	return values
}
