package admission

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/rest"
)

func TestCheck_LeavesNothingBehindAndFindsNothingInTheFixture(t *testing.T) {
	config := cluster(t)
	for range 2 {
		report, err := Check(t.Context(), config, fixture(t))
		require.NoError(t, err)
		require.NoError(t, report.Err())
		require.Equal(t, 17, report.Admitted)
		require.Equal(t, 2, report.Pods)
		require.Equal(t, 3, report.Counted, "prometheus, the exporter, and one more of it while it is rolled out")
	}
	requireNothingLeft(t, config)
}

func requireNothingLeft(t *testing.T, config *rest.Config) {
	t.Helper()
	s, err := connect(config)
	require.NoError(t, err)
	for _, o := range fixture(t) {
		live, err := s.get(t.Context(), o.Content)
		require.NoError(t, err)
		require.Nil(t, live, o.Content.GetName())
	}
}

// interrupt ends a check when it makes its first pod for real.
type interrupt struct {
	http.RoundTripper
	end func()
}

func (i interrupt) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/pods") && r.URL.Query().Get("dryRun") == "" {
		i.end()
	}
	return i.RoundTripper.RoundTrip(r)
}

func TestCheck_LeavesNothingBehindWhenItIsInterrupted(t *testing.T) {
	config := cluster(t)
	ctx, end := context.WithCancel(t.Context())
	defer end()
	interrupted := rest.CopyConfig(config)
	interrupted.Wrap(func(next http.RoundTripper) http.RoundTripper { return interrupt{next, end} })

	_, err := Check(ctx, interrupted, fixture(t))
	require.ErrorIs(t, err, context.Canceled)
	requireNothingLeft(t, config)
}

func TestCheck_RefusesAClusterThatHasTheStack(t *testing.T) {
	config := cluster(t)
	s, err := connect(config)
	require.NoError(t, err)
	namespace := one(t, fixture(t), "Namespace", "monitoring").Content
	namespace.SetManagedFields(nil)
	client, err := s.client(namespace)
	require.NoError(t, err)
	_, err = client.Create(t.Context(), namespace, metav1.CreateOptions{FieldManager: "somebody"})
	require.NoError(t, err)

	_, err = Check(t.Context(), config, fixture(t))
	require.ErrorContains(t, err, "Namespace monitoring: exists, want none")
	live, err := s.get(t.Context(), namespace)
	require.NoError(t, err)
	require.NotNil(t, live, "what somebody else made is not deleted")

	c := check{server: s, made: []*unstructured.Unstructured{namespace}}
	require.NoError(t, c.removeMade(t.Context()))
}
