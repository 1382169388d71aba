package pack

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/asset"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"
)

const (
	podType   = "kubernetes:core/v1:Pod"
	claimType = "kubernetes:core/v1:PersistentVolumeClaim"
)

// fewReplicas has a setting of each type; loud repeats what it reads, as no rule may.
func testRules() []Rule {
	samples := One(podType, nil)
	rule := Rule{CKS: "microservices/pod-security", Why: "why", Fix: "Mend it.", Refs: []string{"ref"}, Pass: Cases{"": samples}, Fail: Cases{"": samples}}
	named := func(name string, severity Severity) Rule {
		r := rule
		r.Name, r.Severity, r.Must = name, severity, "It is "+name+"."
		return r
	}
	privileged := named("no-privileged", Critical)
	privileged.Types = PodCarriers()
	privileged.Check = func(r Resource, violate Report) {
		for _, c := range r.Containers() {
			if p := c.At("securityContext", "privileged"); p.Is(true) {
				violate(p.Path() + " is true.")
			}
		}
	}
	replicas := named("few-replicas", Medium)
	replicas.Types = Kinds("Pod")
	replicas.Settings = map[string]any{"most": 3, "ratio": 0.5, "strict": false, "label": "app", "allowed": []string{"a"}}
	replicas.Check = func(r Resource, violate Report) {
		most := r.Setting("most").Number()
		allowed := r.Setting("allowed").Texts()
		if n := r.At("replicas"); !n.Absent() && !n.AtMost(most) && !r.At("who").In(allowed...) {
			violate(fmt.Sprintf("replicas is above %.0f.", most))
		}
	}
	loud := named("loud", Low)
	loud.Types = Kinds("Secret")
	loud.Check = func(r Resource, violate Report) {
		if text := r.At("data", "seed").Text(); text != "" {
			violate("data.seed is " + text + ".")
		}
	}
	broken := named("broken", High)
	broken.Types = Kinds("ConfigMap")
	broken.Check = func(Resource, Report) { panic("hunter2") }
	claimed := named("volume-claimed", High)
	claimed.Types = Kinds("Pod")
	claimed.CKS = "bitcoin/funds"
	claimed.CheckStack = func(s Stack, violate StackReport) {
		for _, pod := range s.All(Kinds("Pod")) {
			found := false
			for _, claim := range s.All(Kinds("PersistentVolumeClaim")) {
				found = found || claim.At("metadata", "name").Is(pod.At("claim").Text())
			}
			if !found {
				violate(pod, "claim names no claim of the stack.")
			}
		}
	}
	return []Rule{privileged, replicas, loud, broken, claimed}
}

func testPack() Pack {
	return Pack{
		Name: "test-pack", DisplayName: "Test", Version: "1.2.3", Description: "For tests.", Repository: "https://example.org",
		Docs: "docs/policies.md", Rules: testRules(),
	}
}

// driver talks to a real server over gRPC, as the engine does.
type driver struct {
	t *testing.T
	pulumirpc.AnalyzerClient
}

func drive(t *testing.T, p Pack) driver {
	t.Helper()
	server, err := NewServer(p)
	require.NoError(t, err)
	server.now = func() time.Time { return time.Date(2026, 11, 22, 23, 0, 0, 0, time.UTC) }
	cancel := make(chan bool)
	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: cancel,
		Init:   func(s *grpc.Server) error { pulumirpc.RegisterAnalyzerServer(s, server); return nil },
	})
	require.NoError(t, err)
	t.Cleanup(func() { close(cancel); <-handle.Done })
	return dial(t, handle.Port)
}

func dial(t *testing.T, port int) driver {
	t.Helper()
	conn, err := grpc.NewClient(fmt.Sprintf("127.0.0.1:%d", port),
		grpc.WithTransportCredentials(insecure.NewCredentials()), rpcutil.GrpcChannelOptions())
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	return driver{t, pulumirpc.NewAnalyzerClient(conn)}
}

func urnOf(token, name string) string { return "urn:pulumi:testnet::satkube::" + token + "::" + name }

// wire writes properties as the engine does.
func wire(t testing.TB, props resource.PropertyMap) *structpb.Struct {
	t.Helper()
	s, err := plugin.MarshalProperties(props, plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true, SkipInternalKeys: true})
	require.NoError(t, err)
	return s
}

