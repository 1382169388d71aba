package microservices

import (
	"regexp"
	"slices"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var (
	// secretName is how variables that hold secrets are called; about is how those are called that only tell something of one.
	secretName = regexp.MustCompile(`(?i)pass|pwd|token|secret|credential|macaroon|mnemonic|xprv|(^|[^a-z])(key|seed)s?([^a-z]|$)|(api|private|access|encryption|signing)_?key`)
	about      = regexp.MustCompile(`(?i)(file|path|dir|directory|name|ttl|length|len|enabled|disabled|timeout|expiry|expiration|interval|type|algorithm|alg|host|port|url|uri|endpoint|issuer|mode|policy|header|count|size)s?$`)
)

var literalSecretEnv = pack.Rule{
	Name:     "literal-secret-env",
	Types:    pack.PodCarriers(),
	Severity: pack.Critical,
	CKS:      "microservices/secrets",
	Must:     "No environment variable holds a secret as a literal, also not one that Pulumi marks as secret.",
	Why:      "The literal stands in the pod's specification: everyone who may list pods reads it, and it is copied into each revision of the workload. Pulumi's marking hides it in the state only.",
	Fix:      "Put the value into a Secret, mount that as a file, and give the application the file's path. Names that only look secret go into the setting allowedNames.",
	Refs:     []string{"C-0012", "kube-linter env-var-secret", "Polaris sensitiveContainerEnvVar"},
	Settings: map[string]any{"allowedNames": []string{}},
	Check: func(r pack.Resource, violate pack.Report) {
		allowed := r.Setting("allowedNames").Texts()
		for _, c := range r.Containers() {
			for _, env := range c.At("env").List() {
				name, value := env.At("name").Text(), env.At("value")
				// What Pulumi marks further up, such as a whole specification, says nothing about this one value.
				marked := value.Marked() && !c.Marked() && !value.Absent()
				named := secretName.MatchString(name) && !about.MatchString(name) && !value.Absent() && !value.Matches(harmless)
				if (marked || named) && !slices.Contains(allowed, name) || value.Matches(keyMaterial) {
					violate(value.Path() + " holds a secret, by its name, its form or its marking; want a mounted file.")
				}
			}
		}
	},
	Pass: pack.Cases{
		"plain":             carrier(statefulSet, running(object{"env": list{object{"name": "HOME", "value": "/data"}, object{"name": "MALLOC_ARENA_MAX", "value": "1"}}})),
		"a path":            carrier(deployment, running(object{"env": list{object{"name": "RPC_PASSWORD_FILE", "value": "/run/secrets/rpc"}, object{"name": "TOKEN", "value": "/run/token"}}})),
		"empty":             carrier(pod, running(object{"env": list{object{"name": "RPC_PASSWORD", "value": ""}}})),
		"from a Secret":     carrier(pod, running(object{"env": list{object{"name": "RPC_PASSWORD", "valueFrom": object{"secretKeyRef": object{"name": "s", "key": "k"}}}}})),
		"another variable":  carrier(pod, running(object{"env": list{object{"name": "DB_PASS", "value": "$(OTHER)"}}})),
		"about a secret":    carrier(pod, running(object{"env": list{object{"name": "SESSION_TOKEN_TTL", "value": "3600"}}})),
		"an address":        carrier(pod, running(object{"env": list{object{"name": "DB", "value": "postgres://reader:$(DB_PASS)@db:5432/x"}}})),
		"marked all around": pack.One(pod, object{"spec": pack.Secret(running(object{"env": list{object{"name": "HOME", "value": "/data"}}}))}),
	},
	Fail: pack.Cases{
		"a password":                carrier(statefulSet, running(object{"env": list{object{"name": "RPC_PASSWORD", "value": "hunter2-hunter2"}}})),
		"an access key":             carrier(deployment, running(object{"env": list{object{"name": "AWS_ACCESS_KEY_ID", "value": "of-somebody"}}})),
		"by its form":               carrier(pod, running(object{"env": list{object{"name": "DB", "value": "postgres://lnd:hunter2@db:5432/lnd"}}})),
		"marked by Pulumi":          carrier(job, running(object{"env": list{object{"name": "X", "value": pack.Secret("hunter2-hunter2")}}})),
		"named, and marked":         carrier(job, running(object{"env": list{object{"name": "RPC_PASSWORD", "value": pack.Secret("hunter2-hunter2")}}})),
		"in an init container":      carrier(cronJob, starting(container(nil), object{"env": list{object{"name": "dbpass", "value": "hunter2-hunter2"}}})),
		"in an ephemeral container": carrier(pod, debugged(container(nil), object{"env": list{object{"name": "TOKEN", "value": "hunter2-hunter2"}}})),
		"in a twin":                 carrier(daemonSetPatch, running(object{"env": list{object{"name": "API_KEY", "value": "hunter2-hunter2"}}})),
		"in an item of a list":      carrier(deploymentList, running(object{"env": list{object{"name": "WALLET_SEED", "value": "hunter2-hunter2"}}})),
	},
}
