package runtime

import "gitlab.com/thinkmassive/satkube/policy/pack"

var jobTTL = pack.Rule{
	Name:     "job-ttl",
	Types:    pack.Kinds("Job", "CronJob"),
	Severity: pack.Low,
	CKS:      "runtime/immutability",
	Must:     "Finished jobs go away, and a cron job that missed its time gives up.",
	Why:      "Pods of finished jobs keep their volumes, their names and their place in the quota until nothing new can start; a backup job hours late runs into the next one.",
	Fix:      "Set spec.ttlSecondsAfterFinished on a Job; spec.successfulJobsHistoryLimit, spec.failedJobsHistoryLimit and spec.startingDeadlineSeconds on a CronJob.",
	Refs:     []string{"kube-linter job-ttl-seconds-after-finished", "kube-score cronjob-has-deadline"},
	Check: func(r pack.Resource, violate pack.Report) {
		wanted := []string{"ttlSecondsAfterFinished"}
		if r.Kind() == "CronJob" {
			wanted = []string{"successfulJobsHistoryLimit", "failedJobsHistoryLimit", "startingDeadlineSeconds"}
		}
		for _, property := range wanted {
			if v := r.At("spec", property); !v.AtLeast(0) {
				violate(v.Path() + " is not set.")
			}
		}
	},
	Pass: pack.Cases{
		"job":      job(object{"ttlSecondsAfterFinished": 3600}),
		"at once":  job(object{"ttlSecondsAfterFinished": 0}),
		"cron job": cronJob(object{"successfulJobsHistoryLimit": 1, "failedJobsHistoryLimit": 3, "startingDeadlineSeconds": 600}),
	},
	Fail: pack.Cases{
		"job":                    job(object{}),
		"cron job":               cronJob(object{}),
		"cron job, no deadline":  cronJob(object{"successfulJobsHistoryLimit": 1, "failedJobsHistoryLimit": 3}),
		"cron job, endless past": cronJob(object{"successfulJobsHistoryLimit": 1, "startingDeadlineSeconds": 600}),
		"text":                   job(object{"ttlSecondsAfterFinished": "1h"}),
		"list":                   pack.One("kubernetes:batch/v1:JobList", object{"items": list{object{"spec": object{"backoffLimit": 1}}}}),
	},
}

func job(spec object) pack.Case { return pack.One("kubernetes:batch/v1:Job", object{"spec": spec}) }

func cronJob(spec object) pack.Case {
	return pack.One("kubernetes:batch/v1:CronJob", object{"spec": with(object{"schedule": "@daily"}, spec)})
}