func (d driver) analyze(token, name string, props resource.PropertyMap) *pulumirpc.AnalyzeResponse {
	d.t.Helper()
	resp, err := d.Analyze(d.t.Context(), &pulumirpc.AnalyzeRequest{Type: token, Name: name, Urn: urnOf(token, name), Properties: wire(d.t, props)})
	require.NoError(d.t, err)
	return resp
}

// analyzeStack sends resources with the properties that they have on the first preview: none.
func (d driver) analyzeStack(resources ...*pulumirpc.AnalyzerResource) *pulumirpc.AnalyzeResponse {
	d.t.Helper()
	resp, err := d.AnalyzeStack(d.t.Context(), &pulumirpc.AnalyzeStackRequest{Resources: resources})
	require.NoError(d.t, err)
	return resp
}

func known(token, name string) *pulumirpc.AnalyzerResource {
	return &pulumirpc.AnalyzerResource{Type: token, Name: name, Urn: urnOf(token, name), Properties: &structpb.Struct{}}
}

func (d driver) configure(config map[string]*pulumirpc.PolicyConfig) error {
	_, err := d.Configure(d.t.Context(), &pulumirpc.ConfigureAnalyzerRequest{PolicyConfig: config})
	return err
}

func (d driver) handshake(exemptions string) error {
	d.t.Helper()
	dir := d.t.TempDir()
	require.NoError(d.t, os.WriteFile(filepath.Join(dir, "exemptions.yaml"), []byte(exemptions), 0o644))
	_, err := d.Handshake(d.t.Context(), &pulumirpc.AnalyzerHandshakeRequest{RootDirectory: &dir})
	return err
}

func (d driver) inStack(name string) {
	d.t.Helper()
	_, err := d.ConfigureStack(d.t.Context(), &pulumirpc.AnalyzerStackConfigureRequest{Stack: name, DryRun: true})
	require.NoError(d.t, err)
}

// lines writes diagnostics one a line: rule, level, name of the resource, message.
func lines(resp *pulumirpc.AnalyzeResponse) []string {
	var all []string
	for _, d := range resp.GetDiagnostics() {
		all = append(all, fmt.Sprintf("%s %s %s: %s", d.GetPolicyName(), d.GetEnforcementLevel(), identify(d.GetUrn()).name, d.GetMessage()))
	}
	return all
}

func pod(privileged any) resource.PropertyMap {
	return resource.NewPropertyMapFromMap(map[string]any{
		"spec": map[string]any{"containers": []any{map[string]any{"securityContext": map[string]any{"privileged": privileged}}}},
	})
}

var unknownText = resource.MakeComputed(resource.NewProperty(""))

const privilegedLine = "no-privileged MANDATORY node: spec.containers[0].securityContext.privileged is true.\nFix: Mend it."

func TestAnalyze_GivesEachFindingItsRulesLevel(t *testing.T) {
	d := drive(t, testPack())
	resp := d.analyze(podType, "node", pod(true))
	require.Equal(t, []string{privilegedLine}, lines(resp))
	diagnostic := resp.GetDiagnostics()[0]
	require.Equal(t, "test-pack", diagnostic.GetPolicyPackName())
	require.Equal(t, "1.2.3", diagnostic.GetPolicyPackVersion())
	require.Equal(t, urnOf(podType, "node"), diagnostic.GetUrn())
	require.Equal(t, pulumirpc.PolicySeverity_POLICY_SEVERITY_CRITICAL, diagnostic.GetSeverity())
	require.Equal(t, "It is no-privileged.", diagnostic.GetDescription())
	require.Empty(t, resp.GetNotApplicable(), "only disabled rules are listed: all others would make the answers several times as long")

	twice := pod(true)
	twice["spec"].ObjectValue()["initContainers"] = twice["spec"].ObjectValue()["containers"]
	require.Equal(t, []string{
		"no-privileged MANDATORY node: spec.containers[0].securityContext.privileged is true.\n" +
			"spec.initContainers[0].securityContext.privileged is true.\nFix: Mend it.",
	}, lines(d.analyze(podType, "node", twice)), "what one rule finds on one resource is told together")

	props := pod(false)
	props["replicas"] = resource.NewProperty(4.0)
	require.Equal(t, []string{"few-replicas ADVISORY node: replicas is above 3.\nFix: Mend it."}, lines(d.analyze(podType, "node", props)))
	require.Empty(t, lines(d.analyze("aws:ec2/vpc:Vpc", "network", nil)))
}

