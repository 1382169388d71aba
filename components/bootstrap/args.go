package bootstrap

import (
	"errors"
	"fmt"
	"strings"
)

// Args says which account is prepared, and for whom.
type Args struct {
	// Name begins the names of roles, policies, bucket and key alias.
	Name string
	// Stack is the Pulumi stack that makes all this. Its state is not for pipelines.
	Stack string
	// Partition, Region and AccountID say where in AWS the state is kept.
	Partition, Region, AccountID string
	// Regions are where clusters may be built, Clusters what they may be called.
	Regions, Clusters []string
	// Administrators are the ARNs of the IAM users and roles that manage what is made here. Whoever runs this must be one of them: KMS refuses
	// a key whose maker could not change its policy again.
	Administrators []string
	// URL is the GitLab instance, Audience what its tokens for this account are made out to.
	URL, Audience string
	// Project is the GitLab project's path, group and project, as GitLab writes it.
	Project string
	// ProtectedEnvironments demands that a job that deploys names a protected environment.
	ProtectedEnvironments bool
	// PreviewStacks are the Pulumi stacks whose state and secrets any branch's pipeline may read.
	PreviewStacks []string
	// LockDays is how long nobody but an administrator can delete a version of the state, KeepDays how long a version is kept that is not
	// the newest any more.
	LockDays, KeepDays int
	// Protect makes Pulumi refuse to delete what is made, and leave bucket and key behind when it is made to.
	Protect bool
}

func (a Args) alias() string       { return "alias/" + a.Name + "-state" }
func (a Args) previewRole() string { return a.Name + "-preview" }
func (a Args) deployRole() string  { return a.Name + "-deploy" }

// bucket is the state bucket's name. Bucket names are unique in the world; account and region make it so.
func (a Args) bucket() string { return a.Name + "-state-" + a.AccountID + "-" + a.Region }

func (a Args) bucketARN() string { return "arn:" + a.Partition + ":s3:::" + a.bucket() }

// iamARN names an IAM object of the account: role/NAME or policy/NAME.
func (a Args) iamARN(resource string) string {
	return "arn:" + a.Partition + ":iam::" + a.AccountID + ":" + resource
}

// everywhere names resources of the account in any region; the statements that use it say which regions.
func (a Args) everywhere(service, resource string) string {
	return "arn:" + a.Partition + ":" + service + ":*:" + a.AccountID + ":" + resource
}

func (a Args) rootARN() string { return a.iamARN("root") }

func (a Args) boundaryARN() string { return a.iamARN("policy/" + a.Name + "-boundary") }

// issuer is the identity provider's name in AWS: its address without the scheme. Condition keys begin with it.
func (a Args) issuer() string { return strings.TrimPrefix(a.URL, "https://") }

func (a Args) validate(name string) error {
	var mistakes []error
	for _, field := range []struct{ name, value string }{
		{"name", a.Name},
		{"stack", a.Stack},
		{"partition", a.Partition},
		{"region", a.Region},
		{"account id", a.AccountID},
		{"url", a.URL},
		{"audience", a.Audience},
		{"project", a.Project},
	} {
		if field.value == "" {
			mistakes = append(mistakes, fmt.Errorf("%s is empty, want a value", field.name))
		}
	}
	// A pattern here would widen a trust that is meant for one project.
	if strings.ContainsAny(a.Project+a.URL+a.Audience, "*?$") {
		mistakes = append(mistakes, fmt.Errorf("project, url, audience are %q, %q, %q, want no *, ? or $, which IAM reads as patterns", a.Project, a.URL, a.Audience))
	}
	for _, list := range []struct {
		name   string
		values []string
	}{
		{"regions", a.Regions},
		{"clusters", a.Clusters},
		{"administrators", a.Administrators},
	} {
		if len(list.values) == 0 {
			mistakes = append(mistakes, fmt.Errorf("%s is empty, want one at least", list.name))
		}
	}
	if a.LockDays < 1 || a.KeepDays < a.LockDays {
		mistakes = append(mistakes, fmt.Errorf("lock days and keep days are %d and %d, want 1 or more, and to keep as long as to lock", a.LockDays, a.KeepDays))
	}
	if err := errors.Join(mistakes...); err != nil {
		return fmt.Errorf("bootstrap %s: %w", name, err)
	}
	return nil
}
