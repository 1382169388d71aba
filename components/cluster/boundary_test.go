package cluster

import (
	"context"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
)

const boundaryARN = "arn:aws:iam::123456789012:policy/satkube-boundary"

func TestNew_BoundsEveryRoleOrNone(t *testing.T) {
	bounded := args()
	bounded.PermissionsBoundary = boundaryARN
	for _, role := range run(t, bounded).All("aws:iam/role:Role") {
		require.Equal(t, boundaryARN, role.Path("permissionsBoundary").StringValue(), role.Name)
	}
	roles := run(t, args()).All("aws:iam/role:Role")
	require.Len(t, roles, 3)
	for _, role := range roles {
		require.True(t, role.Path("permissionsBoundary").IsNull(), role.Name)
	}
}

// pulumi-eks makes the control plane's role and has no input for a boundary.
func TestBounding_ReachesTheRoleInsideOfPulumiEKS(t *testing.T) {
	transform := bounding(boundaryARN)
	props := pulumi.Map{"description": pulumi.String("d")}
	result := transform(context.Background(), &pulumi.ResourceTransformArgs{Type: "aws:iam/role:Role", Props: props})
	require.Equal(t, pulumi.String(boundaryARN), result.Props["permissionsBoundary"])
	require.Equal(t, pulumi.String("d"), result.Props["description"])
	require.Nil(t, transform(context.Background(), &pulumi.ResourceTransformArgs{Type: "aws:eks/cluster:Cluster", Props: pulumi.Map{}}))
}
