package microservices

import (
	"regexp"
	"strings"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

var (
	// plainHTTP is an address without TLS; which ones leave the pod is decided after loopback is taken out.
	plainHTTP = regexp.MustCompile(`(?i)\bhttp://(\[[^\]]*\]|[^\s:/"',\]]*)`)
	loopback  = regexp.MustCompile(`(?i)^http://([^@]*@)?(localhost|127\.[0-9.]+|\[::1\])$`)
	// searchAddress are the variables and arguments by which known components are told where Elasticsearch is.
	searchAddress  = regexp.MustCompile(`(?i)^(ELASTICSEARCH_(HOSTS|URL)|OPENSEARCH_(HOSTS|URL)|ES_(URI|URL|HOSTS))$`)
	searchArgument = regexp.MustCompile(`(?i)^--?(es[.-]uri|elasticsearch[.-](hosts|url))[= ]`)
	// securityOff is Elasticsearch's TLS or its whole security switched off, in its file, as an argument or as a variable.
	securityOff = regexp.MustCompile(`(?im)^[ \t]*(-E)?["']?xpack\.security\.(enabled|http\.ssl\.enabled|transport\.ssl\.enabled)["']?[ \t]*[:=][ \t]*["']?false`)
	securityKey = regexp.MustCompile(`(?i)^(xpack\.security\.(enabled|http\.ssl\.enabled|transport\.ssl\.enabled)|(ES_SETTING_)?XPACK_SECURITY_(HTTP_SSL_|TRANSPORT_SSL_)?ENABLED)$`)
	falseText   = regexp.MustCompile(`(?i)^\s*false\s*$`)
	// searchLine is a line of Kibana's, Fluentd's or Fluent Bit's file that tells where Elasticsearch is.
	searchLine = regexp.MustCompile(`(?im)^[ \t]*["']?(elasticsearch\.hosts|elasticsearch[._]url|hosts?|scheme)["']?[ \t]*[:= \t][ \t]*(.*)$`)
	schemeHTTP = regexp.MustCompile(`(?i)^["']?http["']?\s*$`)
)

var inClusterTLS = pack.Rule{
	Name:     "in-cluster-tls",
	Types:    pack.PodCarriers().And(pack.Kinds("ConfigMap")),
	Severity: pack.High,
	CKS:      "microservices/encryption",
	Must:     "Log shippers, Kibana and exporters reach Elasticsearch over TLS, and Elasticsearch does not switch its own off.",
	Why:      "The logs of all namespaces and the password that reads them cross nodes in the clear otherwise; whoever sits on one node reads and forges them.",
	Fix:      "Use https:// addresses, set FLUENT_ELASTICSEARCH_SCHEME to https beside FLUENT_ELASTICSEARCH_HOST, and leave xpack.security.enabled, http.ssl.enabled and transport.ssl.enabled on.",
	Refs:     []string{"C-0274", "CKS 1.20: implement pod to pod encryption by use of mTLS", "Elasticsearch documentation: Secure your cluster"},
	Check: func(r pack.Resource, violate pack.Report) {
		if r.Kind() == "ConfigMap" {
			files := r.At("data")
			for _, name := range files.Keys() {
				if text := files.At(name).Text(); pack.SomeLine(text, []string{"xpack.security."}, securityOff.MatchString) || searchInTheClear(text) {
					violate(files.Path() + " has a file that reaches Elasticsearch without TLS or switches its security off.")
				}
			}
			return
		}
		for _, c := range r.Containers() {
			var host, scheme, unnamed pack.Value
			for _, env := range c.At("env").List() {
				value := env.At("value")
				if name := env.At("name"); !name.Known() {
					unnamed = name
				}
				switch name := env.At("name").Text(); {
				case name == "FLUENT_ELASTICSEARCH_HOST":
					host = value
				case name == "FLUENT_ELASTICSEARCH_SCHEME":
					scheme = value
				case searchAddress.MatchString(name) && inTheClear(value.Text()):
					violate(value.Path() + " is an address without TLS; want https://.")
				case securityKey.MatchString(name) && (value.Is(false) || value.Matches(falseText)):
					violate(value.Path() + " switches security off.")
				}
			}
			if !scheme.Given() && unnamed.Given() {
				// A variable whose name is not known yet may be the scheme; its name is asked in the scheme's place.
				scheme = unnamed
			}
			if (host.Given() || scheme.Given()) && !scheme.Is("https") {
				violate(c.At("env").Path() + " makes fluentd reach Elasticsearch without TLS; want https as its scheme.")
			}
			for _, field := range []string{"command", "args"} {
				words := c.At(field)
				for i, argument := range words.List() {
					text := argument.Text()
					// An option and its value may be two arguments.
					if i > 0 && !strings.HasPrefix(text, "-") {
						text = words.At(i-1).Text() + " " + text
					}
					if searchArgument.MatchString(text) && inTheClear(text) || securityOff.MatchString(text) {
						violate(argument.Path() + " reaches Elasticsearch without TLS or switches its security off.")
					}
				}
			}
		}
	},
	Pass: pack.Cases{
		"fluentd over TLS": carrier(deployment, running(object{"env": list{object{"name": "FLUENT_ELASTICSEARCH_HOST", "value": "elasticsearch"}, object{"name": "FLUENT_ELASTICSEARCH_SCHEME", "value": "https"}}})),
		"Kibana over TLS":  carrier(deployment, running(object{"env": list{object{"name": "ELASTICSEARCH_HOSTS", "value": `["https://elasticsearch:9200"]`}}})),
		"security on":      carrier(statefulSet, running(object{"env": list{object{"name": "xpack.security.http.ssl.enabled", "value": "true"}}, "args": list{"-Expack.security.enabled=true"}})),
		"exporter":         carrier(deployment, running(object{"args": list{"--es.uri=https://elasticsearch:9200", "--es.ca", "/ca/ca.crt"}})),
		"loopback":         carrier(pod, running(object{"env": list{object{"name": "ES_URI", "value": "http://localhost:9200"}}})),
		"of others":        carrier(statefulSet, running(object{"env": list{object{"name": "HOME", "value": "/data"}}, "args": list{"--docs=http://example.org"}})),
		"files":            pack.One(configMap, object{"data": object{"kibana.yml": "elasticsearch.hosts: [\"https://elasticsearch:9200\"]\nserver.host: 0.0.0.0\n", "fluent.conf": "<match **>\n  @type elasticsearch\n  host elasticsearch\n  scheme https\n</match>\n"}}),
		"a file of others": pack.One(configMap, object{"data": object{"bitcoin.conf": "server=1\nproxy=http://proxy:8118\n"}}),
	},
	Fail: pack.Cases{
		"fluentd, scheme left out": carrier(daemonSetPatch, running(object{"env": list{object{"name": "FLUENT_ELASTICSEARCH_HOST", "value": "elasticsearch"}}})),
		"fluentd in the clear":     carrier(deployment, running(object{"env": list{object{"name": "FLUENT_ELASTICSEARCH_HOST", "value": "elasticsearch"}, object{"name": "FLUENT_ELASTICSEARCH_SCHEME", "value": "http"}}})),
		"Kibana in the clear":      carrier(deployment, running(object{"env": list{object{"name": "ELASTICSEARCH_HOSTS", "value": `["https://es-0:9200","http://es-1:9200"]`}}})),
		"security off":             carrier(statefulSet, running(object{"env": list{object{"name": "xpack.security.enabled", "value": "false"}}})),
		"TLS off, a bool":          carrier(statefulSet, running(object{"env": list{object{"name": "xpack.security.http.ssl.enabled", "value": false}}})),
		"TLS off by argument":      carrier(statefulSet, running(object{"command": list{"elasticsearch", "-Expack.security.http.ssl.enabled=false"}})),
		"exporter in the clear":    carrier(deployment, running(object{"args": list{"--es.uri=http://elasticsearch:9200"}})),
		"exporter, two arguments":  carrier(cronJob, starting(container(nil), object{"args": list{"--es.uri", "http://elasticsearch:9200"}})),
		"an ephemeral container":   carrier(pod, debugged(container(nil), object{"env": list{object{"name": "ES_URI", "value": "http://elasticsearch:9200"}}})),
		"elasticsearch.yml":        pack.One(configMap, object{"data": object{"elasticsearch.yml": "cluster.name: logs\nxpack.security.enabled: false\n"}}),
		"kibana.yml":               pack.One(configMap, object{"data": object{"kibana.yml": "elasticsearch.hosts: [\"http://elasticsearch:9200\"]\n"}}),
		"fluent.conf":              pack.One(configMap, object{"data": object{"fluent.conf": "<match **>\n  @type elasticsearch\n  host elasticsearch\n  scheme http\n</match>\n"}}),
		"a file in a twin":         pack.One("kubernetes:core/v1:ConfigMapPatch", object{"data": object{"elasticsearch.yml": "xpack.security.http.ssl.enabled: \"false\"\n"}}),
	},
}

// inTheClear tells whether a text has an address without TLS that leaves the pod.
func inTheClear(text string) bool {
	for _, address := range plainHTTP.FindAllString(text, -1) {
		if !loopback.MatchString(address) {
			return true
		}
	}
	return false
}

// searchInTheClear tells whether a configuration file has to do with Elasticsearch and tells to reach it without TLS.
func searchInTheClear(text string) bool {
	if !strings.Contains(strings.ToLower(text), "elasticsearch") {
		return false
	}
	return pack.SomeLine(text, []string{"http"}, func(line string) bool {
		match := searchLine.FindStringSubmatch(line)
		return match != nil && (inTheClear(match[2]) || strings.EqualFold(match[1], "scheme") && schemeHTTP.MatchString(match[2]))
	})
}