func TestAnalyze_ReportsWhatIsNotKnownAsUndecided(t *testing.T) {
	d := drive(t, testPack())
	all := resource.PropertyMap{"spec": unknownText}
	for name, props := range map[string]resource.PropertyMap{"value": pod(unknownText), "everything": all} {
		t.Run(name, func(t *testing.T) {
			said := lines(d.analyze(podType, "node", props))
			require.Len(t, said, 1)
			require.Contains(t, said[0], "no-privileged ADVISORY node: undecided: ")
		})
	}
}

func TestAnalyze_NeverRepeatsASecret(t *testing.T) {
	d := drive(t, testPack())
	seed := "abandon abandon about"
	props := resource.PropertyMap{"data": resource.MakeSecret(resource.NewProperty(resource.PropertyMap{"seed": resource.NewProperty(seed)}))}
	said := lines(d.analyze("kubernetes:core/v1:Secret", "wallet", props))
	require.Equal(t, []string{"loud ADVISORY wallet: data.seed is [secret].\nFix: Mend it."}, said)
}

func TestAnalyze_SurvivesARuleThatPanics(t *testing.T) {
	said := lines(drive(t, testPack()).analyze("kubernetes:core/v1:ConfigMap", "settings", nil))
	require.Equal(t, []string{
		"broken ADVISORY settings: undecided: The rule itself failed on this shape; it could not be decided.",
	}, said)
}

func TestAnalyze_RefusesPropertiesThatItCannotRead(t *testing.T) {
	d := drive(t, testPack())
	for name, props := range map[string]map[string]any{
		"unknown signature":    {"x": map[string]any{resource.SigKey: "hunter2"}},
		"secret without value": {"x": map[string]any{resource.SigKey: resource.SecretSig}},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := structpb.NewStruct(props)
			require.NoError(t, err)
			resp, err := d.Analyze(t.Context(), &pulumirpc.AnalyzeRequest{Type: podType, Urn: urnOf(podType, "node"), Properties: s})
			require.NoError(t, err)
			said := lines(resp)
			require.Contains(t, said[0], "reviewable MANDATORY node: ")
			require.Contains(t, said[1], "no-privileged ADVISORY node: undecided: ")
			require.NotContains(t, strings.Join(said, ""), "hunter2")
		})
	}
}

func TestAnalyze_IsSafeConcurrently(t *testing.T) {
	d := drive(t, testPack())
	require.NoError(t, d.handshake(`[{rule: no-privileged, resource: "`+podType+`::node-1*", reason: r, owner: o, expires: 2026-12-31}]`))
	d.inStack("testnet")
	var running sync.WaitGroup
	resources := make([]*pulumirpc.AnalyzerResource, 60)
	for i := range resources {
		resources[i] = known(podType, fmt.Sprintf("node-%d", i))
		running.Go(func() {
			resp, err := d.Analyze(t.Context(), &pulumirpc.AnalyzeRequest{
				Type: podType, Urn: resources[i].GetUrn(), Properties: wire(t, pod(true)),
			})
			if err != nil || len(resp.GetDiagnostics()) != 1 {
				t.Errorf("node-%d: %v, %v", i, lines(resp), err)
			}
		})
		running.Go(func() { _, _ = d.GetAnalyzerInfo(t.Context(), &emptypb.Empty{}) })
	}
	running.Wait()
	require.Len(t, lines(d.analyzeStack(resources...)), 60, "every pod lacks a claim, and the exemption was needed")
}

func TestAnalyzeStack_ReviewsTheInputsThatWereRegistered(t *testing.T) {
	d := drive(t, testPack())
	d.analyze(podType, "node", resource.PropertyMap{"claim": resource.NewProperty("blocks")})
	d.analyze(podType, "orphan", resource.PropertyMap{"claim": resource.NewProperty("nowhere")})
	d.analyze(claimType, "blocks", resource.NewPropertyMapFromMap(map[string]any{"metadata": map[string]any{"name": "blocks"}}))
	resp := d.analyzeStack(known(podType, "node"), known(podType, "orphan"), known(claimType, "blocks"))
	require.Equal(t, []string{"volume-claimed MANDATORY orphan: claim names no claim of the stack.\nFix: Mend it."}, lines(resp))
}

