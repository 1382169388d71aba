package config_test

import "maps"

func malformedIngress() map[string]malformed {
	const arn = "arn:aws:acm:us-east-2:123456789012:certificate/1a2b-3c"
	ingress := func(changes map[string]any) map[string]any {
		i := map[string]any{"domain": "pages.example.com", "certificateArn": arn}
		for key, value := range changes {
			if i[key] = value; value == nil {
				delete(i, key)
			}
		}
		return map[string]any{"monitoring": map[string]any{}, "ingress": i}
	}
	one := func(key string, value any) map[string]any { return ingress(map[string]any{key: value}) }
	oidc := func(changes map[string]any) map[string]any {
		o := map[string]any{"issuer": "https://login.example.com", "clientId": "satkube", "groups": []any{"operators"}}
		maps.Copy(o, changes)
		return one("oidc", o)
	}
	existing := func(changes map[string]any) map[string]any {
		given := ingress(changes)
		maps.Copy(given, map[string]any{"cluster": map[string]any{"kind": "existing", "name": "demo", "version": "1.35"}})
		return given
	}
	money := func(changes map[string]any) map[string]any {
		given := ingress(changes)
		maps.Copy(given, map[string]any{
			"monitoring": map[string]any{"replicas": 2}, "protect": true, "nodes[0].network": "mainnet", "nodes[0].bitcoind.storage": "1Ti",
		})
		return given
	}
	const domain, client = "a DNS domain such as satkube.example.com", "this platform's client id at the provider"
	return map[string]malformed{
		"no page": {
			map[string]any{"ingress": map[string]any{"domain": "pages.example.com", "certificateArn": arn}},
			[]string{`ingress is given, want monitoring or logging beside it, whose pages it publishes`},
		},
		"no domain":     {one("domain", nil), []string{`ingress.domain is missing, want ` + domain}},
		"a bad domain":  {one("domain", "pages_example"), []string{`ingress.domain is "pages_example", want ` + domain}},
		"a host's path": {one("domain", "example.com/pages"), []string{`ingress.domain is "example.com/pages", want ` + domain}},
		"three of them": {one("replicas", 3), []string{`ingress.replicas is 3, want 1, or 2 that outlive the loss of a worker node`}},
		"for everybody": {one("public", true), []string{`ingress.public is true, want ingress.allowedCidrs beside it: the pages are not for the whole internet`}},
		"for the whole internet": {
			one("allowedCidrs", []any{"0.0.0.0/0"}), []string{`ingress.allowedCidrs[0] is "0.0.0.0/0", want a range of /8 or narrower`},
		},
		"an address with a range": {
			one("allowedCidrs", []any{"198.51.100.7/24"}), []string{`ingress.allowedCidrs[0] is "198.51.100.7/24", want "198.51.100.0/24": host bits are set`},
		},
		"an office by name": {
			one("allowedCidrs", []any{"office"}), []string{`ingress.allowedCidrs[0] is "office", want an IPv4 range such as 198.51.100.0/24`},
		},
		"no certificate": {
			one("certificateArn", nil), []string{`ingress is 0 certificates, want exactly one of ingress.certificateArn and ingress.certificateFile`},
		},
		"two certificates": {
			one("certificateFile", "tls.pem"), []string{`ingress is 2 certificates, want exactly one of ingress.certificateArn and ingress.certificateFile`},
		},
		"an ARN of something else": {
			one("certificateArn", "arn:aws:iam::123456789012:role/a"),
			[]string{`ingress.certificateArn is "arn:aws:iam::123456789012:role/a", want the ARN of a certificate of AWS Certificate Manager`},
		},
		"a certificate far away": {
			one("certificateArn", "arn:aws:acm:eu-west-1:123456789012:certificate/1a"),
			[]string{`ingress.certificateArn is "arn:aws:acm:eu-west-1:123456789012:certificate/1a", want a certificate in region us-east-2`},
		},
		"any file": {
			ingress(map[string]any{"certificateArn": nil, "certificateFile": "../../etc/passwd"}),
			[]string{`ingress.certificateFile is "../../etc/passwd", want a path inside the project's folder`},
		},
		"AWS' certificate elsewhere": {
			existing(nil), []string{`ingress.certificateArn is "` + arn + `", want ingress.certificateFile: AWS shows its certificates on its own load balancers only`},
		},
		"public elsewhere": {
			existing(map[string]any{"certificateArn": nil, "certificateFile": "tls.pem", "public": true, "allowedCidrs": []any{"198.51.100.0/24"}}),
			[]string{`ingress.public is true, want false: an existing cluster decides by itself where its load balancers are reached from`},
		},
		"one password for money": {
			money(map[string]any{"replicas": 2}), []string{`ingress.oidc is missing, want a login of each person's own, because nodes of this stack hold money`},
		},
		"one pod for money": {
			money(map[string]any{"oidc": map[string]any{"issuer": "https://login.example.com", "clientId": "a", "groups": []any{"b"}}}),
			[]string{`ingress.replicas is 1, want 2, because nodes of this stack hold money`},
		},
		"a login in clear":   {oidc(map[string]any{"issuer": "http://login.example.com"}), []string{`ingress.oidc.issuer is "http://login.example.com", want a URL with https, such as https://gitlab.com`}},
		"a client of spaces": {oidc(map[string]any{"clientId": " "}), []string{`ingress.oidc.clientId is " ", want ` + client}},
		"strangers":          {oidc(map[string]any{"groups": []any{}}), []string{`ingress.oidc is open to every account of the provider, want groups or emailDomains`}},
		"a nameless group":   {oidc(map[string]any{"groups": []any{""}}), []string{`ingress.oidc.groups[0] is "", want a group's name`}},
		"every mail address": {oidc(map[string]any{"emailDomains": []any{"*"}}), []string{`ingress.oidc.emailDomains[0] is "*", want a DNS domain such as example.com`}},
		"an issuer anywhere": {oidc(map[string]any{"issuerCidrs": []any{"0.0.0.0/0"}}), []string{`ingress.oidc.issuerCidrs[0] is "0.0.0.0/0", want a range of /8 or narrower`}},
		"a client secret":    {oidc(map[string]any{"clientSecret": "hunter2"}), []string{`ingress.oidc.clientSecret is hidden, want no such key: secrets do not belong here`}},
	}
}
