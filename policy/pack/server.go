package pack

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
)

// Server is a policy pack as Pulumi's engine talks to it. One server is for one run: a preview, an update or an analysis.
type Server struct {
	pulumirpc.UnimplementedAnalyzerServer

	pack Pack
	now  func() time.Time

	mu     sync.RWMutex
	plan   *plan
	office *office
	// stack is the stack's name, empty where the engine does not tell, as in policy analyze.
	stack string
	// inputs are what was registered, by URN. The engine sends outputs for the stack's review, and the ones of Kubernetes objects are
	// empty on the first preview.
	inputs   map[string]Input
	canceled bool
}

// NewServer returns a server for the pack, or what is wrong with the pack.
func NewServer(p Pack) (*Server, error) {
	if err := p.validate(); err != nil {
		return nil, err
	}
	exemptions, err := ParseExemptions(p.Exemptions)
	if err != nil {
		return nil, err
	}
	s := &Server{pack: p, now: time.Now, inputs: map[string]Input{}}
	s.plan = newPlan(p.Rules, defaults(p.Rules))
	s.office = newOffice(p.Rules, exemptions, s.now())
	return s, nil
}

// Handshake tells where the pack lies. Exemptions from there go before the ones that were compiled in.
func (s *Server) Handshake(
	_ context.Context, req *pulumirpc.AnalyzerHandshakeRequest,
) (*pulumirpc.AnalyzerHandshakeResponse, error) {
	if req.GetRootDirectory() == "" {
		return &pulumirpc.AnalyzerHandshakeResponse{}, nil
	}
	path := filepath.Join(req.GetRootDirectory(), "exemptions.yaml")
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return &pulumirpc.AnalyzerHandshakeResponse{}, nil
	}
	if err != nil {
		return nil, status.Errorf(codes.FailedPrecondition, "read exemptions: %v", err)
	}
	exemptions, err := ParseExemptions(text)
	if err != nil {
		return nil, status.Errorf(codes.InvalidArgument, "%s: %v", path, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.office = newOffice(s.pack.Rules, exemptions, s.now())
	return &pulumirpc.AnalyzerHandshakeResponse{}, nil
}

// ConfigureStack tells which stack this is. It never comes for policy analyze.
func (s *Server) ConfigureStack(
	_ context.Context, req *pulumirpc.AnalyzerStackConfigureRequest,
) (*pulumirpc.AnalyzerStackConfigureResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stack = req.GetStack()
	return &pulumirpc.AnalyzerStackConfigureResponse{}, nil
}

// GetAnalyzerInfo tells everything about the pack and its rules.
func (s *Server) GetAnalyzerInfo(context.Context, *emptypb.Empty) (*pulumirpc.AnalyzerInfo, error) {
	return s.info()
}

// GetPluginInfo tells the version.
func (s *Server) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: s.pack.Version}, nil
}

// Configure sets levels and settings. The engine lets misspelt names pass, so they are refused here.
func (s *Server) Configure(_ context.Context, req *pulumirpc.ConfigureAnalyzerRequest) (*emptypb.Empty, error) {
	asked, err := configure(s.pack.Rules, req.GetPolicyConfig())
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.plan = newPlan(s.pack.Rules, asked)
	return &emptypb.Empty{}, nil
}

// Remediate changes nothing: a rule says how to mend the program, and people do.
func (s *Server) Remediate(context.Context, *pulumirpc.AnalyzeRequest) (*pulumirpc.RemediateResponse, error) {
	return &pulumirpc.RemediateResponse{}, nil
}

// Cancel ends the run. What was kept of the resources, secrets among it, is dropped.
func (s *Server) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.canceled = true
	s.inputs = map[string]Input{}
	return &emptypb.Empty{}, nil
}

