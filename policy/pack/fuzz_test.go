package pack

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/structpb"
)

// canary marks every text and key of a fuzzed tree that no rule names.
const canary = "xprv9s21ZrQH"

// FuzzAnalyze feeds the server arbitrary property trees, well formed and not: it neither fails nor repeats a value.
func FuzzAnalyze(f *testing.F) {
	for _, seed := range []string{"", "\x07\x00\x06\x01\x07\x02\x03", "\x08\x08\x09\x0a\x0b\x0c", strings.Repeat("\x07\x06", 40)} {
		f.Add([]byte(seed), uint8(0))
		f.Add([]byte(seed), uint8(3))
	}
	// All but loud, which repeats what is not marked as secret too.
	rules := append(slices.DeleteFunc(testRules(), func(r Rule) bool { return r.Name == "loud" }), nosy())
	types := []string{podType, "kubernetes:core/v1:PodList", "kubernetes:apps/v1:StatefulSetPatch", "kubernetes:batch/v1:CronJob", "kubernetes:core/v1:Secret", claimType}
	f.Fuzz(func(t *testing.T, data []byte, kind uint8) {
		p := testPack()
		p.Rules = rules
		server, err := NewServer(p)
		require.NoError(t, err)
		token := types[int(kind)%len(types)]
		tree := (&grower{data: data}).object(0)
		req := &pulumirpc.AnalyzeRequest{Type: token, Name: "n", Urn: urnOf(token, "n"), Properties: tree}
		resp, err := server.Analyze(t.Context(), req)
		require.NoError(t, err)
		stack, err := server.AnalyzeStack(t.Context(), &pulumirpc.AnalyzeStackRequest{Resources: []*pulumirpc.AnalyzerResource{
			{Type: token, Name: "n", Urn: urnOf(token, "n")}, {Type: token, Name: "m", Urn: urnOf(token, "m"), Properties: tree},
		}})
		require.NoError(t, err)
		for _, line := range append(lines(resp), lines(stack)...) {
			require.NotContains(t, line, canary)
			require.NotContains(t, line, "itself failed", "only the rule that always panics may")
		}
	})
}

// FuzzDecode holds the decoder against Pulumi's own, which it leaves out where nothing is wrapped.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{"", "\x05\x0f\x09\x03\x00\x10\x00\x00\x0c\x04\x00", "\x04\x01\x07\x02\x0f\x00\x00\x0c\x03\x01", "\x02\x13\x01\x07\x02\x0f\x00\x06", strings.Repeat("\x07\x06", 40)} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		properties := (&grower{data: data}).object(0)
		want, wantErr := func() (tree map[string]any, err error) {
			defer func() {
				if recover() != nil {
					err = errUndecodable
				}
			}()
			decoded, err := plugin.UnmarshalProperties(properties, plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true, KeepResources: true, KeepOutputValues: true})
			return object(decoded), err
		}()
		tree, sealed, err := decode(properties)
		if wantErr != nil {
			require.ErrorIs(t, err, errUndecodable)
			return
		}
		require.NoError(t, err)
		require.Equal(t, want, tree)
		// What is marked as defaulted is left out of the tree, so there may be no secret left.
		require.True(t, sealed || !secretIn(tree), "there is a secret")
		if text := properties.String(); !strings.Contains(text, resource.SecretSig) && !strings.Contains(text, resource.OutputValueSig) {
			require.False(t, sealed, "there is no secret")
		}
	})
}

// secretIn tells whether there is a secret in a tree.
func secretIn(tree any) bool {
	switch tree := tree.(type) {
	case secret:
		return true
	case map[string]any:
		for _, value := range tree {
			if secretIn(value) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(tree, secretIn)
	}
	return false
}

// nosy looks at everything with every method there is.
func nosy() Rule {
	r := testRules()[0]
	r.Name, r.Types = "nosy", Anything()
	expression := regexp.MustCompile("a+")
	var look func(v Value, depth int, violate Report)
	look = func(v Value, depth int, violate Report) {
		if depth > 2 {
			return
		}
		if v.Is("a") || v.In("a", "b") || v.Matches(expression) || v.HasPrefix("a") || v.AtLeast(1) || v.AtMost(1) || v.Absent() || v.Contains("a") || v.Marked() {
			violate("It is odd.")
		}
		_, _ = v.Text(), v.JSON().At("Statement").List()
		for _, item := range v.List() {
			look(item, depth+1, violate)
		}
		for _, key := range v.Keys() {
			look(v.At(key), depth+1, violate)
		}
	}
	r.Check = func(r Resource, violate Report) {
		look(r.At("spec"), 0, violate)
		look(r.At("metadata"), 0, violate)
		for _, p := range r.Pods() {
			for _, c := range append(p.Containers(), p.LongRunning()...) {
				look(c, 0, violate)
			}
		}
	}
	return r
}

// grower makes a tree from bytes.
type grower struct{ data []byte }

func (g *grower) next() byte {
	if len(g.data) == 0 {
		return 0
	}
	b := g.data[0]
	g.data = g.data[1:]
	return b
}

func (g *grower) object(depth int) *structpb.Struct {
	names := []string{
		"spec", "metadata", "containers", "items", "template", "securityContext", "privileged", "replicas", "claim", "data", "seed", "name",
		"value", "urn", "id", "text", "jobTemplate", "initContainers", "restartPolicy", "__defaults", resource.SigKey, canary, "",
	}
	signatures := []string{
		resource.SecretSig, resource.OutputValueSig, resource.ResourceReferenceSig, resource.ByteStringSig,
		"c44067f5952c0a294b673a41bacd8c17", "0def7320c3a5731c473e5ecbe6d01bc7", canary,
	}
	s := &structpb.Struct{Fields: map[string]*structpb.Value{}}
	for range int(g.next()) % 6 {
		name := names[int(g.next())%len(names)]
		if name == resource.SigKey && g.next()%2 == 0 {
			s.Fields[name] = structpb.NewStringValue(signatures[int(g.next())%len(signatures)])
			continue
		}
		s.Fields[name] = g.value(depth + 1)
	}
	return s
}

func (g *grower) value(depth int) *structpb.Value {
	texts := []string{
		canary, "true", "1", `{"Statement":["` + canary + `"]}`, plugin.UnknownStringValue, plugin.UnknownBoolValue, plugin.UnknownNumberValue,
		plugin.UnknownArrayValue, plugin.UnknownObjectValue, plugin.UnknownAssetValue, plugin.UnknownArchiveValue, "\xff", "",
	}
	what := g.next() % 10
	if depth > 8 {
		what %= 5
	}
	switch what {
	case 0:
		return structpb.NewNullValue()
	case 1:
		return structpb.NewBoolValue(g.next()%2 == 0)
	case 2:
		return structpb.NewNumberValue(float64(g.next()) - 100)
	case 3, 4:
		return structpb.NewStringValue(texts[int(g.next())%len(texts)])
	case 5, 6:
		list := &structpb.ListValue{}
		for range int(g.next()) % 4 {
			list.Values = append(list.Values, g.value(depth+1))
		}
		return structpb.NewListValue(list)
	}
	return structpb.NewStructValue(g.object(depth + 1))
}
