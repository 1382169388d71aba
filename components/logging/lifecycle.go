package logging

import (
	"encoding/json"
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"gitlab.com/thinkmassive/satkube/internal/kube"
)

const (
	policyName  = "satkube-logs"
	policyFile  = "policy.json"
	streamFile  = "template.json"
	accountFile = "curlrc"
)

func lifecycleApp(args Args) kube.App {
	return kube.App{Name: "log-lifecycle", Instance: "logging", Component: "logging", Version: args.ElasticsearchImage.Version()}
}

// lifecyclePeer stands for the job's pods in the network rules.
func lifecyclePeer(args Args) kube.Peer {
	app := lifecycleApp(args)
	return kube.Peer{Name: app.Name, Namespace: args.Namespace, Selector: app.Selector()}
}

type object map[string]any

// renderPolicy is the index lifecycle: a new index each day, or earlier when the old one has grown, and the end of it RetentionDays after.
func renderPolicy(args Args) (string, error) {
	return indented(object{"policy": object{
		"phases": object{
			"hot": object{"min_age": "0ms", "actions": object{
				"rollover": object{"max_age": "1d", "max_primary_shard_size": "10gb"},
			}},
			// The age counts from the rollover, so a line is kept a day longer at most.
			"delete": object{"min_age": fmt.Sprintf("%dd", args.RetentionDays), "actions": object{"delete": object{}}},
		},
	}})
}

// renderTemplate is how the data stream's indices are made. What is not listed is kept, but not searchable: a program that logs
// thousands of fields cannot fill the mapping, nor can two that disagree about a type keep each other's lines out.
func renderTemplate(args Args) (string, error) {
	keyword := object{"type": "keyword", "ignore_above": 1024}
	replicas := 0
	if args.Nodes > 1 {
		replicas = 1
	}
	return indented(object{
		"index_patterns": []string{dataStream + "*"},
		"data_stream":    object{},
		// Without it the data stream is not made: see action.auto_create_index.
		"allow_auto_create": true,
		"priority":          500,
		"template": object{
			"settings": object{
				"index.lifecycle.name":     policyName,
				"index.number_of_shards":   1,
				"index.number_of_replicas": replicas,
				"index.codec":              "best_compression",
			},
			"mappings": object{
				"dynamic": false,
				"properties": object{
					"@timestamp": object{"type": "date_nanos"},
					"message":    object{"type": "match_only_text"},
					"time":       keyword,
					"level":      keyword,
					"subsystem":  keyword,
					"category":   keyword,
					"kubernetes": object{"properties": object{
						"namespace_name": keyword,
						"pod_name":       keyword,
						"pod_id":         keyword,
						"container_name": keyword,
						"host":           keyword,
						// Labels are called a.b.c beside a.b, which would be an object and a text at once.
						"labels": object{"type": "flattened"},
					}},
				},
			},
		},
	})
}

func indented(value object) (string, error) {
	text, err := json.MarshalIndent(value, "", "  ")
	return string(text) + "\n", err
}

// applyLifecycle is the script that brings both to Elasticsearch, which may still be starting. Doing it again changes nothing.
func applyLifecycle(elasticsearch kube.Endpoint) string {
	return fmt.Sprintf(`set -euo pipefail
put() {
  curl --config /etc/account/%s --cacert /etc/account/%s --fail --silent --show-error --max-time 30 \
    --retry 60 --retry-delay 15 --retry-all-errors \
    --request PUT --header 'Content-Type: application/json' --data-binary "@/etc/lifecycle/$2" \
    "https://%s:%d/$1"
  echo
}
put _ilm/policy/%s %s
put _index_template/%s %s
`, accountFile, caFile, elasticsearch.Host, elasticsearch.Port.Number, policyName, policyFile, dataStream, streamFile)
}

// newLifecycle makes a job that runs whenever policy or template change, and one that runs every night: a cluster that lost its volumes
// gets both back before anybody wonders where the logs are.
func newLifecycle(
	ctx *pulumi.Context, name string, args Args, elasticsearch kube.Endpoint, certificates certificates, credentials *credentials, child pulumi.ResourceOption,
) error {
	app := lifecycleApp(args)
	inside := pulumi.Composite(child, pulumi.DependsOn(args.Namespace.Exists))
	policy, err := renderPolicy(args)
	if err != nil {
		return err
	}
	template, err := renderTemplate(args)
	if err != nil {
		return err
	}
	config, err := corev1.NewConfigMap(ctx, name, &corev1.ConfigMapArgs{
		Metadata: kube.Metadata(app, args.Namespace, app.Name),
		Data:     pulumi.StringMap{policyFile: pulumi.String(policy), streamFile: pulumi.String(template)},
	}, inside)
	if err != nil {
		return err
	}
	account := pulumi.Sprintf("user = \"%s:%s\"\n", lifecycleUser, credentials.passwords[lifecycleUser])
	secret, err := corev1.NewSecret(ctx, name, &corev1.SecretArgs{
		Metadata: kube.Metadata(app, args.Namespace, app.Name), Type: pulumi.String("Opaque"),
		StringData: pulumi.StringMap{accountFile: pulumi.ToSecret(account).(pulumi.StringOutput), caFile: certificates.file(caFile)},
	}, inside)
	if err != nil {
		return err
	}
	script := applyLifecycle(elasticsearch)
	_, err = kube.NewJob(ctx, name, kube.JobArgs{
		WorkloadArgs: kube.WorkloadArgs{
			App: app, Namespace: args.Namespace, After: []pulumi.Resource{config, secret},
			Pod: kube.Pod{
				User: lifecycleID, StopSeconds: 30, PriorityClass: args.PriorityClass,
				Containers: []kube.Container{{
					Name: "apply", Image: args.ElasticsearchImage.Ref(), Command: []string{"/bin/bash", "-c", script},
					Mounts: []kube.Mount{{Volume: "lifecycle", Path: "/etc/lifecycle"}, {Volume: "account", Path: "/etc/account"}},
					CPU:    "100m", Memory: "64Mi",
				}},
				Volumes: []kube.Volume{
					{Name: "lifecycle", ConfigMap: app.Name},
					{Name: "account", Secret: app.Name, SecretKeys: []string{accountFile, caFile}},
				},
			},
		},
		// A change of what it does runs it again.
		Sum: kube.Sum(policy, template, script, args.CertificatesSince.String()),
		// At an hour at which nothing else of ours runs.
		Schedule: "17 2 * * *",
		Seconds:  jobSeconds, Tries: jobTries, KeptSeconds: jobKeptSeconds,
	}, child)
	return err
}

const (
	// jobSeconds bounds a run, with the time that Elasticsearch takes to start for the first time, its image still on the way.
	jobSeconds = 1500
	// jobKeptSeconds is how long a run that ended can be looked at: two days.
	jobKeptSeconds = 172800
	jobTries       = 3
)
