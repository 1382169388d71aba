package config

// BootstrapKey is the configuration key, in the project's namespace, that holds the whole Bootstrap object.
const BootstrapKey = "bootstrap"

// Bootstrap is what an AWS account needs before a pipeline can deploy the platform into it. One stack of this kind serves all
// clusters of the account.
type Bootstrap struct {
	// Protect guards the state: bucket and key refuse deletion by Pulumi, and stay behind when that is lifted.
	Protect bool `json:"protect"`
	// Name begins the names of the bucket, the key's alias, the roles and their policies.
	Name string `json:"name"`
	// Region is the AWS region of the state.
	Region string `json:"region"`
	// Regions are where clusters may be built; empty means the region of the state.
	Regions []string `json:"regions"`
	// Clusters are the names of the clusters that may be built: cluster.name of their stacks.
	Clusters []string `json:"clusters"`
	// Administrators are the IAM principals (ARNs) that manage state and key. The principal that runs pulumi up on this stack must be one
	// of them.
	Administrators []string `json:"administrators"`
	// Tags are put on every AWS resource of this stack, beside the one that SatKube sets itself.
	Tags map[string]string `json:"tags"`
	// GitLab says whose pipelines get in.
	GitLab GitLab `json:"gitlab"`
	// State is how long what is written of a stack is kept.
	State State `json:"state"`
}

// GitLab is the project whose pipelines preview and deploy.
type GitLab struct {
	// URL is the GitLab instance.
	URL string `json:"url"`
	// Audience is what jobs ask tokens for; empty means the URL.
	Audience string `json:"audience"`
	// Project is the project's path, such as group/project, in GitLab's own spelling.
	Project string `json:"project"`
	// ProtectedEnvironments demands a protected environment of the jobs that deploy, which GitLab has from Premium on. Without it, every job
	// on a protected branch deploys.
	ProtectedEnvironments bool `json:"protectedEnvironments"`
	// PreviewStacks are the stacks whose state, and whose secrets, every branch's pipeline may read; empty means none.
	PreviewStacks []string `json:"previewStacks"`
}

// State is how the state bucket treats versions.
type State struct {
	// LockDays is how long nobody but an administrator can delete a version, in days.
	LockDays int `json:"lockDays"`
	// KeepDays is how long a version is kept after a newer one came, in days.
	KeepDays int `json:"keepDays"`
}

// BootstrapDefaults is a Bootstrap as Defaults is a Platform: every list entry once, with the values that LoadBootstrap puts where the
// user wrote nothing.
func BootstrapDefaults() Bootstrap {
	return Bootstrap{
		Protect:        true,
		Name:           "satkube",
		Regions:        []string{""},
		Clusters:       []string{""},
		Administrators: []string{""},
		Tags:           map[string]string{anyKey: ""},
		GitLab: GitLab{
			URL:                   "https://gitlab.com",
			ProtectedEnvironments: true,
			PreviewStacks:         []string{""},
		},
		State: State{
			LockDays: 30, // a deleted state is noticed at the next deployment; longer than most holidays
			KeepDays: 90,
		},
	}
}

// bootstrapRequired are the keys that have no sensible default, and what belongs there.
func bootstrapRequired() map[string]string {
	return map[string]string{
		"region":         wantRegion,
		"clusters":       wantClusters,
		"administrators": wantAdministrators,
		"gitlab.project": wantProject,
	}
}
