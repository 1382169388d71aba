package config_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"

	"gitlab.com/thinkmassive/satkube/stacks/config"
)

// validBootstrap is the smallest document that LoadBootstrap accepts.
func validBootstrap(t *testing.T) map[string]any {
	t.Helper()
	doc := map[string]any{}
	require.NoError(t, json.Unmarshal([]byte(`{
		"region": "us-east-2", "clusters": ["demo"], "administrators": ["`+admin+`"], "gitlab": {"project": "group/project"}
	}`), &doc))
	return doc
}

func TestLoadBootstrap_ReadsTheCommittedStack(t *testing.T) {
	text, err := os.ReadFile("../../Pulumi.bootstrap.yaml")
	require.NoError(t, err)
	var file struct {
		Config map[string]json.RawMessage `json:"config"`
	}
	require.NoError(t, yaml.Unmarshal(text, &file))
	require.Len(t, file.Config, 1)
	b, err := config.LoadBootstrap(string(file.Config["satkube:"+config.BootstrapKey]))
	require.NoError(t, err)
	require.True(t, b.Protect)
	require.True(t, b.GitLab.ProtectedEnvironments)
	require.NotContains(t, b.GitLab.PreviewStacks, "mainnet", "a branch's pipeline must not read the secrets of a stack with money")
	require.Equal(t, []string{loadStack(t, "testnet").Cluster.Name, loadStack(t, "mainnet").Cluster.Name}, b.Clusters)
}

func TestLoadBootstrap_FillsWhatTheUserLeftOut(t *testing.T) {
	b, err := config.LoadBootstrap(encode(t, validBootstrap(t)))
	require.NoError(t, err)
	require.Equal(t, config.Bootstrap{
		Protect: true, Name: "satkube", Region: "us-east-2", Regions: []string{"us-east-2"}, Clusters: []string{"demo"}, Administrators: []string{admin},
		GitLab: config.GitLab{
			URL: "https://gitlab.com", Audience: "https://gitlab.com", Project: "group/project", ProtectedEnvironments: true, PreviewStacks: []string{},
		},
		State: config.State{LockDays: 30, KeepDays: 90},
	}, b)
}

func TestLoadBootstrap_AcceptsWhatOnlyLooksWrong(t *testing.T) {
	for name, change := range map[string]map[string]any{
		"a subgroup":                       {"gitlab.project": "Group/sub.group/my_project-2"},
		"another GitLab":                   {"gitlab.url": "https://gitlab.example.com", "gitlab.audience": "aws"},
		"a GitLab below a path":            {"gitlab.url": "https://example.com/gitlab"},
		"a role of IAM Identity Center":    {"administrators": []any{"arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef"}},
		"kept no longer than locked":       {"state": map[string]any{"lockDays": 90, "keepDays": 90}},
		"no protection in a trial":         {"protect": false},
		"a cluster's region of its own":    {"regions": []any{"eu-central-1"}},
		"a tag whose key ends like theirs": {"tags": map[string]any{"my:satkube:cluster": "x"}},
	} {
		t.Run(name, func(t *testing.T) {
			doc := validBootstrap(t)
			for path, value := range change {
				set(t, doc, path, value)
			}
			_, err := config.LoadBootstrap(encode(t, doc))
			require.NoError(t, err)
		})
	}
}

