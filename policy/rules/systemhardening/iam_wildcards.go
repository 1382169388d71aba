package systemhardening

import (
	"regexp"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var (
	// everyAction matches * and all actions of a service, s3:* and s3:?* among them.
	everyAction = regexp.MustCompile(`^(\*+|[A-Za-z0-9*?-]+:[*?]*\*[*?]*)$`)
	// everyResource matches * and ARNs that leave the service open.
	everyResource = regexp.MustCompile(`^(\*+|arn:[^:]*:\*(:.*)?)$`)
)

var iamWildcards = pack.Rule{
	Name: "iam-wildcards",
	Types: pack.Tokens("aws:iam/policy:Policy", "aws:iam/rolePolicy:RolePolicy", "aws:iam/role:Role", "aws:iam/userPolicy:UserPolicy",
		"aws:iam/groupPolicy:GroupPolicy"),
	Severity: pack.Critical,
	CKS:      "system-hardening/least-privilege",
	Must:     "No IAM policy allows all actions, of AWS or of a service, on all resources.",
	Why:      "Whoever takes over the one pod that holds such a role may read every secret, use every key and delete every volume of the account, the channel state with them.",
	Fix:      "List the actions that are used in the statement's Action and the ARNs that they are used on in its Resource, and say what is denied with Effect Deny instead of NotAction or NotResource.",
	Refs:     []string{"CKV_AWS_62", "CKV_AWS_63", "CKV_AWS_355", "AWS-0057", "AWS: IAM JSON policy elements"},
	Check: func(r pack.Resource, violate pack.Report) {
		for _, text := range inlinePolicies(r) {
			if text.Absent() {
				continue
			}
			document := text.JSON()
			if document.Known() && !document.Given() {
				violate(text.Path() + " has to be an IAM policy in JSON.")
			}
			for _, statement := range document.At("Statement").Each() {
				if statement.At("Effect").Is("Allow") && allActions(statement) && allResources(statement) {
					violate(text.Path() + " allows all actions on all resources in one of its statements.")
				}
			}
		}
	},
	Pass: pack.Cases{
		"one key":            rolePolicy(`{"Effect":"Allow","Action":["kms:Decrypt","kms:ReEncrypt*"],"Resource":["arn:aws:kms:us-east-2:123456789012:key/k"]}`),
		"some actions":       rolePolicy(`{"Effect":"Allow","Action":["ec2:Describe*","logs:CreateLogStream"],"Resource":"*"}`),
		"one bucket":         rolePolicy(`{"Effect":"Allow","Action":"s3:*","Resource":["arn:aws:s3:::backups","arn:aws:s3:::backups/*"]}`),
		"denied":             rolePolicy(`{"Effect":"Deny","Action":"*","Resource":"*"}`),
		"no inline policies": pack.One("aws:iam/role:Role", object{"assumeRolePolicy": "{}"}),
		"an object":          pack.One("aws:iam/policy:Policy", object{"policy": object{"Statement": list{object{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}}}),
	},
	Fail: pack.Cases{
		"all":                  rolePolicy(`{"Effect":"Allow","Action":"*","Resource":"*"}`),
		"all of a service":     rolePolicy(`{"Effect":"Allow","Action":["s3:GetObject","secretsmanager:*"],"Resource":["arn:aws:s3:::backups/*","*"]}`),
		"the second statement": rolePolicy(`{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"},{"Effect":"Allow","Action":"kms:*","Resource":"*"}`),
		"one statement":        pack.One("aws:iam/policy:Policy", object{"policy": `{"Statement":{"Effect":"Allow","Action":"*:*","Resource":"arn:aws:*"}}`}),
		"all but some":         rolePolicy(`{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}`),
		"on all but some":      rolePolicy(`{"Effect":"Allow","Action":"s3:*","NotResource":"arn:aws:s3:::backups"}`),
		"a role's own":         pack.One("aws:iam/role:Role", object{"inlinePolicies": list{object{"name": "all", "policy": `{"Statement":[{"Effect":"Allow","Action":"ec2:*","Resource":"*"}]}`}}}),
		"a user's":             pack.One("aws:iam/userPolicy:UserPolicy", object{"policy": `{"Statement":[{"Effect":"Allow","Action":"ec2:*","Resource":"*"}]}`}),
		"a group's":            pack.One("aws:iam/groupPolicy:GroupPolicy", object{"policy": `{"Statement":[{"Effect":"Allow","Action":"ec2:*","Resource":"*"}]}`}),
		"an object":            pack.One("aws:iam/policy:Policy", object{"policy": object{"Statement": list{object{"Effect": "Allow", "Action": list{"*"}, "Resource": list{"*"}}}}}),
		"a secret one":         pack.One("aws:iam/policy:Policy", object{"policy": pack.Secret(`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`)}),
		"no JSON":              pack.One("aws:iam/policy:Policy", object{"policy": "Allow everything"}),
	},
}

// inlinePolicies returns the policy documents in a resource.
func inlinePolicies(r pack.Resource) []pack.Value {
	if r.Type != "aws:iam/role:Role" {
		return []pack.Value{r.At("policy")}
	}
	var all []pack.Value
	for _, inline := range r.At("inlinePolicies").List() {
		all = append(all, inline.At("policy"))
	}
	return all
}

// allActions tells whether a statement is about all actions, or all but some.
func allActions(statement pack.Value) bool {
	return statement.At("NotAction").Given() || anyMatches(statement.At("Action"), everyAction)
}

func allResources(statement pack.Value) bool {
	return statement.At("NotResource").Given() || anyMatches(statement.At("Resource"), everyResource)
}

func anyMatches(v pack.Value, expression *regexp.Regexp) bool {
	for _, item := range v.Each() {
		if item.Matches(expression) {
			return true
		}
	}
	return false
}

// rolePolicy is a role's inline policy with these statements.
func rolePolicy(statements string) pack.Case {
	return pack.One("aws:iam/rolePolicy:RolePolicy", object{"role": "node", "policy": `{"Version":"2012-10-17","Statement":[` + statements + `]}`})
}
