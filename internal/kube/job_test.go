package kube

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/internal/mock"
)

func jobArgs() JobArgs {
	args := JobArgs{WorkloadArgs: workload(), Sum: "0123", Schedule: "17 2 * * *", Seconds: 600, Tries: 2, KeptSeconds: 3600}
	args.Pod.Containers[0].Liveness, args.Pod.Containers[0].Readiness = nil, nil
	return args
}

func runJob(args JobArgs) (*mock.Recording, error) {
	return mock.Run(func(ctx *pulumi.Context) error {
		_, err := NewJob(ctx, "app", args)
		return err
	}, nil)
}

func TestNewJob_EndsWithinItsBoundsAndRunsAgainWhenItChanges(t *testing.T) {
	recording, err := runJob(jobArgs())
	require.NoError(t, err)
	job := recording.Must(t, "kubernetes:batch/v1:Job", "app")
	require.Equal(t, "app-0123", job.Path("metadata", "name").StringValue())
	require.Equal(t, 600.0, job.Path("spec", "activeDeadlineSeconds").NumberValue())
	require.Equal(t, 2.0, job.Path("spec", "backoffLimit").NumberValue())
	require.Equal(t, 3600.0, job.Path("spec", "ttlSecondsAfterFinished").NumberValue())
	require.Equal(t, "Never", job.Path("spec", "template", "spec", "restartPolicy").StringValue())
	require.True(t, job.Path("spec", "template", "spec", "securityContext", "runAsNonRoot").BoolValue())
	nightly := recording.Must(t, "kubernetes:batch/v1:CronJob", "app")
	require.Equal(t, "Forbid", nightly.Path("spec", "concurrencyPolicy").StringValue())
	require.Equal(t, job.Path("spec"), nightly.Path("spec", "jobTemplate", "spec"))
	require.Empty(t, recording.All("kubernetes:core/v1:Service"), "nobody connects to it")
}

func TestNewJob_RunsOnceOrByItsScheduleOnly(t *testing.T) {
	once, nightly := jobArgs(), jobArgs()
	once.Schedule, nightly.Sum = "", ""
	recording, err := runJob(once)
	require.NoError(t, err)
	require.Empty(t, recording.All("kubernetes:batch/v1:CronJob"))
	recording, err = runJob(nightly)
	require.NoError(t, err)
	require.Empty(t, recording.All("kubernetes:batch/v1:Job"))
}

func TestNewJob_RefusesWorkWithoutBounds(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*JobArgs)
		want   string
	}{
		"never":         {func(a *JobArgs) { a.Sum, a.Schedule = "", "" }, "sum and schedule are empty, want one of them"},
		"for ever":      {func(a *JobArgs) { a.Seconds = 0 }, "seconds, kept seconds or tries are missing, want bounds"},
		"kept for ever": {func(a *JobArgs) { a.KeptSeconds = 0 }, "seconds, kept seconds or tries are missing, want bounds"},
	} {
		t.Run(name, func(t *testing.T) {
			args := jobArgs()
			c.change(&args)
			_, err := runJob(args)
			require.ErrorContains(t, err, "workload app: "+c.want)
		})
	}
}
