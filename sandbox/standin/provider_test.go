package standin

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

const (
	boxType = "toy:index:Box"
	boxURN  = "urn:pulumi:test::project::toy:index:Box::mine"
)

// toy is a provider with one type that has a bit of everything.
func toy(t *testing.T) (pulumirpc.ResourceProviderServer, *Cloud, string) {
	t.Helper()
	dir := t.TempDir()
	cloud := OpenCloud(dir)
	kind := &Kind{
		Name: "name", Required: []string{"size"}, Immutable: []string{"size", "spec.fixed"}, Secret: []string{"token"},
		Refuse: []Rule{func(c *Call) error {
			if n, given := c.Number("size"); given && n < 0 {
				return errors.New("size is negative")
			}
			return nil
		}},
		RefuseDelete: []Rule{func(c *Call) error {
			if c.Bool("protected") {
				return errors.New("protected is true")
			}
			return nil
		}},
		Claims: func(c *Call) []string { return []string{"box " + c.String("name")} },
		Facts:  map[string]Output{"label": func(c *Call) any { return c.String("label") }},
		ID:     func(*Call) string { return "box-" + Hex(6) },
		Outputs: map[string]Output{
			"arn":   func(c *Call) any { return "arn:" + c.IDOf() },
			"echo":  func(c *Call) any { return c.String("label") + "!" },
			"token": func(c *Call) any { return c.Hex("token", 8) },
		},
		Defaults: map[string]Output{"colour": func(*Call) any { return "red" }},
	}
	return Provider{
		Package: "toy", Version: "1.0.0", Cloud: cloud,
		Kind: func(token string) (*Kind, error) {
			if token == boxType {
				return kind, nil
			}
			return nil, fmt.Errorf("%s has no stand-in", token)
		},
	}.Server(), cloud, dir
}

func props(t *testing.T, m map[string]any) *structpb.Struct {
	t.Helper()
	s, err := marshal(resource.NewPropertyMapFromMap(m))
	require.NoError(t, err)
	return s
}

func read(t *testing.T, s *structpb.Struct) resource.PropertyMap {
	t.Helper()
	m, err := unmarshal(s)
	require.NoError(t, err)
	return m
}

func check(t *testing.T, srv pulumirpc.ResourceProviderServer, olds, news map[string]any) *pulumirpc.CheckResponse {
	t.Helper()
	resp, err := srv.Check(context.Background(), &pulumirpc.CheckRequest{Urn: boxURN, Olds: props(t, olds), News: props(t, news)})
	require.NoError(t, err)
	return resp
}

func create(t *testing.T, srv pulumirpc.ResourceProviderServer, preview bool, in map[string]any) *pulumirpc.CreateResponse {
	t.Helper()
	resp, err := srv.Create(context.Background(), &pulumirpc.CreateRequest{Urn: boxURN, Properties: props(t, in), Preview: preview})
	require.NoError(t, err)
	return resp
}

func TestCheck_GeneratesANameAndKeepsIt(t *testing.T) {
	srv, _, _ := toy(t)
	first := read(t, check(t, srv, nil, map[string]any{"size": 1}).Inputs)
	require.Regexp(t, `^mine-[0-9a-f]{7}$`, first["name"].StringValue())
	require.Equal(t, []string{"name"}, defaulted(first))

	second := read(t, check(t, srv, first.Mappable(), map[string]any{"size": 2}).Inputs)
	require.Equal(t, first["name"], second["name"])

	own := read(t, check(t, srv, first.Mappable(), map[string]any{"size": 2, "name": "given"}).Inputs)
	require.Equal(t, "given", own["name"].StringValue())
	require.NotContains(t, own, resource.PropertyKey("__defaults"))
}

func TestCheck_ReportsAllMistakesAtOnce(t *testing.T) {
	srv, _, _ := toy(t)
	require.Len(t, check(t, srv, nil, map[string]any{"size": -1}).Failures, 1)
	require.Contains(t, check(t, srv, nil, map[string]any{}).Failures[0].Reason, "missing required property size")
}

func TestCheck_IsUndecidedAboutUnknownValues(t *testing.T) {
	srv, _, _ := toy(t)
	resp := check(t, srv, nil, map[string]any{"size": resource.MakeComputed(resource.NewProperty(""))})
	require.Empty(t, resp.Failures)
}

func TestCreate_InAPreviewKnowsNothingThatOnlyCreationDecides(t *testing.T) {
	srv, _, dir := toy(t)
	resp := create(t, srv, true, map[string]any{"size": 1, "name": "a", "label": "x"})
	out := read(t, resp.Properties)
	require.Empty(t, resp.Id)
	for _, key := range []resource.PropertyKey{"arn", "echo", "colour"} {
		require.True(t, out[key].IsComputed(), key)
	}
	require.True(t, out["token"].IsSecret() && out["token"].SecretValue().Element.IsComputed())
	require.Equal(t, "a", out["name"].StringValue())
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, entries)
}