// Analyze reviews one resource by the rules for single resources. The engine calls it concurrently.
func (s *Server) Analyze(_ context.Context, req *pulumirpc.AnalyzeRequest) (resp *pulumirpc.AnalyzeResponse, err error) {
	plan, office, err := s.run()
	if err != nil {
		return nil, err
	}
	defer func() {
		if recover() != nil {
			resp, err = s.response(s.unreviewed(plan, req.GetUrn())), nil
		}
	}()
	input := Input{
		Type: req.GetType(), Name: req.GetName(), URN: req.GetUrn(),
		Parent: req.GetOptions().GetParent(), Protect: req.GetOptions().GetProtect(),
	}
	var verdicts []Verdict
	if input.Props, input.sealed, err = decode(req.GetProperties()); err != nil {
		input.unread = true
		verdicts = s.unreviewed(plan, input.URN)
	}
	s.record(plan, input)
	selected := plan.of(input.Type)
	var findings []Finding
	card := newCard(input, &plan.needles)
	for _, rule := range selected.rules {
		findings = append(findings, card.review(rule, plan.settings[rule.Name])...)
	}
	verdicts = append(verdicts, office.verdicts(conceal(findings, withSecrets(input)), plan.level)...)
	resp = s.response(verdicts)
	resp.NotApplicable = selected.notApplicable
	return resp, nil
}

// AnalyzeStack reviews all resources together, and the exemptions. Nothing secret is kept after it.
func (s *Server) AnalyzeStack(
	_ context.Context, req *pulumirpc.AnalyzeStackRequest,
) (resp *pulumirpc.AnalyzeResponse, err error) {
	plan, office, err := s.run()
	if err != nil {
		return nil, err
	}
	defer s.forgetSecrets()
	defer func() {
		if recover() != nil {
			resp, err = s.response(s.unreviewed(plan, "")), nil
		}
	}()
	inputs, verdicts := s.together(plan, req.GetResources())
	findings := reviewTogether(plan.stackRules, inputs, plan.settings, &plan.needles)
	verdicts = append(verdicts, office.verdicts(conceal(findings, withSecrets(inputs...)), plan.level)...)
	s.mu.RLock()
	stack := s.stack
	s.mu.RUnlock()
	resp = s.response(append(verdicts, office.audit(stack, plan.level)...))
	resp.NotApplicable = plan.disabledStackRules
	return resp, nil
}

func (s *Server) run() (*plan, *office, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.canceled {
		return nil, nil, status.Error(codes.Canceled, "the run was canceled")
	}
	return s.plan, s.office, nil
}

// record keeps a resource for the stack's review, when there will be one.
func (s *Server) record(plan *plan, input Input) {
	if len(plan.stackRules) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inputs[input.URN] = input
}

// together returns the stack's resources: with their recorded inputs, or as the engine sends them when they were never registered, as
// those that a program reads only.
func (s *Server) together(plan *plan, resources []*pulumirpc.AnalyzerResource) ([]Input, []Verdict) {
	if len(plan.stackRules) == 0 {
		return nil, nil
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	var verdicts []Verdict
	inputs := make([]Input, 0, len(resources))
	for _, r := range resources {
		input, seen := s.inputs[r.GetUrn()]
		if !seen {
			input = Input{Type: r.GetType(), Name: r.GetName(), URN: r.GetUrn()}
			var err error
			if input.Props, input.sealed, err = decode(r.GetProperties()); err != nil {
				input.unread = true
				verdicts = append(verdicts, s.unreviewed(plan, input.URN)...)
			}
			// A Kubernetes object always has a kind, so this one's properties are not known yet.
			if _, kubernetes := kindOf(input.Type); kubernetes && len(input.Props) == 0 {
				input.unread = true
			}
		}
		input.Parent, input.Dependencies = r.GetParent(), r.GetDependencies()
		input.Protect = r.GetOptions().GetProtect()
		inputs = append(inputs, input)
	}
	slices.SortFunc(inputs, func(a, b Input) int { return strings.Compare(a.URN, b.URN) })
	return inputs, verdicts
}

// withSecrets returns the inputs that hold secrets.
func withSecrets(inputs ...Input) []Input {
	var found []Input
	for _, input := range inputs {
		if input.sealed {
			found = append(found, input)
		}
	}
	return found
}

func (s *Server) forgetSecrets() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for urn, input := range s.inputs {
		if !input.sealed {
			continue
		}
		input.Props, _ = withoutSecrets(input.Props).(map[string]any)
		s.inputs[urn] = input
	}
}
