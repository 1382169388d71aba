package kube

import (
	"errors"
	"fmt"

	batchv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/batch/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// JobArgs describes work that ends. Its containers need no probes.
type JobArgs struct {
	WorkloadArgs
	// Sum is part of the Job's name: with another one it runs again. Empty runs it by its schedule only.
	Sum string
	// Schedule runs it again and again, in the form of cron and in UTC; empty runs it once.
	Schedule string
	// Seconds bounds a run, Tries is how often a failed one is repeated, and KeptSeconds how long one that ended can be looked at.
	Seconds, Tries, KeptSeconds int
}

// NewJob makes a Job, a CronJob, or both, around the same pod.
func NewJob(ctx *pulumi.Context, name string, args JobArgs, opts ...pulumi.ResourceOption) (*Workload, error) {
	var mistakes []error
	if args.Sum == "" && args.Schedule == "" {
		mistakes = append(mistakes, errors.New("sum and schedule are empty, want one of them"))
	}
	if args.Seconds <= 0 || args.KeptSeconds <= 0 || args.Tries < 0 {
		mistakes = append(mistakes, errors.New("seconds, kept seconds or tries are missing, want bounds"))
	}
	if err := errors.Join(mistakes...); err != nil {
		return nil, fmt.Errorf("workload %s: %w", name, err)
	}
	child := pulumi.Composite(opts...)
	args.Pod.ends = true
	a, err := newAround(ctx, name, args.WorkloadArgs, child)
	if err != nil {
		return nil, err
	}
	before := pulumi.DependsOn(a.before)
	if args.Sum != "" {
		metadata := args.controllerMetadata()
		metadata.Name = pulumi.String(args.App.Name + "-" + args.Sum)
		patience := pulumi.Timeouts(&pulumi.CustomTimeouts{Create: fmt.Sprintf("%ds", args.Seconds+300)})
		if _, err := batchv1.NewJob(ctx, name, &batchv1.JobArgs{Metadata: metadata, Spec: args.spec()}, child, before, patience); err != nil {
			return nil, err
		}
	}
	if args.Schedule == "" {
		return a.workload, nil
	}
	_, err = batchv1.NewCronJob(ctx, name, &batchv1.CronJobArgs{
		Metadata: args.controllerMetadata(),
		Spec: batchv1.CronJobSpecArgs{
			Schedule:                   pulumi.String(args.Schedule),
			TimeZone:                   pulumi.String("Etc/UTC"),
			ConcurrencyPolicy:          pulumi.String("Forbid"),
			StartingDeadlineSeconds:    pulumi.Int(3600),
			SuccessfulJobsHistoryLimit: pulumi.Int(1),
			FailedJobsHistoryLimit:     pulumi.Int(3),
			JobTemplate: batchv1.JobTemplateSpecArgs{
				Metadata: metav1.ObjectMetaArgs{Labels: pulumi.ToStringMap(args.App.Labels())},
				Spec:     args.spec(),
			},
		},
	}, child, before)
	return a.workload, err
}

func (a JobArgs) spec() batchv1.JobSpecArgs {
	return batchv1.JobSpecArgs{
		ActiveDeadlineSeconds:   pulumi.Int(a.Seconds),
		BackoffLimit:            pulumi.Int(a.Tries),
		TtlSecondsAfterFinished: pulumi.Int(a.KeptSeconds),
		Template:                a.template(a.Annotations),
	}
}
