package bootstrap

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// job is what GitLab knows of a job when it makes its token.
type job struct {
	project, refType, ref string
	refProtected          bool
	// environment is empty, protected or unprotected.
	environment string
	// components are the project's setting; nil is what SatKube asks for.
	components []string
	// provider is the identity provider in AWS that knows the token's signature, and issuer its name. aud is the token's audience.
	issuer, aud string
}

// token returns the job's claims as AWS sees them. GitLab makes the subject of the components that have a value, name and value, joined by
// colons (gitlab-org/gitlab, lib/gitlab/ci/jwt_v2.rb).
func (j job) token(a Args) request {
	truth := map[bool]string{false: "false", true: "true"}
	claims := map[string]string{"project_path": j.project, "ref_type": j.refType, "ref": j.ref, "ref_protected": truth[j.refProtected]}
	if j.environment != "" {
		claims["environment_protected"] = truth[j.environment == "protected"]
	}
	components := j.components
	if components == nil {
		components = SubjectComponents()
	}
	var parts []string
	for _, name := range components {
		if claims[name] != "" {
			parts = append(parts, name, claims[name])
		}
	}
	return request{
		principal: a.iamARN("oidc-provider/" + j.issuer),
		action:    "sts:AssumeRoleWithWebIdentity",
		context:   map[string][]string{j.issuer + ":sub": {strings.Join(parts, ":")}, j.issuer + ":aud": {j.aud}},
	}
}

const ours = "group/project"

// protected is a job that deploys: on a protected branch, for a protected environment.
func protected() job {
	return job{
		project: ours, refType: "branch", ref: "main", refProtected: true, environment: "protected", issuer: "gitlab.com", aud: "https://gitlab.com",
	}
}

func with(change func(*job)) job {
	j := protected()
	change(&j)
	return j
}

func TestTrust_LetsInWhoIsMeantAndNobodyElse(t *testing.T) {
	byDefault := []string{"project_path", "ref_type", "ref"}
	for name, c := range map[string]struct {
		job             job
		preview, deploy bool
		// free is what deploys where GitLab has no protected environments.
		free bool
	}{
		"a protected branch, a protected environment":    {protected(), true, true, true},
		"a protected branch, an unprotected environment": {with(func(j *job) { j.environment = "unprotected" }), true, false, true},
		"a protected branch, no environment":             {with(func(j *job) { j.environment = "" }), true, false, true},
		"another protected branch":                       {with(func(j *job) { j.ref = "release" }), true, true, true},
		"a branch":                                       {with(func(j *job) { j.ref, j.refProtected, j.environment = "feature", false, "" }), true, false, false},
		"an unprotected branch that claims production":   {with(func(j *job) { j.ref, j.refProtected = "feature", false }), true, false, false},
		"a branch called as a pattern":                   {with(func(j *job) { j.ref, j.refProtected, j.environment = "*", false, "" }), true, false, false},
		"a branch called as claims":                      {with(func(j *job) { j.ref, j.refProtected = "main:ref_protected:true:environment_protected:true", false }), true, false, false},
		"an unprotected tag called main":                 {with(func(j *job) { j.refType, j.refProtected = "tag", false }), false, false, false},
		"a protected tag called main":                    {with(func(j *job) { j.refType = "tag" }), false, false, false},
		"a protected tag without environment":            {with(func(j *job) { j.refType, j.environment = "tag", "" }), false, false, false},
		"another project":                                {with(func(j *job) { j.project = "other/thing" }), false, false, false},
		"a path that begins like ours":                   {with(func(j *job) { j.project = ours + "-fork" }), false, false, false},
		"a path that ends like ours":                     {with(func(j *job) { j.project = "my" + ours }), false, false, false},
		"a subgroup with our path":                       {with(func(j *job) { j.project = "evil/" + ours }), false, false, false},
		"a project below ours":                           {with(func(j *job) { j.project = ours + "/sub" }), false, false, false},
		"our path in capitals":                           {with(func(j *job) { j.project = "Group/Project" }), false, false, false},
		"our group alone":                                {with(func(j *job) { j.project = "group" }), false, false, false},
		"a fork's merge request":                         {with(func(j *job) { j.project, j.refProtected, j.environment = "somebody/project", false, "" }), false, false, false},
		"a fork's protected branch":                      {with(func(j *job) { j.project = "somebody/project" }), false, false, false},
		"another audience":                               {with(func(j *job) { j.aud = "https://vault.example.com" }), false, false, false},
		"an audience that begins like ours":              {with(func(j *job) { j.aud = "https://gitlab.com.example.com" }), false, false, false},
		"another GitLab":                                 {with(func(j *job) { j.issuer = "gitlab.example.com" }), false, false, false},
		"a GitLab below our address":                     {with(func(j *job) { j.issuer = "gitlab.com/evil" }), false, false, false},
		"a project that is not set up":                   {with(func(j *job) { j.components = byDefault }), false, false, false},
		"not set up, and a branch called as claims": {with(func(j *job) {
			j.components, j.ref, j.refProtected = byDefault, "x:ref_protected:true:environment_protected:true", false
		}), false, false, false},
		"not set up, and a branch called as the rest of the subject": {with(func(j *job) {
			j.components, j.ref, j.refProtected = []string{"project_path", "ref"}, "x:ref_type:branch:ref_protected:true:environment_protected:true", false
		}), false, false, false},
		"set up without environments": {with(func(j *job) { j.components = SubjectComponents()[:3] }), true, false, true},
		"set up without protection":   {with(func(j *job) { j.components = []string{"project_path", "ref_type", "environment_protected"} }), false, false, false},
		"set up in another order": {with(func(j *job) {
			j.components = []string{"project_path", "ref_protected", "ref_type", "environment_protected"}
		}), false, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			free := args()
			free.ProtectedEnvironments = false
			want := map[bool]verdict{false: unallowed, true: allowed}
			require.Equal(t, want[c.preview], decide(t, trustOf(t, args(), "preview"), c.job.token(args())), "preview")
			require.Equal(t, want[c.deploy], decide(t, trustOf(t, args(), "deploy"), c.job.token(args())), "deploy")
			require.Equal(t, want[c.free], decide(t, trustOf(t, free, "deploy"), c.job.token(free)), "deploy without protected environments")
		})
	}
}

