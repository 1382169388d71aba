package monitoring

import (
	"testing"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"

	"gitlab.com/thinkmassive/satkube/internal/golden"
)

func TestRenderAlertmanager_TellsPeopleOfEverythingAndThePagerOfWhatIsCritical(t *testing.T) {
	text, err := RenderAlertmanager(everyReceiver())
	require.NoError(t, err)
	var file alertmanagerFile
	require.NoError(t, yaml.UnmarshalStrict([]byte(text), &file))
	require.Equal(t, []string{"dead-mans-switch", "pager", "people"}, []string{
		file.Route.Routes[0].Receiver, file.Route.Routes[1].Receiver, file.Route.Routes[2].Receiver,
	})
	require.True(t, file.Route.Routes[1].Continue, "people hear of what is critical too")
	require.Empty(t, file.Route.Routes[2].Matchers)

	text, err = RenderAlertmanager(Receivers{})
	require.NoError(t, err)
	golden.Equal(t, "alertmanager-silent.yml", text)
	require.NoError(t, yaml.UnmarshalStrict([]byte(text), &file))
	require.Equal(t, "nobody", file.Route.Routes[0].Receiver, "the watchdog never reaches people")
}