func TestLoadBootstrap_RefusesMalformedDocuments(t *testing.T) {
	const (
		project = `, want a GitLab project's path such as group/project`
		address = `, want an address such as https://gitlab.com, without port, query and final slash`
	)
	for name, c := range map[string]malformed{
		"every key that is needed": {
			map[string]any{"region": absent{}, "clusters": absent{}, "administrators": absent{}, "gitlab": absent{}},
			[]string{
				"administrators is missing, want at least one IAM user or role ARN, including that of whoever runs pulumi up on this stack",
				"clusters is missing, want at least one cluster's name",
				"gitlab.project is missing, want a GitLab project's path such as group/project",
				"region is missing, want an AWS region such as us-east-2",
			},
		},
		"several at once": {
			map[string]any{"name": "Satkube", "gitlab.project": "project", "state.lockDays": 0, "surplus": 1},
			[]string{
				`gitlab.project is "project"` + project,
				`name is "Satkube", want 1 to 20 lower-case letters, digits and inner hyphens`,
				"state.lockDays is 0, want 1 to 3650",
				"surplus is 1, want no such key (known keys: administrators, clusters, gitlab, name, protect, region, regions, state, tags)",
			},
		},
		"a misspelt key":              {map[string]any{"gitlab.projcet": "a/b"}, []string{`gitlab.projcet is "a/b", want no such key (did you mean project?)`}},
		"a secret":                    {map[string]any{"gitlab.token": "glpat-x"}, []string{"gitlab.token is hidden, want no such key: secrets do not belong here"}},
		"a text for a truth":          {map[string]any{"protect": "true"}, []string{`protect is "true", want true or false`}},
		"a text for a number":         {map[string]any{"state.lockDays": "30"}, []string{`state.lockDays is "30", want a whole number`}},
		"a text for a list":           {map[string]any{"administrators": admin}, []string{`administrators is "` + admin + `", want a list`}},
		"null for an object":          {map[string]any{"gitlab": nil}, []string{"gitlab is null, want an object"}},
		"an empty list of clusters":   {map[string]any{"clusters": []any{}}, []string{"clusters is [], want at least one cluster's name"}},
		"an empty list of people":     {map[string]any{"administrators": []any{}}, []string{"administrators is [], want at least one IAM user or role ARN, including that of whoever runs pulumi up on this stack"}},
		"a name that S3 would cut":    {map[string]any{"name": strings.Repeat("a", 21)}, []string{`name is "aaaaaaaaaaaaaaaaaaaaa", want 1 to 20 lower-case letters, digits and inner hyphens`}},
		"a zone":                      {map[string]any{"region": "us-east-2a"}, []string{`region is "us-east-2a", want an AWS region such as us-east-2`}},
		"a region of China":           {map[string]any{"regions": []any{"cn-north-1"}}, []string{`regions[0] is "cn-north-1", want a region of the partition aws`}},
		"a pattern of clusters":       {map[string]any{"clusters": []any{"satkube-*"}}, []string{`clusters[0] is "satkube-*", want 1 to 40 lower-case letters, digits and inner hyphens`}},
		"a cluster twice":             {map[string]any{"clusters": []any{"a", "a"}}, []string{`clusters[1] is "a", want a name that is not in the list already`}},
		"a pattern of projects":       {map[string]any{"gitlab.project": "group/*"}, []string{`gitlab.project is "group/*"` + project}},
		"a claim in the project":      {map[string]any{"gitlab.project": "group/project:ref_type:branch"}, []string{`gitlab.project is "group/project:ref_type:branch"` + project}},
		"a group alone":               {map[string]any{"gitlab.project": "group"}, []string{`gitlab.project is "group"` + project}},
		"an address for a project":    {map[string]any{"gitlab.project": "https://gitlab.com/group/project"}, []string{`gitlab.project is "https://gitlab.com/group/project"` + project}},
		"GitLab without TLS":          {map[string]any{"gitlab.url": "http://gitlab.com"}, []string{`gitlab.url is "http://gitlab.com"` + address}},
		"a final slash":               {map[string]any{"gitlab.url": "https://gitlab.com/"}, []string{`gitlab.url is "https://gitlab.com/"` + address}},
		"a port":                      {map[string]any{"gitlab.url": "https://gitlab.com:8443"}, []string{`gitlab.url is "https://gitlab.com:8443"` + address}},
		"a pattern of audiences":      {map[string]any{"gitlab.audience": "*"}, []string{`gitlab.audience is "*", want 1 to 255 letters, digits and : / . _ -`}},
		"a pattern of stacks":         {map[string]any{"gitlab.previewStacks": []any{"*"}}, []string{`gitlab.previewStacks[0] is "*", want the name of a Pulumi stack: letters, digits, hyphens, underscores and dots`}},
		"a stack twice":               {map[string]any{"gitlab.previewStacks": []any{"a", "a"}}, []string{`gitlab.previewStacks[1] is "a", want a stack that is not in the list already`}},
		"the account's root":          {map[string]any{"administrators": []any{"arn:aws:iam::123456789012:root"}}, []string{`administrators[0] is "arn:aws:iam::123456789012:root", want an IAM user or role, never the account's root, which has its way in already`}},
		"a session":                   {map[string]any{"administrators": []any{"arn:aws:sts::123456789012:assumed-role/a/b"}}, []string{`administrators[0] is "arn:aws:sts::123456789012:assumed-role/a/b", want the ARN of the role itself, not of its session`}},
		"a person twice":              {map[string]any{"administrators": []any{admin, admin}}, []string{`administrators[1] is "` + admin + `", want a principal that is not in the list already`}},
		"the pipeline as its guard":   {map[string]any{"administrators": []any{"arn:aws:iam::123456789012:role/satkube-deploy"}}, []string{`administrators[0] is "arn:aws:iam::123456789012:role/satkube-deploy", want a principal that is not one of the pipelines' own roles`}},
		"anybody":                     {map[string]any{"administrators": []any{"*"}}, []string{`administrators[0] is "*", want the ARN of an IAM user or role, such as arn:aws:iam::123456789012:role/NAME`}},
		"kept for less than locked":   {map[string]any{"state.keepDays": 7}, []string{"state.keepDays is 7, want at least state.lockDays, which is 30: a locked version cannot be removed"}},
		"the tag of the clusters":     {map[string]any{"tags": map[string]any{"SatKube:Cluster": "a"}}, []string{`tags["SatKube:Cluster"] is "a", want another key: pipelines may change what has this tag`}},
		"a lock of a hundred years":   {map[string]any{"state.lockDays": 36500, "state.keepDays": 3650}, []string{"state.lockDays is 36500, want 1 to 3650"}},
		"the end of a line in a name": {map[string]any{"gitlab.project": "a/b\n"}, []string{`gitlab.project is "a/b\n"` + project}},
	} {
		t.Run(name, func(t *testing.T) {
			doc := validBootstrap(t)
			for path, value := range c.change {
				set(t, doc, path, value)
			}
			b, err := config.LoadBootstrap(encode(t, doc))
			require.EqualError(t, err, strings.Join(c.want, "\n"))
			require.Zero(t, b, "nothing half-read is handed out")
		})
	}
}

func TestLoadBootstrap_RefusesWhatIsNoObject(t *testing.T) {
	for name, c := range map[string]struct{ raw, want string }{
		"nothing":    {"", "satkube:bootstrap is missing, want an object below config in Pulumi.<stack>.yaml (docs/runbooks/bootstrap.md has an example)"},
		"a word":     {"hello", `satkube:bootstrap is "hello", want an object: invalid character 'h' looking for beginning of value`},
		"a list":     {"[]", "satkube:bootstrap is [], want an object"},
		"two values": {"{} {}", `satkube:bootstrap is "{} {}", want an object: more text follows the first value`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := config.LoadBootstrap(c.raw)
			require.EqualError(t, err, c.want)
		})
	}
}

func FuzzLoadBootstrap(f *testing.F) {
	f.Add(`{"region":"us-east-2","clusters":["demo"],"administrators":["` + admin + `"],"gitlab":{"project":"a/b"}}`)
	f.Add(`{"gitlab":{"project":"a/b\n","url":"https://*"},"clusters":[{}],"state":[],"tags":{"SATKUBE:CLUSTER":1}}`)
	f.Fuzz(func(t *testing.T, raw string) {
		_, err := config.LoadBootstrap(raw)
		requireLines(t, err)
	})
}