func TestOutputs_ThatComeFromASecretAreSecret(t *testing.T) {
	srv, _, dir := toy(t)
	resp := create(t, srv, false, map[string]any{
		"size": 1, "name": "a", "label": resource.MakeSecret(resource.NewProperty("hush")),
	})
	out := read(t, resp.Properties)
	require.True(t, out["label"].IsSecret())
	require.True(t, out["echo"].IsSecret())
	require.True(t, out["token"].IsSecret())
	require.False(t, out["arn"].IsSecret())

	files, err := filepath.Glob(filepath.Join(dir, "test", "*"))
	require.NoError(t, err)
	require.Len(t, files, 1)
	raw, err := os.ReadFile(files[0])
	require.NoError(t, err)
	require.NotContains(t, string(raw), "hush")
}

func TestUpdate_GivesTheSameOutputsForTheSameObject(t *testing.T) {
	srv, _, _ := toy(t)
	made := create(t, srv, false, map[string]any{"size": 1, "name": "a", "label": "x"})
	for _, preview := range []bool{true, false} {
		resp, err := srv.Update(context.Background(), &pulumirpc.UpdateRequest{
			Urn: boxURN, Id: made.Id, Olds: made.Properties, Preview: preview,
			News: props(t, map[string]any{"size": 1, "name": "a", "label": "y"}),
		})
		require.NoError(t, err)
		before, after := read(t, made.Properties), read(t, resp.Properties)
		require.Equal(t, before["arn"], after["arn"])
		require.Equal(t, before["token"], after["token"])
		require.Equal(t, "y!", after["echo"].StringValue())
	}
}

func TestCreate_RefusesANameThatIsTaken(t *testing.T) {
	srv, _, _ := toy(t)
	create(t, srv, false, map[string]any{"size": 1, "name": "a"})
	_, err := srv.Create(context.Background(), &pulumirpc.CreateRequest{
		Urn: strings.Replace(boxURN, "mine", "other", 1), Properties: props(t, map[string]any{"size": 1, "name": "a"}),
	})
	require.ErrorContains(t, err, "box a already exists as "+boxURN)
}

func TestDelete_FreesTheName(t *testing.T) {
	srv, _, _ := toy(t)
	made := create(t, srv, false, map[string]any{"size": 1, "name": "a"})
	_, err := srv.Delete(context.Background(), &pulumirpc.DeleteRequest{Urn: boxURN, Id: made.Id, Properties: made.Properties})
	require.NoError(t, err)
	create(t, srv, false, map[string]any{"size": 1, "name": "a"})
}

func TestDelete_RefusesWhatTheServiceProtects(t *testing.T) {
	srv, _, _ := toy(t)
	made := create(t, srv, false, map[string]any{"size": 1, "name": "a", "protected": true})
	_, err := srv.Delete(context.Background(), &pulumirpc.DeleteRequest{Urn: boxURN, Id: made.Id, Properties: made.Properties})
	require.ErrorContains(t, err, "protected is true")
}

func TestRead_AnswersGoneWhenTheFileWasRemoved(t *testing.T) {
	srv, _, dir := toy(t)
	made := create(t, srv, false, map[string]any{"size": 1, "name": "a"})
	req := &pulumirpc.ReadRequest{Urn: boxURN, Id: made.Id, Properties: made.Properties, Inputs: made.Properties}
	resp, err := srv.Read(context.Background(), req)
	require.NoError(t, err)
	require.Equal(t, made.Id, resp.Id)

	require.NoError(t, os.RemoveAll(filepath.Join(dir, "test")))
	resp, err = srv.Read(context.Background(), req)
	require.NoError(t, err)
	require.Empty(t, resp.Id)
}