func TestAnalyzeStack_TakesResourcesThatWereOnlyReadFromTheEngine(t *testing.T) {
	d := drive(t, testPack())
	d.analyze(podType, "node", resource.PropertyMap{"claim": resource.NewProperty("blocks")})
	read := known(claimType, "blocks")
	said := lines(d.analyzeStack(known(podType, "node"), read))
	require.Len(t, said, 1, "what was read is not known yet")
	require.Contains(t, said[0], "volume-claimed ADVISORY node: undecided: ")

	read.Properties = wire(t, resource.NewPropertyMapFromMap(map[string]any{"metadata": map[string]any{"name": "blocks"}}))
	require.Empty(t, lines(d.analyzeStack(known(podType, "node"), read)))
}

func TestAnalyzeStack_TakesMoreThanTheUsualLimitOfGRPC(t *testing.T) {
	big := known("kubernetes:core/v1:ConfigMap", "big")
	big.Properties = wire(t, resource.PropertyMap{"data": resource.NewProperty(strings.Repeat("x", 6<<20))})
	require.Empty(t, lines(drive(t, testPack()).analyzeStack(big)))
}

func TestAnalyzeStack_KeepsNoSecretAfterwards(t *testing.T) {
	s, err := NewServer(testPack())
	require.NoError(t, err)
	urn := urnOf("kubernetes:core/v1:Secret", "wallet")
	_, err = s.Analyze(t.Context(), &pulumirpc.AnalyzeRequest{
		Type: "kubernetes:core/v1:Secret", Urn: urn,
		Properties: wire(t, resource.PropertyMap{"a": resource.NewProperty([]resource.PropertyValue{resource.MakeSecret(resource.NewProperty("seed"))})}),
	})
	require.NoError(t, err)
	_, err = s.AnalyzeStack(t.Context(), &pulumirpc.AnalyzeStackRequest{})
	require.NoError(t, err)
	require.Equal(t, map[string]any{"a": []any{Secret(Unknown)}}, s.inputs[urn].Props)
}

func TestConfigure_SetsLevelsAndSettings(t *testing.T) {
	d := drive(t, testPack())
	settings, err := structpb.NewStruct(map[string]any{"most": 10, "ratio": 1, "strict": true, "label": "x", "allowed": []any{"me"}})
	require.NoError(t, err)
	require.NoError(t, d.configure(map[string]*pulumirpc.PolicyConfig{
		"no-privileged":  {EnforcementLevel: pulumirpc.EnforcementLevel_DISABLED},
		"few-replicas":   {EnforcementLevel: pulumirpc.EnforcementLevel_REMEDIATE, Properties: settings},
		"volume-claimed": {EnforcementLevel: pulumirpc.EnforcementLevel_DISABLED},
	}))
	props := pod(true)
	props["replicas"] = resource.NewProperty(9.0)
	resp := d.analyze(podType, "node", props)
	require.Empty(t, lines(resp))
	require.Contains(t, resp.GetNotApplicable()[0].GetReason(), "disabled")
	props["replicas"] = resource.NewProperty(11.0)
	require.Equal(t, []string{"few-replicas MANDATORY node: replicas is above 10.\nFix: Mend it."}, lines(d.analyze(podType, "node", props)))
	props["who"] = resource.NewProperty("me")
	require.Empty(t, lines(d.analyze(podType, "node", props)))
	stack := d.analyzeStack(known(podType, "node"))
	require.Empty(t, lines(stack))
	require.Equal(t, "volume-claimed", stack.GetNotApplicable()[0].GetPolicyName())
}

func TestConfigure_NamesWhatItRefuses(t *testing.T) {
	d := drive(t, testPack())
	for want, config := range map[string]struct {
		rule       string
		properties map[string]any
	}{
		"policy configuration: no-privilged is no rule of this pack":                                {"no-privilged", nil},
		"policy configuration: rule few-replicas: it has no setting mots":                           {"few-replicas", map[string]any{"mots": 1}},
		"policy configuration: rule few-replicas: most is of another type, want a whole number":     {"few-replicas", map[string]any{"most": 1.5}},
		"policy configuration: rule few-replicas: ratio is of another type, want a number":          {"few-replicas", map[string]any{"ratio": "1"}},
		"policy configuration: rule few-replicas: strict is of another type, want a bool":           {"few-replicas", map[string]any{"strict": "true"}},
		"policy configuration: rule few-replicas: label is of another type, want a text":            {"few-replicas", map[string]any{"label": 1}},
		"policy configuration: rule few-replicas: allowed is of another type, want a list of texts": {"few-replicas", map[string]any{"allowed": []any{1}}},
		"policy configuration: rule no-privileged: it has no setting x\nit has no setting y":        {"no-privileged", map[string]any{"x": 1, "y": 1}},
	} {
		properties, err := structpb.NewStruct(config.properties)
		require.NoError(t, err)
		err = d.configure(map[string]*pulumirpc.PolicyConfig{config.rule: {Properties: properties}})
		require.Equal(t, codes.InvalidArgument, status.Code(err))
		require.Equal(t, want, status.Convert(err).Message())
	}
	require.ErrorContains(t, d.configure(map[string]*pulumirpc.PolicyConfig{"loud": {EnforcementLevel: 7}}), "enforcementLevel is 7")
}

