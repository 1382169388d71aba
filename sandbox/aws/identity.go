package aws

import (
	"encoding/json"
	"fmt"
	"strings"

	"gitlab.com/thinkmassive/satkube/sandbox/standin"
)

// identityKinds are IAM's: one namespace per account, no regions.
func identityKinds() map[string]*standin.Kind {
	name := `^[\w+=,.@-]+$`
	return map[string]*standin.Kind{
		"aws:iam/role:Role": tagged(&standin.Kind{
			Name: "name", NameLimit: 64,
			Required:  []string{"assumeRolePolicy"},
			Immutable: []string{"name", "namePrefix", "path"},
			Refuse: []standin.Rule{
				matching("name", `^[\w+=,.@-]{1,64}$`, "1 to 64 letters, digits or any of _+=,.@-"),
				validDocument("assumeRolePolicy"), between(3600, 43200, "maxSessionDuration"), validPath,
			},
			Claims: func(c *standin.Call) []string { return []string{"role " + c.String("name")} },
			ID:     nameOrPrefix,
			Outputs: map[string]standin.Output{
				"arn":        func(c *standin.Call) any { return globalARN(c, "iam", "role"+path(c)+c.IDOf()) },
				"createDate": since("createDate"),
				"uniqueId":   func(c *standin.Call) any { return "AROA" + upperID(c) },
			},
			Defaults: map[string]standin.Output{
				"name": ownName, "namePrefix": constant(""), "path": constant("/"), "maxSessionDuration": constant(3600),
				"forceDetachPolicies": constant(false), "managedPolicyArns": constant([]any{}), "inlinePolicies": constant([]any{}),
			},
		}),
		"aws:iam/policy:Policy": tagged(&standin.Kind{
			Name: "name", NameLimit: 128,
			Required:  []string{"policy"},
			Immutable: []string{"name", "namePrefix", "path", "description"},
			Refuse: []standin.Rule{
				matching("name", name, "letters, digits or any of _+=,.@-"), validDocument("policy"), shorterThan("policy", 6144), validPath,
			},
			Claims: func(c *standin.Call) []string { return []string{"policy " + c.String("name")} },
			ID: func(c *standin.Call) string {
				name := c.String("name")
				if name == "" {
					name = c.String("namePrefix") + standin.Hex(26)
				}
				return globalARN(c, "iam", "policy"+path(c)+name)
			},
			Outputs: map[string]standin.Output{
				"arn":             func(c *standin.Call) any { return c.IDOf() },
				"attachmentCount": constant(0),
				"policyId":        func(c *standin.Call) any { return "ANPA" + upperID(c) },
			},
			Defaults: map[string]standin.Output{
				"name":       func(c *standin.Call) any { return c.IDOf()[strings.LastIndex(c.IDOf(), "/")+1:] },
				"namePrefix": constant(""), "path": constant("/"),
			},
		}),
		"aws:iam/rolePolicy:RolePolicy": {
			Name: "name", NameLimit: 128,
			Required:  []string{"policy", "role"},
			Immutable: []string{"name", "namePrefix", "role"},
			Refuse:    []standin.Rule{validDocument("policy"), shorterThan("policy", 10240)},
			Claims: func(c *standin.Call) []string {
				return []string{"role policy " + c.String("role") + ":" + c.String("name")}
			},
			ID:       func(c *standin.Call) string { return c.String("role") + ":" + nameOrPrefix(c) },
			Defaults: map[string]standin.Output{"name": ownName, "namePrefix": constant("")},
		},
		"aws:iam/rolePolicyAttachment:RolePolicyAttachment": {
			Required:  []string{"policyArn", "role"},
			Immutable: []string{"policyArn", "role"},
			Refuse:    []standin.Rule{matching("policyArn", `^arn:aws[\w-]*:iam::(\d{12}|aws):policy/`, "the ARN of an IAM policy")},
			// Attaching twice is no error at AWS.
			ID: func(c *standin.Call) string { return c.String("role") + "-" + decimal(standin.Hex(26)) },
		},
		"aws:iam/instanceProfile:InstanceProfile": tagged(&standin.Kind{
			Name: "name", NameLimit: 128,
			Immutable: []string{"name", "namePrefix", "path"},
			Refuse:    []standin.Rule{matching("name", name, "letters, digits or any of _+=,.@-"), validPath},
			Claims:    func(c *standin.Call) []string { return []string{"instance profile " + c.String("name")} },
			ID:        nameOrPrefix,
			Outputs: map[string]standin.Output{
				"arn":        func(c *standin.Call) any { return globalARN(c, "iam", "instance-profile"+path(c)+c.IDOf()) },
				"createDate": since("createDate"),
				"uniqueId":   func(c *standin.Call) any { return "AIPA" + upperID(c) },
			},
			Defaults: map[string]standin.Output{"name": ownName, "namePrefix": constant(""), "path": constant("/")},
		}),
		"aws:iam/openIdConnectProvider:OpenIdConnectProvider": tagged(&standin.Kind{
			Required:  []string{"clientIdLists", "url"},
			Immutable: []string{"url"},
			Refuse:    []standin.Rule{matching("url", `^https://`, "an address that begins with https://")},
			Claims:    func(c *standin.Call) []string { return []string{"OIDC provider " + c.String("url")} },
			ID: func(c *standin.Call) string {
				return globalARN(c, "iam", "oidc-provider/"+strings.TrimPrefix(c.String("url"), "https://"))
			},
			Outputs:  map[string]standin.Output{"arn": func(c *standin.Call) any { return c.IDOf() }},
			Defaults: map[string]standin.Output{"thumbprintLists": constant([]any{})},
		}),
	}
}

