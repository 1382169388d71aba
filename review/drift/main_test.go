package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
)

func environment(values map[string]string) func(string) string {
	return func(name string) string { return values[name] }
}

func TestRun_OpensOneAlertForAStackUntilItIsClosed(t *testing.T) {
	var told []alert
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		require.Equal(t, "Bearer canary-key", r.Header.Get("Authorization"))
		var a alert
		require.NoError(t, json.NewDecoder(r.Body).Decode(&a))
		told = append(told, a)
	}))
	t.Cleanup(server.Close)
	getenv := environment(map[string]string{"DRIFT_ALERT_URL": server.URL, "DRIFT_ALERT_KEY": "canary-key", "CI_JOB_URL": "https://gitlab.example/-/jobs/7"})
	for range 2 {
		var out bytes.Buffer
		require.NoError(t, run(context.Background(), []string{"-stack", "mainnet"}, getenv, &out))
		require.Contains(t, out.String(), "alert opened: mainnet drifted")
		require.NotContains(t, out.String(), "canary-key")
	}
	require.Len(t, told, 2)
	require.Equal(t, told[0], told[1], "GitLab joins alerts of one fingerprint")
	require.Equal(t, "drift-mainnet", told[0].Fingerprint)
	require.Equal(t, "high", told[0].Severity)
	require.Contains(t, told[0].Description, "https://gitlab.example/-/jobs/7")
}

func TestRun_FailsWhenNobodyWasTold(t *testing.T) {
	away := httptest.NewServer(http.RedirectHandler("https://elsewhere.example/", http.StatusFound))
	t.Cleanup(away.Close)
	for name, c := range map[string]struct {
		args   []string
		values map[string]string
		want   string
	}{
		"no endpoint": {[]string{"-stack", "testnet"}, nil, "nobody was told: set DRIFT_ALERT_URL"},
		"no stack":    {nil, nil, `flag -stack is "", want a stack's name`},
		"in clear":    {[]string{"-stack", "testnet"}, map[string]string{"DRIFT_ALERT_URL": "http://gitlab.example/alerts", "DRIFT_ALERT_KEY": "canary-key"}, "no https address"},
		"redirected":  {[]string{"-stack", "testnet"}, map[string]string{"DRIFT_ALERT_URL": away.URL, "DRIFT_ALERT_KEY": "canary-key"}, "status 302"},
		"away":        {[]string{"-stack", "testnet"}, map[string]string{"DRIFT_ALERT_URL": "http://127.0.0.1:1", "DRIFT_ALERT_KEY": "canary-key"}, "cannot be reached"},
	} {
		t.Run(name, func(t *testing.T) {
			err := run(context.Background(), c.args, environment(c.values), &bytes.Buffer{})
			require.ErrorContains(t, err, c.want)
			require.NotContains(t, err.Error(), "canary-key")
		})
	}
}