func TestGetAnalyzerInfo_TellsEverything(t *testing.T) {
	info, err := drive(t, testPack()).GetAnalyzerInfo(t.Context(), &emptypb.Empty{})
	require.NoError(t, err)
	require.Equal(t, "test-pack", info.GetName())
	require.Equal(t, "Test", info.GetDisplayName())
	require.Equal(t, "1.2.3", info.GetVersion())
	require.True(t, info.GetSupportsConfig())
	require.Len(t, info.GetPolicies(), len(testRules())+len(Own()))
	for _, p := range info.GetPolicies() {
		require.NotEmpty(t, p.GetDisplayName())
		require.NotEmpty(t, p.GetDescription())
		require.NotEmpty(t, p.GetMessage())
		require.NotEmpty(t, p.GetRemediationSteps())
		require.NotEmpty(t, p.GetTags())
		require.Equal(t, "docs/policies.md#"+p.GetName(), p.GetUrl())
		require.NotZero(t, p.GetSeverity())
		require.NotZero(t, p.GetPolicyType())
		require.Equal(t, p.GetEnforcementLevel(), info.GetInitialConfig()[p.GetName()].GetEnforcementLevel())
	}
	privileged, replicas, claimed := info.GetPolicies()[0], info.GetPolicies()[1], info.GetPolicies()[4]
	require.Equal(t, "No privileged", privileged.GetDisplayName())
	require.Equal(t, pulumirpc.EnforcementLevel_MANDATORY, privileged.GetEnforcementLevel())
	require.Equal(t, "CKS", privileged.GetFramework().GetName())
	require.Equal(t, "1.34", privileged.GetFramework().GetVersion())
	require.Equal(t, "Minimize Microservice Vulnerabilities: Use appropriate pod security standards", privileged.GetFramework().GetSpecification())
	require.Equal(t, pulumirpc.EnforcementLevel_ADVISORY, replicas.GetEnforcementLevel())
	require.Equal(t, map[string]any{
		"most":    map[string]any{"type": "integer", "default": 3.0},
		"ratio":   map[string]any{"type": "number", "default": 0.5},
		"strict":  map[string]any{"type": "boolean", "default": false},
		"label":   map[string]any{"type": "string", "default": "app"},
		"allowed": map[string]any{"type": "array", "items": map[string]any{"type": "string"}, "default": []any{"a"}},
	}, replicas.GetConfigSchema().GetProperties().AsMap())
	require.Equal(t, pulumirpc.PolicyType_POLICY_TYPE_STACK, claimed.GetPolicyType())
	require.Equal(t, "Test", claimed.GetFramework().GetName())
	// The engine hands back what it was told, so that has to be accepted.
	require.NoError(t, drive(t, testPack()).configure(info.GetInitialConfig()))
}

func TestServer_AnswersTheOtherCalls(t *testing.T) {
	d := drive(t, testPack())
	_, err := d.Handshake(t.Context(), &pulumirpc.AnalyzerHandshakeRequest{})
	require.NoError(t, err)
	empty := t.TempDir()
	_, err = d.Handshake(t.Context(), &pulumirpc.AnalyzerHandshakeRequest{RootDirectory: &empty})
	require.NoError(t, err)
	info, err := d.GetPluginInfo(t.Context(), &emptypb.Empty{})
	require.NoError(t, err)
	require.Equal(t, "1.2.3", info.GetVersion())
	remediated, err := d.Remediate(t.Context(), &pulumirpc.AnalyzeRequest{Type: podType, Properties: wire(t, pod(true))})
	require.NoError(t, err)
	require.Empty(t, remediated.GetRemediations())
	_, err = d.Cancel(t.Context(), &emptypb.Empty{})
	require.NoError(t, err)
	_, err = d.Analyze(t.Context(), &pulumirpc.AnalyzeRequest{Type: podType, Properties: wire(t, pod(true))})
	require.Equal(t, codes.Canceled, status.Code(err), "what is not reviewed does not pass")
}