// nameOrPrefix is the id of objects that are found by their name.
func nameOrPrefix(c *standin.Call) string {
	if name := c.String("name"); name != "" {
		return name
	}
	return c.String("namePrefix") + decimal(standin.Hex(26))
}

// ownName is the name of an object that was given only a prefix: it is the last part of its id.
func ownName(c *standin.Call) any {
	id := c.IDOf()
	return id[strings.LastIndex(id, ":")+1:]
}

func path(c *standin.Call) string {
	if p := c.String("path"); p != "" {
		return p
	}
	return "/"
}

func validPath(c *standin.Call) error {
	if p := c.String("path"); p != "" && (!strings.HasPrefix(p, "/") || !strings.HasSuffix(p, "/")) {
		return fmt.Errorf("%s: path is %q, want one that begins and ends with /", c.Name, p)
	}
	return nil
}

// upperID is the rest of an IAM unique id.
func upperID(c *standin.Call) string { return strings.ToUpper(c.Hex("unique", 17)) }

// validDocument refuses a policy that is no JSON or has no statements. The text itself is not printed.
func validDocument(property string) standin.Rule {
	return func(c *standin.Call) error {
		text := c.String(property)
		if text == "" {
			return nil
		}
		var doc struct {
			Version   string
			Statement any
		}
		switch err := json.Unmarshal([]byte(text), &doc); {
		case err != nil:
			return fmt.Errorf("%s: %s is no JSON document: %w", c.Name, property, err)
		case doc.Statement == nil:
			return fmt.Errorf("%s: %s has no Statement", c.Name, property)
		case doc.Version != "" && doc.Version != "2012-10-17" && doc.Version != "2008-10-17":
			return fmt.Errorf("%s: %s has version %q, want 2012-10-17", c.Name, property, doc.Version)
		}
		return nil
	}
}

func shorterThan(property string, limit int) standin.Rule {
	return func(c *standin.Call) error {
		if n := len(c.String(property)); n > limit {
			return fmt.Errorf("%s: %s has %d characters, want at most %d", c.Name, property, n, limit)
		}
		return nil
	}
}
