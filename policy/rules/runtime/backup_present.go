package runtime

import "gitlab.com/thinkmassive/satkube/policy/pack"

const vaultToken = "aws:backup/vault:Vault"

var backupPresent = pack.Rule{
	Name:     "backup-present",
	Types:    pack.Tokens("aws:eks/cluster:Cluster", vaultToken),
	Severity: pack.Medium,
	CKS:      "runtime/threat-detection",
	Must:     "Volumes of a cluster are backed up by a plan, into a vault under a key of our own.",
	Why:      "Ransomware or a wrong delete otherwise takes dashboards, logs and databases for good. The setting singletons leaves out chain and lightning: a chain is downloaded again, and an lnd restored from a snapshot publishes revoked states and loses its channels.",
	Fix:      "Register aws.backup.Plan, aws.backup.Selection and aws.backup.Vault with kmsKeyArn.",
	Refs:     []string{"CKV_AWS_166", "AWS Backup: Amazon EKS", "lnd safety.md"},
	Settings: map[string]any{"singletons": []string{"chain", "lightning"}},
	CheckStack: func(s pack.Stack, violate pack.StackReport) {
		for _, vault := range s.All(pack.Tokens(vaultToken)) {
			if key := vault.At("kmsKeyArn"); !key.Given() {
				violate(vault, key.Path()+" is not set.")
			}
		}
		if !keepsData(s) {
			return
		}
		for _, cluster := range clusters(s) {
			if len(s.All(pack.Tokens("aws:backup/plan:Plan"))) == 0 {
				violate(cluster, "The stack has volumes and no backup plan.")
			}
			if len(s.All(pack.Tokens("aws:backup/selection:Selection"))) == 0 {
				violate(cluster, "The stack has volumes and no backup selection that names them.")
			}
		}
	},
	Pass: pack.Cases{
		"backed up":            {eksCluster, volume("dashboards"), backupPlan, backupSelection, vault("arn:aws:kms:us-east-2:123456789012:key/backup")},
		"only chain and funds": {eksCluster, volume("chain"), volume("lightning")},
		"no volume":            {eksCluster},
		"no EKS":               {volume("dashboards")},
		"key of tomorrow":      {vault(pack.Unknown)},
	},
	Fail: pack.Cases{
		"nothing":           {eksCluster, volume("dashboards")},
		"unlabelled volume": {eksCluster, one("kubernetes:core/v1:PersistentVolumeClaim", "data", object{"spec": object{"storageClassName": "gp3"}})},
		"template of claims": {eksCluster, one("kubernetes:apps/v1:StatefulSet", "elasticsearch", object{
			"metadata": object{"labels": object{componentLabel: "logging"}}, "spec": object{"volumeClaimTemplates": list{object{"spec": object{"storageClassName": "gp3"}}}},
		})},
		"no selection": {eksCluster, volume("dashboards"), backupPlan},
		"AWS's key":    {one(vaultToken, "vault", object{"name": "volumes"})},
	},
}

// keepsData tells whether the stack has claims beyond the ones of singletons.
func keepsData(s pack.Stack) bool {
	singletons := s.Setting("singletons").Texts()
	for _, r := range s.All(pack.Kinds("PersistentVolumeClaim", "StatefulSet")) {
		claims := r.Kind() == "PersistentVolumeClaim" || len(r.At("spec", "volumeClaimTemplates").List()) > 0
		if claims && !r.Label(componentLabel).In(singletons...) {
			return true
		}
	}
	return false
}

var (
	backupPlan      = one("aws:backup/plan:Plan", "daily", object{"rules": list{object{"ruleName": "daily", "schedule": "cron(0 3 * * ? *)"}}})
	backupSelection = one("aws:backup/selection:Selection", "volumes", object{"iamRoleArn": "arn:aws:iam::123456789012:role/backup"})
)

func volume(component string) pack.Object {
	return one("kubernetes:core/v1:PersistentVolumeClaim", component, object{"metadata": object{"labels": object{componentLabel: component}}})
}

func vault(key any) pack.Object {
	return one(vaultToken, "vault", object{"kmsKeyArn": key})
}
