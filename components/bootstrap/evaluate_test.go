package bootstrap

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What follows decides about a request as AWS documents it (IAM user guide: policy evaluation logic, and JSON policy elements: condition
// operators), so far as the documents of this package go: it fails the test at an operator that it does not know.

// request is what somebody asks of AWS, with the keys that conditions can ask for.
type request struct {
	// principal is an ARN, or the identity provider whose token is shown; empty where the document is a principal's own.
	principal, action, resource string
	context                     map[string][]string
}

type verdict string

const (
	allowed   verdict = "allowed"
	denied    verdict = "denied"
	unallowed verdict = "not allowed"
)

// texts is a JSON string or a list of strings.
type texts []string

func (s *texts) UnmarshalJSON(raw []byte) error {
	var one string
	if json.Unmarshal(raw, &one) == nil {
		*s = texts{one}
		return nil
	}
	var list []string
	err := json.Unmarshal(raw, &list)
	*s = list
	return err
}

type statement struct {
	Sid, Effect      string
	Principal        map[string]texts
	Action, Resource texts
	Condition        map[string]map[string]texts
}

// decide returns what the documents together say: one denial wins, and what nothing allows is not allowed.
func decide(t *testing.T, documents []string, r request) verdict {
	t.Helper()
	result := unallowed
	for _, document := range documents {
		var policy struct{ Statement []statement }
		require.NoError(t, json.Unmarshal([]byte(document), &policy))
		require.NotEmpty(t, policy.Statement)
		for _, s := range policy.Statement {
			if !s.applies(t, r) {
				continue
			}
			if s.Effect == "Deny" {
				return denied
			}
			require.Equal(t, "Allow", s.Effect)
			result = allowed
		}
	}
	return result
}

func (s statement) applies(t *testing.T, r request) bool {
	t.Helper()
	if s.Principal != nil {
		named := false
		for _, principals := range s.Principal {
			named = named || slices.Contains(principals, r.principal) || slices.Contains(principals, "*")
		}
		if !named {
			return false
		}
	}
	matches := func(patterns []string, value string) bool {
		return slices.ContainsFunc(patterns, func(p string) bool { return like(p, value) })
	}
	if !matches(lower(s.Action), strings.ToLower(r.action)) || (len(s.Resource) > 0 && !matches(s.Resource, r.resource)) {
		return false
	}
	for operator, keys := range s.Condition {
		for key, values := range keys {
			if !holds(t, operator, values, r.values(key)) {
				return false
			}
		}
	}
	return true
}

// values are those of a condition key, whose name may be written in any case.
func (r request) values(key string) []string {
	for name, values := range r.context {
		if strings.EqualFold(name, key) {
			return values
		}
	}
	return nil
}

// holds decides one line of a condition: the policy's values against the request's, none of which means that the key is missing.
func holds(t *testing.T, operator string, wanted, given []string) bool {
	t.Helper()
	if operator == "Null" {
		return (len(given) == 0) == (wanted[0] == "true")
	}
	set, plain, many := strings.Cut(operator, ":")
	if !many {
		set, plain = "", operator
	}
	base, ifExists := strings.CutSuffix(plain, "IfExists")
	compare, negated := comparison(t, base)
	one := func(value string) bool {
		hit := slices.ContainsFunc(wanted, func(w string) bool { return compare(w, value) })
		return hit != negated
	}
	switch {
	case set == "ForAllValues":
		return !slices.ContainsFunc(given, func(value string) bool { return !one(value) })
	case len(given) == 0:
		return ifExists || (negated && set == "")
	case set == "ForAnyValue":
		return slices.ContainsFunc(given, one)
	}
	require.Empty(t, set)
	require.Len(t, given, 1, "%s compares one value", operator)
	return one(given[0])
}

func comparison(t *testing.T, operator string) (compare func(wanted, value string) bool, negated bool) {
	t.Helper()
	number := func(text string) float64 {
		n, err := strconv.ParseFloat(text, 64)
		require.NoError(t, err)
		return n
	}
	switch operator {
	case "StringEquals", "StringNotEquals":
		return func(w, v string) bool { return w == v }, operator == "StringNotEquals"
	case "StringLike", "StringNotLike":
		return like, operator == "StringNotLike"
	case "ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike":
		return likeARN, strings.HasPrefix(operator, "ArnNot")
	case "Bool":
		return strings.EqualFold, false
	case "NumericLessThan":
		return func(w, v string) bool { return number(v) < number(w) }, false
	}
	require.Fail(t, "the condition operator is not known here", operator)
	return nil, false
}

// like matches a text with a pattern, where * is any text, also none, and ? is one character.
func like(pattern, text string) bool {
	expression := regexp.QuoteMeta(pattern)
	expression = strings.ReplaceAll(strings.ReplaceAll(expression, `\*`, ".*"), `\?`, ".")
	return regexp.MustCompile(`(?s)^` + expression + `$`).MatchString(text)
}

// likeARN matches the six parts of an ARN one by one: a * ends at a colon, but for those of the last part.
func likeARN(pattern, arn string) bool {
	patterns, parts := strings.SplitN(pattern, ":", 6), strings.SplitN(arn, ":", 6)
	if len(patterns) != 6 || len(parts) != 6 {
		return false
	}
	for i := range patterns {
		if !like(patterns[i], parts[i]) {
			return false
		}
	}
	return true
}

func lower(all []string) []string {
	var lowered []string
	for _, text := range all {
		lowered = append(lowered, strings.ToLower(text))
	}
	return lowered
}

// The one that decides is tested first: a wrong yes there would be one everywhere.
func TestDecide_ReadsConditionsAsAWSDoes(t *testing.T) {
	for name, c := range map[string]struct {
		operator string
		wanted   []string
		given    []string
		want     bool
	}{
		"equal":                             {"StringEquals", []string{"a"}, []string{"a"}, true},
		"equal to one of several":           {"StringEquals", []string{"b", "a"}, []string{"a"}, true},
		"equal but for the case":            {"StringEquals", []string{"a"}, []string{"A"}, false},
		"a pattern is no pattern to equals": {"StringEquals", []string{"a*"}, []string{"ab"}, false},
		"a pattern equals itself":           {"StringEquals", []string{"a*"}, []string{"a*"}, true},
		"equals without the key":            {"StringEquals", []string{"a"}, nil, false},
		"equals if there":                   {"StringEqualsIfExists", []string{"a"}, nil, true},
		"not equal":                         {"StringNotEquals", []string{"a", "b"}, []string{"c"}, true},
		"not unequal to one of several":     {"StringNotEquals", []string{"a", "b"}, []string{"b"}, false},
		"unequal without the key":           {"StringNotEquals", []string{"a"}, nil, true},
		"unequal if there":                  {"StringNotEqualsIfExists", []string{"a"}, nil, true},
		"a star":                            {"StringLike", []string{"a*c"}, []string{"a:b/c"}, true},
		"a star for nothing":                {"StringLike", []string{"a*"}, []string{"a"}, true},
		"a question mark":                   {"StringLike", []string{"a?c"}, []string{"abc"}, true},
		"a question mark for nothing":       {"StringLike", []string{"a?c"}, []string{"ac"}, false},
		"a dot is a dot":                    {"StringLike", []string{"a.c"}, []string{"abc"}, false},
		"like without the key":              {"StringLike", []string{"*"}, nil, false},
		"any value":                         {"ForAnyValue:StringEquals", []string{"a"}, []string{"b", "a"}, true},
		"no value":                          {"ForAnyValue:StringEquals", []string{"a"}, []string{"b", "c"}, false},
		"any value without the key":         {"ForAnyValue:StringEquals", []string{"a"}, nil, false},
		"all values":                        {"ForAllValues:StringLike", []string{"a*"}, []string{"a", "ab"}, true},
		"not all values":                    {"ForAllValues:StringLike", []string{"a*"}, []string{"a", "b"}, false},
		"all values without the key":        {"ForAllValues:StringLike", []string{"a*"}, nil, true},
		"an ARN":                            {"ArnEquals", []string{"arn:aws:iam::1:role/a"}, []string{"arn:aws:iam::1:role/a"}, true},
		"a star ends at the colon":          {"ArnLike", []string{"arn:aws:*:role/a"}, []string{"arn:aws:iam::1:role/a"}, false},
		"another ARN":                       {"ArnNotEquals", []string{"arn:aws:iam::1:role/a"}, []string{"arn:aws:iam::1:role/b"}, true},
		"a truth":                           {"Bool", []string{"false"}, []string{"false"}, true},
		"a truth without the key":           {"Bool", []string{"false"}, nil, false},
		"less":                              {"NumericLessThan", []string{"1.2"}, []string{"1.1"}, true},
		"not less":                          {"NumericLessThan", []string{"1.2"}, []string{"1.2"}, false},
		"missing":                           {"Null", []string{"true"}, nil, true},
		"not missing":                       {"Null", []string{"true"}, []string{"a"}, false},
		"there":                             {"Null", []string{"false"}, []string{"a"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.want, holds(t, c.operator, c.wanted, c.given))
		})
	}
}

func TestDecide_LetsOneDenialWin(t *testing.T) {
	allow := `{"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`
	deny := `{"Statement":[{"Effect":"Deny","Action":["s3:Delete*"],"Resource":"arn:aws:s3:::b/*","Condition":{"StringEquals":{"k":"v"}}}]}`
	deletion := request{action: "s3:DeleteObject", resource: "arn:aws:s3:::b/a"}
	require.Equal(t, allowed, decide(t, []string{allow, deny}, deletion))
	deletion.context = map[string][]string{"K": {"v"}}
	require.Equal(t, denied, decide(t, []string{allow, deny}, deletion))
	require.Equal(t, unallowed, decide(t, []string{deny}, request{action: "s3:GetObject", resource: "arn:aws:s3:::b/a"}))
	everybody := `{"Statement":[{"Effect":"Allow","Principal":{"AWS":["a","b"]},"Action":"x:Y"}]}`
	require.Equal(t, allowed, decide(t, []string{everybody}, request{principal: "b", action: "x:y"}))
	require.Equal(t, unallowed, decide(t, []string{everybody}, request{principal: "c", action: "x:y"}))
}
