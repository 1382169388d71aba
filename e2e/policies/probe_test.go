package policies_test

import (
	"bytes"
	"encoding/json"
	"net"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gitlab.com/thinkmassive/satkube/e2e/policies"
)

const loopback = "127.0.0.1"

// freePort is one that nobody listens on.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp4", loopback+":0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	return l.Addr().String()
}

// silence is a UDP port that never answers.
func silence(t *testing.T) string {
	t.Helper()
	server, err := net.ListenPacket("udp4", loopback+":0")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Close()) })
	return server.LocalAddr().String()
}

func probe(t *testing.T, plan policies.Plan) ([]policies.Outcome, error) {
	t.Helper()
	in, err := json.Marshal(plan)
	require.NoError(t, err)
	var out bytes.Buffer
	if err := policies.Probe(t.Context(), bytes.NewReader(in), &out); err != nil {
		return nil, err
	}
	var outcomes []policies.Outcome
	require.NoError(t, json.Unmarshal(out.Bytes(), &outcomes))
	return outcomes, nil
}

func TestProbe_TellsWhatConnectsFromWhatDoesNot(t *testing.T) {
	held, err := net.Listen("tcp4", loopback+":0")
	require.NoError(t, err)
	defer held.Close()
	opened := freePort(t)
	dial := func(to string, udp bool) policies.Dial { return policies.Dial{From: loopback, To: to, UDP: udp} }

	outcomes, err := probe(t, policies.Plan{
		Listen: []string{opened, held.Addr().String()},
		Answer: []string{opened},
		Dial: []policies.Dial{
			dial(opened, false), dial(held.Addr().String(), false), dial(freePort(t), false),
			dial(opened, true), dial(silence(t), true), dial(freePort(t), true),
		},
	})
	require.NoError(t, err)
	require.Equal(t, []policies.Outcome{
		policies.Connected, policies.Connected, policies.Answered,
		policies.Connected, policies.TimedOut, policies.Refused,
	}, outcomes)

	// What it opened is closed again.
	_, err = net.Dial("tcp4", opened)
	require.Error(t, err)
}

func TestProbe_FailsWhereItCannotTryAtAll(t *testing.T) {
	const nobody = "192.0.2.1"
	for name, c := range map[string]struct {
		plan policies.Plan
		want string
	}{
		"a source that is not there":   {policies.Plan{Dial: []policies.Dial{{From: nobody, To: loopback + ":1"}}}, "no network namespace has the address 192.0.2.1"},
		"a listener that is not there": {policies.Plan{Listen: []string{nobody + ":1"}}, "no network namespace has the address 192.0.2.1"},
		"no port":                      {policies.Plan{Dial: []policies.Dial{{From: loopback, To: loopback}}}, "not an ip:port"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := probe(t, c.plan)
			require.ErrorContains(t, err, c.want)
		})
	}
	require.ErrorContains(t, policies.Probe(t.Context(), strings.NewReader("{"), &bytes.Buffer{}), "probe: plan")
}
