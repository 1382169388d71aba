package aws

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"gitlab.com/thinkmassive/satkube/sandbox/standin"
)

// document is an IAM policy in the order in which AWS writes its parts.
type document struct {
	Version   string      `json:"Version,omitempty"`
	ID        string      `json:"Id,omitempty"`
	Statement []statement `json:"Statement"`
}

type statement struct {
	Sid          string         `json:"Sid,omitempty"`
	Effect       string         `json:"Effect,omitempty"`
	Action       any            `json:"Action,omitempty"`
	NotAction    any            `json:"NotAction,omitempty"`
	Resource     any            `json:"Resource,omitempty"`
	NotResource  any            `json:"NotResource,omitempty"`
	Principal    any            `json:"Principal,omitempty"`
	NotPrincipal any            `json:"NotPrincipal,omitempty"`
	Condition    map[string]any `json:"Condition,omitempty"`
}

// policyDocument renders statements as the genuine function does: earlier documents first, a later statement in the place of an
// earlier one with the same Sid where that is allowed.
func policyDocument(c *standin.Call) (map[string]any, error) {
	doc := document{Version: c.String("version"), ID: c.String("policyId"), Statement: []statement{}}
	if doc.Version == "" {
		doc.Version = "2012-10-17"
	}
	for _, source := range append(c.Strings("sourcePolicyDocuments"), nonEmpty(c.String("sourceJson"))...) {
		if err := doc.merge(source, false); err != nil {
			return nil, err
		}
	}
	own, _ := c.Plain("statements").([]any)
	for i, s := range own {
		fields, _ := s.(map[string]any)
		st, err := newStatement(fields)
		if err != nil {
			return nil, fmt.Errorf("getPolicyDocument: statements[%d]: %w", i, err)
		}
		if st.Sid != "" && doc.find(st.Sid) >= 0 && i > 0 && sameSid(own[:i], st.Sid) {
			return nil, fmt.Errorf("getPolicyDocument: statements[%d]: sid %q is used twice", i, st.Sid)
		}
		doc.put(st)
	}
	for _, override := range append(c.Strings("overridePolicyDocuments"), nonEmpty(c.String("overrideJson"))...) {
		if err := doc.merge(override, true); err != nil {
			return nil, err
		}
	}
	minified, err := encode(doc, "")
	if err != nil {
		return nil, err
	}
	indented, err := encode(doc, "  ")
	if err != nil {
		return nil, err
	}
	out := map[string]any{"id": fmt.Sprint(hash(indented)), "json": indented, "minifiedJson": minified}
	for _, echoed := range []string{
		"statements", "version", "policyId", "sourcePolicyDocuments", "overridePolicyDocuments", "sourceJson", "overrideJson",
	} {
		if v := c.Plain(echoed); v != nil {
			out[echoed] = v
		}
	}
	return out, nil
}

func nonEmpty(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

func sameSid(earlier []any, sid string) bool {
	return slices.ContainsFunc(earlier, func(s any) bool {
		fields, _ := s.(map[string]any)
		return fields["sid"] == sid
	})
}

func (d *document) find(sid string) int {
	if sid == "" {
		return -1
	}
	return slices.IndexFunc(d.Statement, func(s statement) bool { return s.Sid == sid })
}

func (d *document) put(s statement) {
	if i := d.find(s.Sid); i >= 0 {
		d.Statement[i] = s
		return
	}
	d.Statement = append(d.Statement, s)
}

func (d *document) merge(text string, override bool) error {
	var other struct {
		Version   string
		ID        string `json:"Id"`
		Statement json.RawMessage
	}
	if err := json.Unmarshal([]byte(text), &other); err != nil {
		return fmt.Errorf("getPolicyDocument: a document to merge is no JSON: %w", err)
	}
	var list []statement
	if err := json.Unmarshal(other.Statement, &list); err != nil {
		var one statement
		if err := json.Unmarshal(other.Statement, &one); err != nil {
			return fmt.Errorf("getPolicyDocument: a document to merge has no statements: %w", err)
		}
		list = []statement{one}
	}
	for _, s := range list {
		if !override && d.find(s.Sid) >= 0 {
			return fmt.Errorf("getPolicyDocument: sid %q is in two source documents", s.Sid)
		}
		d.put(s)
	}
	return nil
}

func newStatement(fields map[string]any) (statement, error) {
	s := statement{Effect: "Allow"}
	if effect, _ := fields["effect"].(string); effect != "" {
		s.Effect = effect
	}
	if s.Effect != "Allow" && s.Effect != "Deny" {
		return s, fmt.Errorf("effect is %q, want Allow or Deny", s.Effect)
	}
	s.Sid, _ = fields["sid"].(string)
	s.Action, s.NotAction = compact(fields["actions"]), compact(fields["notActions"])
	s.Resource, s.NotResource = compact(fields["resources"]), compact(fields["notResources"])
	s.Principal, s.NotPrincipal = principals(fields["principals"]), principals(fields["notPrincipals"])
	conditions, _ := fields["conditions"].([]any)
	for _, e := range conditions {
		cond, _ := e.(map[string]any)
		test, _ := cond["test"].(string)
		variable, _ := cond["variable"].(string)
		if test == "" || variable == "" {
			return s, fmt.Errorf("a condition lacks test or variable")
		}
		if s.Condition == nil {
			s.Condition = map[string]any{}
		}
		tests, _ := s.Condition[test].(map[string]any)
		if tests == nil {
			tests = map[string]any{}
			s.Condition[test] = tests
		}
		tests[variable] = compact(append(list(tests[variable]), list(cond["values"])...))
	}
	return s, nil
}

// compact writes one entry as a text and several as a list, as AWS does when it stores a policy.
func compact(v any) any {
	values := list(v)
	switch len(values) {
	case 0:
		return nil
	case 1:
		return values[0]
	default:
		return values
	}
}

func list(v any) []any {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		return v
	default:
		return []any{v}
	}
}

// principals groups identifiers by their type. The type * stands for everyone.
func principals(v any) any {
	groups := map[string][]any{}
	for _, e := range list(v) {
		p, _ := e.(map[string]any)
		kind, _ := p["type"].(string)
		ids := list(p["identifiers"])
		if kind == "*" && len(ids) == 1 && ids[0] == "*" {
			return "*"
		}
		groups[kind] = append(groups[kind], ids...)
	}
	if len(groups) == 0 {
		return nil
	}
	out := map[string]any{}
	for kind, ids := range groups {
		out[kind] = compact(ids)
	}
	return out
}

// encode writes JSON without escaping <, > and &, which are common in conditions.
func encode(doc document, indent string) (string, error) {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	if err := enc.Encode(doc); err != nil {
		return "", fmt.Errorf("getPolicyDocument: %w", err)
	}
	return string(bytes.TrimSpace(text.Bytes())), nil
}