func TestDiff_TellsChangesFromReplacements(t *testing.T) {
	srv, _, _ := toy(t)
	base := map[string]any{
		"size": 1, "name": "a", "__defaults": []any{"name"}, "spec": map[string]any{"fixed": "x", "free": "y"},
		"list": []any{"one", "two"},
	}
	with := func(key string, v any) map[string]any {
		m := map[string]any{}
		for k, old := range base {
			m[k] = old
		}
		m[key] = v
		return m
	}
	for name, test := range map[string]struct {
		news    map[string]any
		path    string
		kind    pulumirpc.PropertyDiff_Kind
		replace bool
	}{
		"same":                {news: base},
		"defaults":            {news: with("__defaults", []any{})},
		"made secret":         {news: with("size", resource.MakeSecret(resource.NewProperty(1.0)))},
		"immutable":           {with("size", 2), "size", pulumirpc.PropertyDiff_UPDATE_REPLACE, true},
		"immutable unknown":   {with("size", resource.MakeComputed(resource.NewProperty(""))), "size", pulumirpc.PropertyDiff_UPDATE_REPLACE, true},
		"nested immutable":    {with("spec", map[string]any{"fixed": "z", "free": "y"}), "spec.fixed", pulumirpc.PropertyDiff_UPDATE_REPLACE, true},
		"nested free":         {with("spec", map[string]any{"fixed": "x", "free": "z"}), "spec.free", pulumirpc.PropertyDiff_UPDATE, false},
		"parent removed":      {with("spec", nil), "spec", pulumirpc.PropertyDiff_DELETE_REPLACE, true},
		"list element":        {with("list", []any{"one", "2"}), "list[1]", pulumirpc.PropertyDiff_UPDATE, false},
		"list shortened":      {with("list", []any{"one"}), "list[1]", pulumirpc.PropertyDiff_DELETE, false},
		"added":               {with("extra", true), "extra", pulumirpc.PropertyDiff_ADD, false},
		"added with dots":     {with("a.b", true), `["a.b"]`, pulumirpc.PropertyDiff_ADD, false},
		"name kept, replaced": {with("size", 3), "size", pulumirpc.PropertyDiff_UPDATE_REPLACE, true},
	} {
		t.Run(name, func(t *testing.T) {
			resp, err := srv.Diff(context.Background(), &pulumirpc.DiffRequest{
				Urn: boxURN, Id: "box-1", OldInputs: props(t, base), News: props(t, test.news),
			})
			require.NoError(t, err)
			if test.path == "" {
				require.Equal(t, pulumirpc.DiffResponse_DIFF_NONE, resp.Changes)
				return
			}
			require.Equal(t, pulumirpc.DiffResponse_DIFF_SOME, resp.Changes)
			require.Len(t, resp.DetailedDiff, 1)
			require.Contains(t, resp.DetailedDiff, test.path)
			require.Equal(t, test.kind, resp.DetailedDiff[test.path].Kind)
			require.Equal(t, test.replace, len(resp.Replaces) > 0)
			require.Equal(t, test.replace, resp.DeleteBeforeReplace, "the new object needs the old one's name")
		})
	}
}

func TestUnknownType_IsRefusedByName(t *testing.T) {
	srv, _, _ := toy(t)
	_, err := srv.Check(context.Background(), &pulumirpc.CheckRequest{Urn: strings.Replace(boxURN, "Box", "Crate", 1)})
	require.ErrorContains(t, err, "toy:index:Crate has no stand-in")
}

func TestParseFault_ReadsATypeAndANumber(t *testing.T) {
	for name, test := range map[string]struct {
		text, typ string
		nth       int64
	}{
		"type alone":  {"aws:ec2/vpc:Vpc", "aws:ec2/vpc:Vpc", 1},
		"with number": {"aws:ec2/vpc:Vpc:3", "aws:ec2/vpc:Vpc", 3},
		"kubernetes":  {"kubernetes:apps/v1:StatefulSet:2", "kubernetes:apps/v1:StatefulSet", 2},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := ParseFault(test.text)
			require.NoError(t, err)
			require.Equal(t, test.typ, f.Type)
			require.Equal(t, test.nth, f.Nth)
		})
	}
	for _, text := range []string{"", "vpc", "aws:vpc", "a:b:c:d:e", "aws:ec2/vpc:Vpc:0", "aws:ec2/vpc:Vpc:x", "::", "aws::Vpc"} {
		_, err := ParseFault(text)
		require.Error(t, err, text)
	}
}

func TestFault_StrikesTheNthOfItsType(t *testing.T) {
	f, err := ParseFault(boxType + ":2")
	require.NoError(t, err)
	require.NoError(t, f.strike(boxType, "a"))
	require.NoError(t, f.strike("toy:index:Other", "b"))
	require.False(t, f.Struck())
	require.ErrorContains(t, f.strike(boxType, "c"), "create toy:index:Box c: injected fault")
	require.NoError(t, f.strike(boxType, "d"))
	require.True(t, f.Struck())
}

func TestCloud_IsTheSameAfterItIsOpenedAgain(t *testing.T) {
	dir := t.TempDir()
	cloud := OpenCloud(dir)
	require.NoError(t, cloud.Add("test", Object{Type: boxType, ID: "1", Claims: []string{"box a"}, Facts: map[string]string{"in": "x"}}))
	again := OpenCloud(dir)
	_, found, err := again.Find("test", boxType, "1")
	require.NoError(t, err)
	require.True(t, found)
	require.ErrorIs(t, again.Add("test", Object{Type: boxType, ID: "2", Claims: []string{"box a"}}), ErrExists)
	_, found, err = again.Find("other", boxType, "1")
	require.NoError(t, err)
	require.False(t, found, "stacks are apart")
	require.NoError(t, again.RemoveWith("test", "in", "x"))
	require.NoError(t, again.Add("test", Object{Type: boxType, ID: "2", Claims: []string{"box a"}}))
}

func BenchmarkCloud_AddToALargeStack(b *testing.B) {
	cloud := OpenCloud(b.TempDir())
	for i := range b.N {
		if err := cloud.Add("test", Object{Type: boxType, ID: fmt.Sprint(i), Claims: []string{fmt.Sprint("box ", i)}}); err != nil {
			b.Fatal(err)
		}
	}
}
