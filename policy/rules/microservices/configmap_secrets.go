package microservices

import (
	"encoding/base64"
	"regexp"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var (
	// secretFile is how files that hold secrets are called.
	secretFile = regexp.MustCompile(`(?i)(^|[._-])(password|passwd|passphrase|secret|token|mnemonic|seed|macaroon|rpcauth|credentials?)$|\.(key|p12|pfx|jks|kdbx)$|^id_(rsa|dsa|ecdsa|ed25519)$|^(hsm_secret|wallet\.(dat|db))$`)
	// assignment is a line of a configuration file that sets a secret; comments do not count. It has one of the words in assigned.
	assignment = regexp.MustCompile(`(?i)^[ \t-]*["']?[\w.-]*(?:password|passwd|passphrase|rpcauth|secret|token|api_?key|private_?key|macaroon|mnemonic)["']?[ \t]*[:=][ \t]*["']?([^\s"',#;]+)`)
	assigned   = []string{"passw", "passphrase", "rpcauth", "secret", "token", "api", "private", "macaroon", "mnemonic"}
)

var configmapSecrets = pack.Rule{
	Name:     "configmap-secrets",
	Types:    pack.Kinds("ConfigMap"),
	Severity: pack.High,
	CKS:      "microservices/secrets",
	Must:     "A ConfigMap holds no keys, passwords, macaroons, seeds or RPC credentials.",
	Why:      "ConfigMaps are not encrypted with the cluster's key, are readable to every viewer role, and stand in plain text in Pulumi's state.",
	Fix:      "Move the value into a Secret and include it from a mounted file, as bitcoin.conf does with includeconf.",
	Refs:     []string{"KSV-0109", "KSV-01010", "C-0012", "Polaris sensitiveConfigmapContent"},
	Check: func(r pack.Resource, violate pack.Report) {
		// Names of files are not told: they are the user's words.
		for _, field := range []string{"data", "binaryData"} {
			files := r.At(field)
			for _, name := range files.Keys() {
				file := files.At(name)
				content := file.Text()
				if decoded, err := base64.StdEncoding.DecodeString(content); field == "binaryData" && err == nil {
					content = string(decoded)
				}
				if file.Marked() && !file.Absent() {
					violate(files.Path() + " holds a value that Pulumi marks as secret; want it in a Secret.")
				}
				if secretFile.MatchString(name) && !file.Absent() && !file.Matches(harmless) {
					violate(files.Path() + " has an entry that is named like a secret; want it in a Secret.")
				}
				if pack.SomeLine(content, keyWords, keyMaterial.MatchString) || pack.SomeLine(content, assigned, assigns) {
					violate(files.Path() + " has an entry that holds a password, a key or a token; want it in a Secret.")
				}
			}
		}
	},
	Pass: pack.Cases{
		"a configuration": pack.One(configMap, object{"data": object{"bitcoin.conf": "server=1\n# rpcauth=is elsewhere\nincludeconf=/run/secrets/rpcauth/rpcauth.conf\nrpcport=8332\n"}}),
		"paths":           pack.One(configMap, object{"data": object{"lnd.conf": "bitcoind.rpccookie=/run/secrets/bitcoind/cookie\nwallet-unlock-password-file=/run/secrets/password\npassword=${PASSWORD}\n"}}),
		"a certificate":   pack.One(configMap, object{"data": object{"ca.pem": "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"}, "binaryData": object{"logo": "aGVsbG8="}}),
		"nothing":         pack.One(configMap, object{"metadata": object{"name": "empty"}}),
	},
	Fail: pack.Cases{
		"rpcauth":            pack.One(configMap, object{"data": object{"bitcoin.conf": "server=1\nrpcauth=lnd:0011223344556677$8899\n"}}),
		"a password in YAML": pack.One(configMap, object{"data": object{"app.yaml": "db:\n  user: lnd\n  password: hunter2-hunter2\n"}}),
		"a password in JSON": pack.One(configMap, object{"data": object{"app.json": "{\n  \"apiKey\": \"hunter2-hunter2\"\n}"}}),
		"a private key":      pack.One(configMap, object{"data": object{"pair.pem": "-----BEGIN EC PRIVATE KEY-----\nMHcC\n"}}),
		"a macaroon":         pack.One(configMap, object{"binaryData": object{"admin.macaroon": "AgEDbG5k"}}),
		"a key in base64":    pack.One(configMap, object{"binaryData": object{"blob": "LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tCg=="}}),
		"a marked value":     pack.One(configMap, object{"data": object{"greeting": pack.Secret("hello, hello")}}),
		"marked altogether":  pack.One(configMap, object{"data": pack.Secret(object{"greeting": "hello, hello"})}),
		"in a twin":          pack.One("kubernetes:core/v1:ConfigMapPatch", object{"data": object{"password": "hunter2-hunter2"}}),
		"in an item":         pack.One("kubernetes:core/v1:ConfigMapList", object{"items": list{object{"data": object{"id_rsa": "hunter2-hunter2"}}}}),
	},
}

// assigns tells whether the line sets a secret to something that is no path, reference or switch.
func assigns(line string) bool {
	match := assignment.FindStringSubmatch(line)
	return match != nil && !harmless.MatchString(match[1])
}
