package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

const (
	wantAdministrators = "at least one IAM user or role ARN, including that of whoever runs pulumi up on this stack"
	wantClusters       = "at least one cluster's name"
	wantProject        = "a GitLab project's path such as group/project"
	wantPrefix         = "1 to 20 lower-case letters, digits and inner hyphens"
	wantStack          = "the name of a Pulumi stack: letters, digits, hyphens, underscores and dots"
	wantURL            = "an address such as https://gitlab.com, without port, query and final slash"
)

var (
	// The bucket's name adds "-state-", an account and a region to the prefix, and S3 allows 63 characters.
	prefixForm = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?$`)
	// GitLab's rules for paths (docs.gitlab.com/user/reserved_names): nothing in them is a pattern to IAM.
	projectForm = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)+$`)
	// AWS takes no port in an identity provider's address (API CreateOpenIDConnectProvider), and condition keys begin with it.
	urlForm      = regexp.MustCompile(`^https://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(/[A-Za-z0-9_-]+)*$`)
	audienceForm = regexp.MustCompile(`^[A-Za-z0-9:/._-]{1,255}$`)
	stackForm    = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,100}$`)
)

// The comments here do not begin as those of the platform's rules do: these are not keys of satkube:platform.

func (b Bootstrap) validate(found *mistakes) {
	if !prefixForm.MatchString(b.Name) {
		found.add("name", b.Name, wantPrefix)
	}
	checkBootstrapRegion("region", b.Region, found)
	for i, region := range b.Regions {
		checkBootstrapRegion(fmt.Sprintf("regions[%d]", i), region, found)
	}
	b.checkClusters(found)
	b.checkAdministrators(found)
	checkTags(b.Tags, found)
	for key, value := range b.Tags {
		// The deploying role may change what has the clusters' tag, and so what guards it.
		if path := join("tags", key); strings.EqualFold(key, "satkube:cluster") {
			found.add(path, value, "another key: pipelines may change what has this tag")
		}
	}
	b.GitLab.check(found)
	b.State.check(found)
}

func checkBootstrapRegion(path, region string, found *mistakes) {
	switch {
	case !regionForm.MatchString(region):
		found.add(path, region, wantRegion)
	case partition(region) != "aws":
		// Tokens and endpoints have other names in China, and GovCloud was not tried.
		found.add(path, region, "a region of the partition aws")
	}
}

func (b Bootstrap) checkClusters(found *mistakes) {
	if len(b.Clusters) == 0 {
		found.add("clusters", []any{}, wantClusters)
	}
	for i, name := range b.Clusters {
		switch path := fmt.Sprintf("clusters[%d]", i); {
		case !dnsName.MatchString(name):
			found.add(path, name, wantName)
		case slices.Index(b.Clusters, name) < i:
			found.add(path, name, "a name that is not in the list already")
		}
	}
}

func (b Bootstrap) checkAdministrators(found *mistakes) {
	if len(b.Administrators) == 0 {
		found.add("administrators", []any{}, wantAdministrators)
	}
	for i, arn := range b.Administrators {
		path := fmt.Sprintf("administrators[%d]", i)
		parts := principalForm.FindStringSubmatch(arn)
		switch {
		// KMS would take the account's root for everybody in it whom IAM lets.
		case strings.HasPrefix(arn, "arn:") && strings.HasSuffix(arn, ":root"):
			found.add(path, arn, "an IAM user or role, never the account's root, which has its way in already")
		case strings.Contains(arn, ":assumed-role/"):
			found.add(path, arn, "the ARN of the role itself, not of its session")
		case parts == nil || parts[1] != "aws":
			found.add(path, arn, wantPrincipal)
		case slices.Index(b.Administrators, arn) < i:
			found.add(path, arn, "a principal that is not in the list already")
		// The deploying role would manage what guards it.
		case strings.HasSuffix(arn, ":role/"+b.Name+"-deploy"), strings.HasSuffix(arn, ":role/"+b.Name+"-preview"):
			found.add(path, arn, "a principal that is not one of the pipelines' own roles")
		}
	}
}

func (g GitLab) check(found *mistakes) {
	if !urlForm.MatchString(g.URL) {
		found.add("gitlab.url", g.URL, wantURL)
	}
	if g.Audience != "" && !audienceForm.MatchString(g.Audience) {
		found.add("gitlab.audience", g.Audience, "1 to 255 letters, digits and : / . _ -")
	}
	if !projectForm.MatchString(g.Project) {
		found.add("gitlab.project", g.Project, wantProject)
	}
	for i, stack := range g.PreviewStacks {
		switch path := fmt.Sprintf("gitlab.previewStacks[%d]", i); {
		case !stackForm.MatchString(stack):
			found.add(path, stack, wantStack)
		case slices.Index(g.PreviewStacks, stack) < i:
			found.add(path, stack, "a stack that is not in the list already")
		}
	}
}

func (s State) check(found *mistakes) {
	// S3 locks for at most 100 years, which nobody wants here; a year is what auditors ask for.
	if s.LockDays < 1 || s.LockDays > 3650 {
		found.add("state.lockDays", s.LockDays, "1 to 3650")
	}
	if s.KeepDays < 1 || s.KeepDays > 3650 {
		found.add("state.keepDays", s.KeepDays, "1 to 3650")
	}
	if found.clean("state.lockDays", "state.keepDays") && s.KeepDays < s.LockDays {
		found.add("state.keepDays", s.KeepDays, fmt.Sprintf("at least state.lockDays, which is %d: a locked version cannot be removed", s.LockDays))
	}
}
