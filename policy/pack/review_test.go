package pack

import (
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
)

func TestReview_IsUndecidedWhenUnknownValuesDecideTogether(t *testing.T) {
	rule := Rule{Name: "one-lnd", Types: Kinds("StatefulSet")}
	// It needs one value to be as asked and the other not.
	rule.Check = func(r Resource, violate Report) {
		if r.Label("name").Is("lnd") && !r.At("spec", "replicas").Is(1) {
			violate("spec.replicas is not 1.")
		}
	}
	for name, test := range map[string]struct {
		label, replicas any
		want            []string
	}{
		"both unknown":         {Unknown, Unknown, []string{"spec.replicas is not 1."}},
		"label unknown":        {Unknown, 2, []string{"spec.replicas is not 1."}},
		"replicas unknown":     {"lnd", Unknown, []string{"spec.replicas is not 1."}},
		"unknown but right":    {Unknown, 1, nil},
		"unknown, another app": {"explorer", Unknown, nil},
	} {
		t.Run(name, func(t *testing.T) {
			found := newCard(Input{Type: "kubernetes:apps/v1:StatefulSet", URN: "urn", Props: map[string]any{
				"metadata": map[string]any{"labels": map[string]any{"name": test.label}}, "spec": map[string]any{"replicas": test.replicas},
			}}, &needles{}).review(&rule, nil)
			var said []string
			for _, f := range found {
				require.True(t, f.Undecided)
				said = append(said, f.Message)
			}
			require.Equal(t, test.want, said)
		})
	}
}

func TestReview_TellsUnknownValuesOfTwoResourcesApart(t *testing.T) {
	rule := Rule{Name: "same", CheckStack: func(s Stack, violate StackReport) {
		pods := s.All(Kinds("Pod"))
		if pods[0].At("a").Is(1) && !pods[1].At("a").Is(1) {
			violate(pods[1], "a differs.")
		}
	}}
	pod := func(urn string) Input { return Input{Type: podType, URN: urn, Props: map[string]any{"a": Unknown}} }
	found := Review([]Rule{rule}, []Input{pod("x"), pod("y")}, nil)
	require.Equal(t, []Finding{{Rule: found[0].Rule, URN: "y", Message: "a differs.", Undecided: true}}, found)
}

func TestReview_IsUndecidedWhenThereAreTooManyUnknownValues(t *testing.T) {
	rule := Rule{Name: "many", Types: Kinds("Pod"), Check: func(r Resource, violate Report) {
		odd := 0
		for i := range 12 {
			if r.At("a", i).Is(1) {
				odd++
			}
		}
		if odd == 7 {
			violate("Seven are 1.")
		}
	}}
	found := newCard(Input{Type: podType, Props: map[string]any{"a": Unknown}}, &needles{}).review(&rule, nil)
	require.Len(t, found, 1)
	require.True(t, found[0].Undecided)
}

func TestReview_DoesNotDependOnTheOrderOfQuestions(t *testing.T) {
	turn := 0
	rule := Rule{Name: "wandering", Types: Kinds("Pod"), Check: func(r Resource, violate Report) {
		turn++
		first, second := r.At("a"), r.At("b")
		if turn%2 == 0 {
			first, second = second, first
		}
		_, _ = first.Is("x"), second.Is("x")
		if r.At("a").Is("x") && !r.At("b").Is("x") {
			violate("a is x and b is not.")
		}
	}}
	for range 5 {
		found := newCard(Input{Type: podType, Props: map[string]any{"a": Unknown, "b": Unknown}}, &needles{}).review(&rule, nil)
		require.Len(t, found, 1)
		require.True(t, found[0].Undecided)
	}
}

// An accepted sample with an unknown list must not be refused: the element that is wanted may be in it.
func TestReview_TakesAnUnknownListForOneWithAnUnknownElement(t *testing.T) {
	rule := Rule{Name: "some", Types: Kinds("Pod"), Check: func(r Resource, violate Report) {
		for _, item := range r.At("list").List() {
			if item.Is("wanted") {
				return
			}
		}
		violate("list has no wanted item.")
	}}
	for want, list := range map[bool]any{true: Unknown, false: []any{"other"}} {
		found := newCard(Input{Type: podType, Props: map[string]any{"list": list}}, &needles{}).review(&rule, nil)
		require.Len(t, found, 1)
		require.Equal(t, want, found[0].Undecided)
	}
}

func TestReview_SurvivesACheckThatPanics(t *testing.T) {
	rule := Rule{Name: "broken", Types: Kinds("Pod"), Check: func(Resource, Report) { panic("secret-value") }}
	found := newCard(Input{Type: podType}, &needles{}).review(&rule, nil)
	require.Len(t, found, 1)
	require.True(t, found[0].Undecided)
	require.NotContains(t, found[0].Message, "secret-value")
}

// pulumi's configuration file may set the level of all rules at once; the engine sends the key along with what it made of it.
func TestConfigure_TakesTheKeyForAllRules(t *testing.T) {
	_, err := configure([]Rule{{Name: "one", Severity: High}}, map[string]*pulumirpc.PolicyConfig{
		"all": {EnforcementLevel: pulumirpc.EnforcementLevel_ADVISORY},
		"one": {EnforcementLevel: pulumirpc.EnforcementLevel_ADVISORY},
	})
	require.NoError(t, err)
}

func TestNear_ReturnsWhatStandsInTheNamespaceOrMay(t *testing.T) {
	object := func(name string, namespace any) Input {
		return Input{Type: podType, Name: name, URN: name, Props: map[string]any{"metadata": map[string]any{"namespace": namespace}}}
	}
	inputs := []Input{
		object("here", "shop"), object("elsewhere", "bank"), object("nowhere", nil), object("by-its-name", "default"), object("unknown", Unknown),
		object("odd", 7.0), object("secret", Secret("shop")),
		{Type: "kubernetes:core/v1:PodList", Name: "list", URN: "list", Props: map[string]any{"items": []any{map[string]any{"metadata": map[string]any{"namespace": "shop"}}}}},
		{Type: "kubernetes:core/v1:Service", Name: "service", URN: "service", Props: map[string]any{"metadata": map[string]any{"namespace": "shop"}}},
		{Type: "aws:kms/key:Key", Name: "key", URN: "key"},
	}
	cases := map[string]struct {
		namespace any
		want      []string
	}{
		"a namespace": {"shop", []string{"here", "unknown", "odd", "secret", "list"}},
		"another":     {"bank", []string{"elsewhere", "unknown", "odd"}},
		"default":     {"default", []string{"nowhere", "by-its-name", "unknown", "odd"}},
		"none":        {nil, []string{"nowhere", "by-its-name", "unknown", "odd"}},
		"not known":   {Unknown, []string{"here", "elsewhere", "nowhere", "by-its-name", "unknown", "odd", "secret", "list"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			stack := newStack(inputs, &evaluation{open: map[string]bool{}})
			var found []string
			for _, r := range stack.Near(Value{node: c.namespace}, Kinds("Pod")) {
				found = append(found, r.Name)
			}
			require.Equal(t, c.want, found)
		})
	}
}
