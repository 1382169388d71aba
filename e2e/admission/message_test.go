package admission

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// answer is an API server's refusal.
func answer(code int32, reason metav1.StatusReason, message string) error {
	return &apierrors.StatusError{ErrStatus: metav1.Status{Status: metav1.StatusFailure, Code: code, Reason: reason, Message: message}}
}

func TestMessage_NamesFieldsOfASecretAndNoValue(t *testing.T) {
	secret := made(t, `{apiVersion: v1, kind: Secret, metadata: {name: s, namespace: ns}, stringData: {"bitcoin.conf": hunter2}, typo: hunter2}`)
	secret.Confidential = true
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"a wrong type": {
			answer(500, "", "failed to create typed patch object (ns/s; /v1, Kind=Secret): "+
				".stringData.bitcoin.conf: expected string, got &value.valueUnstructured{Value:hunter2}"),
			"refused: fields stringData.bitcoin.conf; the message is left out, because the object holds a secret",
		},
		"no such field": {
			answer(500, "", "failed to create typed patch object (ns/s; /v1, Kind=Secret): .typo: field not declared in schema"),
			"refused: fields typo; the message is left out, because the object holds a secret",
		},
		"a path in brackets": {
			answer(422, "Invalid", `Secret "s" is invalid: stringData[bitcoin.conf]: Invalid value: "hunter2"`),
			"Invalid: fields stringData.bitcoin.conf; the message is left out, because the object holds a secret",
		},
		"no field": {answer(403, "Forbidden", "hunter2 is no good"), "Forbidden; the message is left out, because the object holds a secret"},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, c.want, message(secret, c.err)) })
	}
}

func TestMessage_IsTheAPIServersForWhatHoldsNoSecret(t *testing.T) {
	o := made(t, `{apiVersion: v1, kind: ConfigMap, metadata: {name: s}}`)
	require.Equal(t, "no good", message(o, answer(422, "Invalid", "no good")))
}

func TestFailed_QuotesNoSecretWhateverTheServerAnswers(t *testing.T) {
	secret := made(t, `{apiVersion: v1, kind: Secret, metadata: {name: s}}`)
	secret.Confidential = true
	c := &check{}
	require.NotContains(t, c.failed(secret, answer(503, "ServiceUnavailable", "hunter2")).Error(), "hunter2")
	broken := errors.New("connection refused")
	require.ErrorIs(t, c.failed(secret, broken), broken)
}

func TestWarn_QuotesNoSecret(t *testing.T) {
	secret := made(t, `{apiVersion: v1, kind: Secret, metadata: {name: s}}`)
	secret.Confidential = true
	c := &check{}
	c.warn(secret, false, []string{"hunter2"})
	require.Len(t, c.report.Warnings, 1)
	require.NotContains(t, c.report.Warnings[0].String(), "hunter2")
}

func TestWarn_ExpectsPodSecurityOnlyWhereMoreIsAdmittedThanWarnedOf(t *testing.T) {
	const violation = `would violate PodSecurity "restricted:v1.35": host namespaces`
	for name, c := range map[string]struct {
		labels, text string
		expected     bool
	}{
		"more is admitted":             {`{` + enforceLabel + `: privileged, ` + warnLabel + `: restricted}`, violation, true},
		"a little more is admitted":    {`{` + enforceLabel + `: baseline, ` + warnLabel + `: restricted}`, violation, true},
		"the same is admitted":         {`{` + enforceLabel + `: restricted, ` + warnLabel + `: restricted}`, violation, false},
		"nothing is said":              {`{}`, violation, false},
		"nothing is said of admission": {`{` + warnLabel + `: restricted}`, violation, false},
		"a deprecation":                {`{` + enforceLabel + `: privileged, ` + warnLabel + `: restricted}`, "v1 Endpoints is deprecated", false},
	} {
		t.Run(name, func(t *testing.T) {
			namespace := read(t, `{apiVersion: v1, kind: Namespace, metadata: {name: ns, labels: `+c.labels+`}}`)
			check := &check{profiles: map[string]profile{"ns": profileOf(namespace)}}
			check.warn(made(t, `{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: d, namespace: ns}}`), true, []string{c.text})
			require.Equal(t, c.expected, len(check.report.Expected) == 1)
			require.Equal(t, !c.expected, len(check.report.Warnings) == 1)
		})
	}
}

func TestIsAnswer_TellsARefusalFromAServerInTrouble(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		want bool
	}{
		"invalid":          {answer(422, "Invalid", ""), true},
		"forbidden":        {answer(403, "Forbidden", ""), true},
		"no such field":    {answer(500, "", untyped+" (n/s): .typo: field not declared in schema"), true},
		"no such kind":     {&meta.NoKindMatchError{GroupKind: schema.GroupKind{Kind: "Wallet"}}, true},
		"a crash":          {answer(500, "InternalError", "panic"), false},
		"who are you":      {answer(401, "Unauthorized", ""), false},
		"too many at once": {answer(429, "TooManyRequests", ""), false},
		"no connection":    {errors.New("connection refused"), false},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, c.want, isAnswer(c.err)) })
	}
}

func TestReport_IsAFailureWithARefusalAWarningOrNothingAtAll(t *testing.T) {
	finding := Finding{Stack: "s", Kind: "Pod", Namespace: "n", Name: "p", Message: "no good"}
	require.NoError(t, Report{Admitted: 1, Expected: []Finding{finding}}.Err())
	require.EqualError(t, Report{Admitted: 1, Refused: []Finding{finding}}.Err(), "refused: s: Pod n/p: no good")
	require.EqualError(t, Report{Admitted: 1, Warnings: []Finding{finding}}.Err(), "warned of: s: Pod n/p: no good")
	require.ErrorContains(t, Report{}.Err(), "admitted is 0")
}