func TestTrust_RefusesATokenThatLacksAClaim(t *testing.T) {
	for _, role := range []string{"preview", "deploy"} {
		for _, claim := range []string{"sub", "aud"} {
			token := protected().token(args())
			delete(token.context, "gitlab.com:"+claim)
			require.Equal(t, unallowed, decide(t, trustOf(t, args(), role), token), "%s without %s", role, claim)
		}
	}
}

func TestTrust_RefusesEveryOtherWayIn(t *testing.T) {
	for _, role := range []string{"preview", "deploy"} {
		for _, action := range []string{"sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:TagSession"} {
			token := protected().token(args())
			token.action = action
			require.Equal(t, unallowed, decide(t, trustOf(t, args(), role), token), "%s by %s", role, action)
		}
		person := protected().token(args())
		person.principal = args().rootARN()
		require.Equal(t, unallowed, decide(t, trustOf(t, args(), role), person), role)
	}
}

// A pattern in a trust policy is where a branch's or a project's name gets in.
func TestTrust_HasNoPattern(t *testing.T) {
	for _, role := range []string{"preview", "deploy"} {
		var policy struct{ Statement []statement }
		require.NoError(t, json.Unmarshal([]byte(trustOf(t, args(), role)[0]), &policy))
		for _, s := range policy.Statement {
			for operator, keys := range s.Condition {
				require.Equal(t, "StringEquals", operator)
				for _, values := range keys {
					require.NotRegexp(t, `[*?$]`, strings.Join(values, " "))
				}
			}
		}
	}
}

func TestTrust_FollowsTheGitLabOfTheSettings(t *testing.T) {
	own := args()
	own.URL, own.Audience = "https://gitlab.example.com", "aws"
	j := with(func(j *job) { j.issuer, j.aud = "gitlab.example.com", "aws" })
	require.Equal(t, allowed, decide(t, trustOf(t, own, "deploy"), j.token(own)))
	require.Equal(t, unallowed, decide(t, trustOf(t, own, "deploy"), protected().token(own)), "gitlab.com is another GitLab then")
}

// trustOf returns the trust policy that the program registers for the role.
func trustOf(t *testing.T, a Args, role string) []string {
	t.Helper()
	return []string{run(t, a).Must(t, "aws:iam/role:Role", "bootstrap-"+role).Path("assumeRolePolicy").StringValue()}
}
