package bootstrap

import "gitlab.com/thinkmassive/satkube/internal/policydoc"

// SubjectComponents is what GitLab has to make the tokens' subject of, in this order: the project's setting ci_id_token_sub_claim_components
// (PUT /projects/:id). GitLab joins names and values by colons and leaves out a component that the job has no value for; GitLab 18.7 and
// newer offer ref_protected and environment_protected (docs.gitlab.com/ci/secrets/id_token_authentication, docs.gitlab.com/api/projects).
//
// The branch's name is not among them. It is the one part that the author of a branch chooses, and without it no condition needs a pattern.
// AWS offers no other way: of a GitLab token, a trust policy sees sub and aud only (claims of their own have Google, GitHub, CircleCI and
// Oracle: aws.amazon.com/about-aws/whats-new/2026/01/aws-sts-supports-validation-identity-provider-claims). A project that has not been set up makes
// subjects that end in :ref:NAME; no role takes these.
func SubjectComponents() []string {
	return []string{"project_path", "ref_type", "ref_protected", "environment_protected"}
}

// subject is the subject of a job on a branch. Environment is true or false for a job with an environment, protected or not, and empty for
// one without.
func (a Args) subject(refProtected, environment string) string {
	s := "project_path:" + a.Project + ":ref_type:branch:ref_protected:" + refProtected
	if environment != "" {
		s += ":environment_protected:" + environment
	}
	return s
}

// previewSubjects are those of any job on any branch of the project. A pipeline for a fork's merge request bears the fork's path, also where it runs
// in this project (GitLab issue 548165), and a tag's pipeline has ref_type:tag.
func previewSubjects(a Args) []string {
	var all []string
	for _, refProtected := range []string{"false", "true"} {
		for _, environment := range []string{"", "false", "true"} {
			all = append(all, a.subject(refProtected, environment))
		}
	}
	return all
}

// deploySubjects are those of a job on a protected branch that names a protected environment. Protected environments are part of GitLab
// Premium (docs.gitlab.com/ci/environments/protected_environments); without them, any job on a protected branch deploys.
func deploySubjects(a Args) []string {
	if a.ProtectedEnvironments {
		return []string{a.subject("true", "true")}
	}
	return []string{a.subject("true", ""), a.subject("true", "false"), a.subject("true", "true")}
}

func previewTrust(a Args) policydoc.Document { return assumedByGitLab(a, previewSubjects(a)) }

func deployTrust(a Args) policydoc.Document { return assumedByGitLab(a, deploySubjects(a)) }

// assumedByGitLab lets jobs of these subjects, and this audience, assume a role. Every comparison is literal.
func assumedByGitLab(a Args, subjects []string) policydoc.Document {
	return policydoc.Of(policydoc.Statement{
		Sid:       "GitLabJobs",
		Effect:    "Allow",
		Principal: map[string]string{"Federated": a.iamARN("oidc-provider/" + a.issuer())},
		Action:    []string{"sts:AssumeRoleWithWebIdentity"},
		Condition: map[string]map[string][]string{"StringEquals": {
			a.issuer() + ":aud": {a.Audience},
			a.issuer() + ":sub": subjects,
		}},
	})
}
