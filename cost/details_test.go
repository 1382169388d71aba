package cost

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The launch template of a node group is the one whose name fits best, in whatever order they are listed.
func TestOf_FindsTheLaunchTemplateThatFitsBest(t *testing.T) {
	templates := []Resource{template("cluster-bitcoin", 1), template("cluster-bitcoin-large", 2), template("cluster", 4)}
	for range templates {
		templates = append(templates[1:], templates[0])
		e := estimate(t, append([]Resource{provider("us-east-2"), group("cluster-bitcoin-large-us-east-2a", "m7g.large", 1.0, nil)}, templates...)...)
		require.Equal(t, "a node's volume: gp3, 2 GB", e.Lines[1].What)
	}
	elsewhere := template("cluster-bitcoin", 1)
	elsewhere.Parent = stackURN
	e := estimate(t, provider("us-east-2"), group("cluster-bitcoin", "m7g.large", 1.0, nil), elsewhere)
	require.Contains(t, reasons(e), "volumes of nodes: 1")
}

// A volume that a mapping takes away, or that is the machine's own, costs nothing.
func TestOf_PassesOverMappingsWithoutAVolume(t *testing.T) {
	r := thing(templateType, "g", "cluster", object{"blockDeviceMappings": list{object{"noDevice": "true"}, object{"virtualName": "ephemeral0"}}})
	e := estimate(t, provider("us-east-2"), r, group("g", "m7g.large", 1.0, nil))
	require.Len(t, e.Lines, 1)
	require.Empty(t, e.Unpriced)
}

func TestOf_TakesTheTypeOfTheLaunchTemplateWhereTheGroupNamesNone(t *testing.T) {
	r := template("g", 4)
	r.Inputs["instanceType"] = "r7g.large"
	e := estimate(t, provider("us-east-2"), r, group("g", "", 2.0, object{"instanceTypes": nil}))
	require.Equal(t, "2 × r7g.large", e.Lines[0].What)
}

func TestOf_PassesOverWhatIsFree(t *testing.T) {
	e := estimate(t, provider("us-east-2"),
		thing("aws:kms/alias:Alias", "a", "", nil), thing("aws:iam/role:Role", "b", "", nil), thing("aws:ec2/vpc:Vpc", "c", "", nil),
		thing("aws:eks/addon:Addon", "d", "", nil), thing("aws:ec2/flowLog:FlowLog", "e", "", nil), thing("aws:lb/targetGroup:TargetGroup", "f", "", nil))
	require.Equal(t, Estimate{Region: "us-east-2"}, e)
}

// The engine has a placeholder for each kind of value: none of them is a value.
func TestOf_KnowsEveryPlaceholderOfTheEngine(t *testing.T) {
	for _, placeholder := range []string{
		"04da6b54-80e4-46f7-96ec-b56ff0331ba9", "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
		"6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", "030794c1-ac77-496b-92df-f27374a8bd58", "e48ece36-62e2-4504-bad9-02848725956a",
		"dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
	} {
		e := estimate(t, provider("us-east-2"), template("g", 4), group("g", placeholder, 1.0, nil))
		require.Equal(t, "instanceTypes[0] is not known before the deployment", reasons(e)["nodes: 1"])
	}
}