func TestDecode_ReadsEveryWireForm(t *testing.T) {
	text, err := asset.FromText("hunter2")
	require.NoError(t, err)
	in := resource.PropertyMap{
		"null": resource.NewNullProperty(), "number": resource.NewProperty(1.5), "unknown": unknownText,
		"list":       resource.NewProperty([]resource.PropertyValue{unknownText, resource.NewProperty(true)}),
		"twice":      resource.MakeSecret(resource.MakeSecret(resource.NewProperty("x"))),
		"output":     resource.NewProperty(resource.Output{Secret: true}),
		"known":      resource.NewProperty(resource.Output{Known: true, Secret: true, Element: resource.NewProperty("x")}),
		"asset":      resource.NewProperty(text),
		"component":  resource.MakeComponentResourceReference(resource.URN(urnOf("a:b:C", "c")), ""),
		"resource":   resource.MakeCustomResourceReference(resource.URN(urnOf("a:b:C", "c")), "id-1", ""),
		"unfinished": resource.MakeCustomResourceReference(resource.URN(urnOf("a:b:C", "c")), "", ""),
		"object":     resource.NewProperty(resource.PropertyMap{"__defaults": resource.NewProperty([]resource.PropertyValue{}), "a": resource.NewProperty("b")}),
	}
	s, err := plugin.MarshalProperties(in, plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true, KeepResources: true, KeepOutputValues: true})
	require.NoError(t, err)
	tree, sealed, err := decode(s)
	require.NoError(t, err)
	require.True(t, sealed)
	require.Equal(t, map[string]any{
		"null": nil, "number": 1.5, "unknown": Unknown, "list": []any{Unknown, true}, "twice": Secret("x"), "output": Secret(Unknown),
		"known": Secret("x"), "asset": map[string]any{"asset": true}, "component": urnOf("a:b:C", "c"), "resource": "id-1",
		"unfinished": Unknown, "object": map[string]any{"a": "b"},
	}, tree)
}

func TestServe_PrintsThePortFirstWhateverTheFlags(t *testing.T) {
	engine, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{})
	require.NoError(t, err)
	out, in := io.Pipe()
	go func() {
		_ = Serve(testPack(), []string{"--logtostderr", "-v=9", fmt.Sprintf("127.0.0.1:%d", engine.Port)}, in)
	}()
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	var port int
	_, err = fmt.Sscanf(line, "%d\n", &port)
	require.NoError(t, err)
	info, err := dial(t, port).GetPluginInfo(context.Background(), &emptypb.Empty{})
	require.NoError(t, err)
	require.Equal(t, "1.2.3", info.GetVersion())
}

func TestServe_SaysHowItIsStarted(t *testing.T) {
	for _, args := range [][]string{nil, {"--help"}} {
		require.ErrorContains(t, Serve(testPack(), args, io.Discard), "pulumi preview --policy-pack")
	}
}

func TestNewServer_RefusesABrokenPack(t *testing.T) {
	for want, breakIt := range map[string]func(*Pack){
		"name or version is empty":                     func(p *Pack) { p.Version = "" },
		"rule loud: the name is taken":                 func(p *Pack) { p.Rules = append(p.Rules, p.Rules[2]) },
		"rule all: the name is taken":                  func(p *Pack) { p.Rules[0].Name = "all" },
		"rule exemptions: the name is taken":           func(p *Pack) { p.Rules[0].Name = "exemptions" },
		"setting x is a []int":                         func(p *Pack) { p.Rules[0].Settings = map[string]any{"x": []int{1}} },
		"enforcementLevel is a name that Pulumi keeps": func(p *Pack) { p.Rules[0].Settings = map[string]any{"enforcementLevel": 1} },
		"fix is empty":                                 func(p *Pack) { p.Rules[0].Fix = "" },
		`unknown field "rul"`:                          func(p *Pack) { p.Exemptions = []byte("[{rul: x}]") },
	} {
		p := testPack()
		breakIt(&p)
		_, err := NewServer(p)
		require.ErrorContains(t, err, want)
	}
}
