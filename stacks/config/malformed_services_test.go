package config_test

func malformedMonitoring() map[string]malformed {
	email := func(key, value string) map[string]any {
		e := map[string]any{"to": "oncall@example.com", "from": "satkube@example.com", "smarthost": "smtp.example.com:587", "username": "satkube"}
		e[key] = value
		return map[string]any{"monitoring": map[string]any{"email": e}}
	}
	const address = "a mail address such as oncall@example.com"
	return map[string]malformed{
		"three of them": {
			map[string]any{"monitoring": map[string]any{"replicas": 3}},
			[]string{`monitoring.replicas is 3, want 1, or 2 for a pair`},
		},
		"one where money is": {
			map[string]any{"monitoring": map[string]any{}, "protect": true, "nodes[0].network": "mainnet", "nodes[0].bitcoind.storage": "1Ti"},
			[]string{`monitoring.replicas is 1, want 2, because nodes of this stack hold money`},
		},
		"kept for no time": {
			map[string]any{"monitoring": map[string]any{"retentionDays": 0}},
			[]string{`monitoring.retentionDays is 0, want 1 to 730 days`},
		},
		"kept for ever": {
			map[string]any{"monitoring": map[string]any{"retentionDays": 3650}},
			[]string{`monitoring.retentionDays is 3650, want 1 to 730 days`},
		},
		"a volume that is too small": {
			map[string]any{"monitoring": map[string]any{"storage": "500Mi"}},
			[]string{`monitoring.storage is "500Mi", want at least 1Gi`},
		},
		"a volume that is none": {
			map[string]any{"monitoring": map[string]any{"storage": "a lot"}},
			[]string{`monitoring.storage is "a lot", want a size such as 100Gi, above 0 and at most 64Ti`},
		},
		"too little memory": {
			map[string]any{"monitoring": map[string]any{"memory": "128Mi"}},
			[]string{`monitoring.memory is "128Mi", want at least 512Mi`},
		},
		"no CPU": {
			map[string]any{"monitoring": map[string]any{"cpu": "0"}},
			[]string{`monitoring.cpu is "0", want a number of CPUs such as 500m or 2, above 0 and at most 1024`},
		},
		"a webhook in clear": {
			map[string]any{"monitoring": map[string]any{"token": "hunter2"}},
			[]string{`monitoring.token is hidden, want no such key: secrets do not belong here`},
		},
		"mail to nobody":           {email("to", ""), []string{`monitoring.email.to is "", want ` + address}},
		"mail from a name":         {email("from", "SatKube <s@example.com>"), []string{`monitoring.email.from is "SatKube <s@example.com>", want ` + address}},
		"a server without port":    {email("smarthost", "smtp.example.com"), []string{`monitoring.email.smarthost is "smtp.example.com", want a mail server as HOST:PORT, such as smtp.example.com:587`}},
		"a server with a bad port": {email("smarthost", "smtp.example.com:99999"), []string{`monitoring.email.smarthost is "smtp.example.com:99999", want a mail server as HOST:PORT, such as smtp.example.com:587`}},
		"no login":                 {email("username", ""), []string{`monitoring.email.username is "", want the name to log in with at the mail server`}},
		"half a mail": {
			map[string]any{"monitoring": map[string]any{"email": map[string]any{"to": "oncall@example.com"}}},
			[]string{
				`monitoring.email.from is missing, want ` + address,
				`monitoring.email.smarthost is missing, want a mail server as HOST:PORT, such as smtp.example.com:587`,
				`monitoring.email.username is missing, want the name to log in with at the mail server`,
			},
		},
	}
}

func malformedLogging() map[string]malformed {
	logging := func(key string, value any) map[string]any {
		return map[string]any{"logging": map[string]any{key: value}}
	}
	return map[string]malformed{
		"two of them": {logging("nodes", 2), []string{`logging.nodes is 2, want 1, or 3 that outlive the loss of one`}},
		"one where money is": {
			map[string]any{"logging": map[string]any{}, "protect": true, "nodes[0].network": "mainnet", "nodes[0].bitcoind.storage": "1Ti"},
			[]string{`logging.nodes is 1, want 3, because nodes of this stack hold money`},
		},
		"a small volume":                {logging("storage", "1Mi"), []string{`logging.storage is "1Mi", want at least 1Gi`}},
		"too little memory":             {logging("memory", "1Gi"), []string{`logging.memory is "1Gi", want at least 2Gi`}},
		"no CPU":                        {logging("cpu", "-1"), []string{`logging.cpu is "-1", want a number of CPUs such as 500m or 2, above 0 and at most 1024`}},
		"kept for no time":              {logging("retentionDays", 0), []string{`logging.retentionDays is 0, want 1 to 3650 days`}},
		"a tiny buffer":                 {logging("bufferMiB", 1), []string{`logging.bufferMiB is 1, want 64 to 8192 MiB`}},
		"a buffer as large as the disk": {logging("bufferMiB", 100000), []string{`logging.bufferMiB is 100000, want 64 to 8192 MiB`}},
		"a password":                    {logging("password", "hunter2"), []string{`logging.password is hidden, want no such key: secrets do not belong here`}},
	}
}
