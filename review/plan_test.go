package review

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/cost"
	"gitlab.com/thinkmassive/satkube/policy/rules"
)

const plan = `{"config": {"satkube:token": "hunter2"}, "resourcePlans": {
  "urn:pulumi:testnet::satkube::a:b:C::one": {"goal": {
    "dependencies": ["urn:pulumi:testnet::satkube::a:b:C::two"],
    "propertyDependencies": {"x": ["urn:pulumi:testnet::satkube::a:b:C::two", "urn:pulumi:testnet::satkube::a:b:C::three"]},
    "provider": "urn:pulumi:testnet::satkube::pulumi:providers:aws::aws::04da6b54"}},
  "urn:pulumi:testnet::satkube::a:b:C::two": {"goal": {"inputDiff": {"adds": {"password": "hunter2"}}}}}}`

func TestDependencies_AreThoseOfOptionsPropertiesAndProvider(t *testing.T) {
	found, err := Dependencies(strings.NewReader(plan))
	require.NoError(t, err)
	require.Equal(t, []string{
		"urn:pulumi:testnet::satkube::a:b:C::three", "urn:pulumi:testnet::satkube::a:b:C::two", "urn:pulumi:testnet::satkube::pulumi:providers:aws::aws",
	}, found["urn:pulumi:testnet::satkube::a:b:C::one"])
	require.Empty(t, found["urn:pulumi:testnet::satkube::a:b:C::two"])
}

func TestDependencies_RefuseWhatIsNoPlanWithoutRepeatingIt(t *testing.T) {
	for name, text := range map[string]string{"no JSON": "hunter2", "another form": `{"resourcePlans": "hunter2"}`, "nothing of a plan": `{"password": "hunter2"}`} {
		_, err := Dependencies(strings.NewReader(text))
		require.ErrorContains(t, err, "save-plan", name)
		require.NotContains(t, err.Error(), "hunter2", name)
	}
}

func TestConnect_LeavesOutWhatIsNotShown(t *testing.T) {
	found, err := Dependencies(strings.NewReader(plan))
	require.NoError(t, err)
	r := Review{Resources: []Resource{{URN: "urn:pulumi:testnet::satkube::a:b:C::one"}, {URN: "urn:pulumi:testnet::satkube::a:b:C::two"}}}
	r.connect(found)
	require.Equal(t, []string{"urn:pulumi:testnet::satkube::a:b:C::two"}, r.Resources[0].DependsOn)
	require.Empty(t, r.Resources[1].DependsOn)
}

func TestBuild_RefusesAPlanOfAnotherStack(t *testing.T) {
	_, err := Build(&Log{}, Options{
		Stack: "mainnet", Today: time.Now(), Rules: rules.All(), Estimate: cost.Of,
		Dependencies: map[string][]string{"urn:pulumi:testnet::satkube::a:b:C::one": nil},
	})
	require.ErrorContains(t, err, `not of the stack "mainnet"`)
}
