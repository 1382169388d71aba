package microservices

import "gitlab.com/thinkmassive/satkube/policy/pack"

var secretMarkedSecret = pack.Rule{
	Name:     "secret-marked-secret",
	Types:    pack.Kinds("Secret"),
	Severity: pack.High,
	CKS:      "microservices/secrets",
	Must:     "What goes into a Kubernetes Secret is marked as secret in Pulumi.",
	Why:      "A value that is not marked stands in plain text in the state, in its history and in the output of every preview and CI job.",
	Fix:      "Wrap the values of data and stringData in pulumi.ToSecret, or take them from secret configuration or a random resource.",
	Refs:     []string{"Pulumi documentation: Secrets", "CIS EKS 1.8.0 4.4.2"},
	Check: func(r pack.Resource, violate pack.Report) {
		for _, field := range []string{"data", "stringData"} {
			values := r.At(field)
			if values.Marked() {
				// The SDK marks them all at once; which they are is not known before the first update.
				continue
			}
			for _, name := range values.Keys() {
				if v := values.At(name); !v.Marked() && !v.Absent() {
					violate(values.Path() + " has a value that Pulumi does not mark as secret.")
				}
			}
		}
	},
	Pass: pack.Cases{
		"marked one by one": pack.One(secret, object{"stringData": object{"password": pack.Secret("hunter2-hunter2")}}),
		"marked altogether": pack.One(secret, object{"data": pack.Secret(object{"password": "aHVudGVyMg=="})}),
		"marked, not known": pack.One(secret, object{"stringData": pack.Secret(pack.Unknown)}),
		"nothing in it":     pack.One(secret, object{"type": "kubernetes.io/service-account-token"}),
		"empty values":      pack.One(secret, object{"stringData": object{"password": ""}}),
	},
	Fail: pack.Cases{
		"plain text":      pack.One(secret, object{"stringData": object{"password": "hunter2-hunter2"}}),
		"plain base64":    pack.One(secret, object{"data": object{"password": "aHVudGVyMg=="}}),
		"one of two":      pack.One(secret, object{"stringData": object{"a": pack.Secret("hunter2-hunter2"), "b": "hunter2-hunter2"}}),
		"data only":       pack.One(secret, object{"stringData": pack.Secret(object{"a": "hunter2-hunter2"}), "data": object{"b": "aHVudGVyMg=="}}),
		"in a twin":       pack.One("kubernetes:core/v1:SecretPatch", object{"stringData": object{"a": "hunter2-hunter2"}}),
		"in a list's one": pack.One("kubernetes:core/v1:SecretList", object{"items": list{object{"data": object{"b": "aHVudGVyMg=="}}}}),
	},
}
