package review

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/cost"
)

func TestRead_RefusesALogThatIsNotOneWholePreview(t *testing.T) {
	key := step("create", "aws:kms/key:Key", "k", "")
	for name, test := range map[string]struct{ log, want string }{
		"empty":               {"", "no summary event"},
		"without an end":      {key + "\n", "no summary event: the preview did not end"},
		"cut off":             {key + "\n" + key[:60], "event 2 is cut off"},
		"an engine's failure": {key + "\n" + `{"errorEvent":{"error":"canary-4711"}}` + "\n" + succeeded, "event 2: the engine itself failed"},
		"an update":           {`{"summaryEvent":{"isPreview":false,"result":"succeeded"}}`, "it is of an update"},
		"canceled":            {`{"summaryEvent":{"isPreview":true,"result":"canceled"}}`, "the preview was canceled"},
		"two previews":        {succeeded + "\n" + succeeded, "event 2 ends a second preview"},
		"no JSON":             {"canary-4711", "event 1 is no engine event"},
		"another shape":       {`{"resourcePreEvent":{"metadata":{"op":"canary-4711","urn":4711}}}`, "event 1 is no engine event"},
		"an unknown operation": {
			strings.Replace(key, `"create"`, `"canary-4711"`, 1) + "\n" + succeeded, "the operation is none that this program knows",
		},
		"a malformed URN":    {strings.ReplaceAll(key, "urn:pulumi:", "canary-4711:") + "\n" + succeeded, "URN is malformed"},
		"a step of no state": {`{"resourcePreEvent":{"metadata":{"op":"same","urn":"` + urnOf("a:b:C", "x") + `"}}}` + "\n" + succeeded, "neither an old nor a new state"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Read(strings.NewReader(test.log))
			require.ErrorContains(t, err, test.want)
			require.NotContains(t, err.Error(), "4711", "an error repeats nothing of the log")
		})
	}
}

func TestRead_PassesOverEventsThatItDoesNotKnow(t *testing.T) {
	r := reviewed(t, logOf(
		`{"aNewEvent":{"of":"a newer engine"}}`, `{"progressEvent":{"type":"plugin-download","id":"x"}}`, `{"cancelEvent":{}}`,
		step("create", "aws:kms/key:Key", "k", ""), wholePack,
	))
	require.Len(t, r.Resources, 1)
	require.False(t, r.Failed)
	require.False(t, r.Unreviewed)
}

func TestFailures_SayWhereAndOfWhichKindInWordsOfOurOwn(t *testing.T) {
	for name, test := range map[string]struct{ urn, message, want string }{
		"settings": {
			"", "an unhandled error occurred: program failed: \n* satkube:platform in Pulumi.testnet.yaml is refused:\ncluster.eks.network.nat is \"hunter2\", want one\nnodes[0].name is hunter2, want a name\n",
			"the program: the stack's settings are refused: cluster.eks.network.nat, nodes[0].name; the job's log says what they want",
		},
		"protected": {
			urnOf("aws:kms/key:Key", "keys"), "unable to delete resource hunter2: it is currently marked for protection",
			"aws:kms/key:Key keys: a protected resource would be deleted; unprotect it first, in a change of its own; the job's log has the message",
		},
		"credentials": {"", "No valid credential sources found hunter2", "the program: the provider found no valid credentials; the job's log has the message"},
		"anything":    {"", "hunter2", "the program: it failed; the job's log has the message"},
	} {
		t.Run(name, func(t *testing.T) {
			r := reviewed(t, strings.Join([]string{failure(test.urn, test.message), wholePack, failed}, "\n"))
			require.Equal(t, []string{test.want}, r.Errors)
			require.True(t, r.Failed)
			require.True(t, r.BrokeOff)
			require.Zero(t, r.After.Total())
		})
	}
}

func TestFailures_OfAPolicyAloneAreNoFailureOfTheProgram(t *testing.T) {
	r := reviewed(t, recorded(t, "change.jsonl"))
	require.True(t, r.Failed)
	require.False(t, r.BrokeOff)
	require.Empty(t, r.Errors)
}

func TestFailures_AFailureWithoutACauseIsOneAllTheSame(t *testing.T) {
	r := reviewed(t, wholePack+"\n"+failed)
	require.True(t, r.BrokeOff)
	require.Len(t, r.Errors, 1)
}

func free([]cost.Resource) (cost.Estimate, error) { return cost.Estimate{}, nil }

func FuzzRead(f *testing.F) {
	f.Add(logOf(step("create", "aws:kms/key:Key", "k", ""), violation("satkube", "image-digest", "mandatory", urnOf("a:b:C", "x"), "undecided: m\nFix: f")))
	f.Add(logOf(step("delete", "a:b:C", "x", urnOf("a:b:C", "x")), failure("urn:pulumi:::::", "x is refused:\ncluster.x is y")))
	f.Add(logOf(step("create", "kubernetes:core/v1:Namespace", "`|\n/merge @all <b>", "")) + "{")
	f.Add(`{"resourcePreEvent":{"metadata":{"op":"replace","urn":"urn:pulumi:testnet::a::b$c::","new":{"inputs":{"metadata":{"name":1}}}}}}` + succeeded)
	o := Options{Stack: "testnet", Today: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC), Docs: docs, Rules: someRules(), Estimate: free}
	f.Fuzz(func(t *testing.T, text string) {
		log, err := Read(strings.NewReader(text))
		if err != nil {
			return
		}
		r, err := Build(log, o)
		if err != nil {
			return
		}
		require.LessOrEqual(t, len(Comment(r)), LongestComment)
		requireSafe(t, Comment(r))
		_, err = CodeQuality(r)
		require.NoError(t, err)
		junit, err := JUnit(r)
		require.NoError(t, err)
		requireJUnit(t, junit)
	})
}
