package pack

import (
	"fmt"
	"slices"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/structpb"

	"gitlab.com/thinkmassive/satkube/policy/cks"
)

// info tells the engine everything about the pack.
func (s *Server) info() (*pulumirpc.AnalyzerInfo, error) {
	info := &pulumirpc.AnalyzerInfo{
		Name:           s.pack.Name,
		DisplayName:    s.pack.DisplayName,
		Version:        s.pack.Version,
		Description:    s.pack.Description,
		Repository:     s.pack.Repository,
		Provider:       "kubernetes",
		Tags:           []string{"cks", "kubernetes", "eks", "bitcoin", "lightning"},
		SupportsConfig: true,
		InitialConfig:  map[string]*pulumirpc.PolicyConfig{},
	}
	competencies := map[string]cks.Competency{}
	for _, c := range cks.Competencies() {
		competencies[c.Key] = c
	}
	for _, rule := range slices.Concat(s.pack.Rules, Own()) {
		properties, standards, err := settingsSchema(rule)
		if err != nil {
			return nil, err
		}
		level := protoLevel(rule.Severity.Level())
		info.InitialConfig[rule.Name] = &pulumirpc.PolicyConfig{EnforcementLevel: level, Properties: standards}
		info.Policies = append(info.Policies, &pulumirpc.PolicyInfo{
			Name:             rule.Name,
			DisplayName:      displayName(rule.Name),
			Description:      rule.Must,
			Message:          rule.Why,
			EnforcementLevel: level,
			ConfigSchema:     &pulumirpc.PolicyConfigSchema{Properties: properties},
			PolicyType:       policyType(rule),
			Severity:         protoSeverity(rule.Severity),
			Framework:        s.framework(competencies[rule.CKS]),
			Tags:             tags(rule),
			RemediationSteps: rule.Fix,
			Url:              s.pack.URL(rule.Name),
		})
	}
	return info, nil
}

// displayName is a rule's name as words: lnd-single-replica is Lnd single replica.
func displayName(name string) string {
	words := strings.ReplaceAll(name, "-", " ")
	return strings.ToUpper(words[:1]) + words[1:]
}

func policyType(rule Rule) pulumirpc.PolicyType {
	if rule.CheckStack != nil || rule.Name == exemptionsHold.Name {
		return pulumirpc.PolicyType_POLICY_TYPE_STACK
	}
	return pulumirpc.PolicyType_POLICY_TYPE_RESOURCE
}

func tags(rule Rule) []string {
	if rule.CKS == "" {
		return []string{"pack"}
	}
	domain, _, _ := strings.Cut(rule.CKS, "/")
	return []string{domain, rule.CKS, string(rule.Severity)}
}

// framework is where a rule stands in the CKS curriculum, or for the domain bitcoin in this project's own.
func (s *Server) framework(c cks.Competency) *pulumirpc.PolicyComplianceFramework {
	if c.Key == "" {
		return nil
	}
	domain, _, _ := strings.Cut(c.Key, "/")
	framework := &pulumirpc.PolicyComplianceFramework{
		Name: "CKS", Reference: c.Key, Specification: fmt.Sprintf("%s: %s", DomainTitle(domain), c.Text),
	}
	if len(c.Versions) == 0 {
		framework.Name, framework.Version = s.pack.DisplayName, s.pack.Version
		return framework
	}
	framework.Version = c.Versions[0]
	return framework
}

// DomainTitle is the curriculum's own wording of a domain, such as cluster-setup; the key itself for a domain that it does not know.
func DomainTitle(domain string) string {
	switch domain {
	case "microservices":
		return "Minimize Microservice Vulnerabilities"
	case "supply-chain":
		return "Supply Chain Security"
	case "runtime":
		return "Monitoring, Logging and Runtime Security"
	case "bitcoin":
		return "Funds and node safety"
	case "cluster-setup":
		return "Cluster Setup"
	case "cluster-hardening":
		return "Cluster Hardening"
	case "system-hardening":
		return "System Hardening"
	}
	return domain
}

// settingsSchema returns the schema of a rule's settings and their defaults.
func settingsSchema(rule Rule) (properties, standards *structpb.Struct, err error) {
	schemas, values := map[string]any{}, map[string]any{}
	for name, standard := range rule.Settings {
		described := schema(standard)
		if described == nil {
			return nil, nil, fmt.Errorf("rule %s: setting %s is a %T, want a string, bool, int, float64 or []string", rule.Name, name, standard)
		}
		if name == "enforcementLevel" {
			return nil, nil, fmt.Errorf("rule %s: setting %s is a name that Pulumi keeps for itself", rule.Name, name)
		}
		schemas[name], values[name] = described, described["default"]
	}
	if properties, err = structpb.NewStruct(schemas); err != nil {
		return nil, nil, fmt.Errorf("rule %s: settings: %w", rule.Name, err)
	}
	if standards, err = structpb.NewStruct(values); err != nil {
		return nil, nil, fmt.Errorf("rule %s: settings: %w", rule.Name, err)
	}
	return properties, standards, nil
}

// protoLevel has no disabled: a diagnostic of that level makes the CLI panic, and disabled rules say nothing anyway.
func protoLevel(level Level) pulumirpc.EnforcementLevel {
	if level == Mandatory {
		return pulumirpc.EnforcementLevel_MANDATORY
	}
	return pulumirpc.EnforcementLevel_ADVISORY
}

func protoSeverity(severity Severity) pulumirpc.PolicySeverity {
	switch severity {
	case Critical:
		return pulumirpc.PolicySeverity_POLICY_SEVERITY_CRITICAL
	case High:
		return pulumirpc.PolicySeverity_POLICY_SEVERITY_HIGH
	case Medium:
		return pulumirpc.PolicySeverity_POLICY_SEVERITY_MEDIUM
	case Low:
		return pulumirpc.PolicySeverity_POLICY_SEVERITY_LOW
	}
	return pulumirpc.PolicySeverity_POLICY_SEVERITY_UNSPECIFIED
}
