package ingress

import (
	"slices"
	"strconv"
	"strings"
)

// The ports. All are above 1023, so that nginx needs no right to open them. 8080 is nginx's own status page, for itself only.
const (
	httpPort      = 8088
	httpsPort     = 8443
	readinessPort = 8081
	metricsPort   = 9113
)

const (
	className  = "nginx"
	configName = "nginx-config"
)

// settings is the controller's ConfigMap; the keys are those of NGINX Ingress Controller's documentation, "ConfigMap resources".
func settings() map[string]string {
	return map[string]string{
		"server-tokens": "false",
		"http2":         "true",
		// The controller's default is still TLS 1.0 and 1.1. The ciphers are Mozilla's intermediate ones with forward secrecy by elliptic curves.
		"ssl-protocols": "TLSv1.2 TLSv1.3",
		"ssl-ciphers": strings.Join([]string{
			"ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384",
			"ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305",
		}, ":"),
		"ssl-prefer-server-ciphers": "true",
		// A year, as browsers ask for. Hosts beside ours in the domain are not ours to decide on.
		"hsts":                    "true",
		"hsts-max-age":            "31536000",
		"hsts-include-subdomains": "false",
		// The load balancer has no port for plain HTTP, and nobody else reaches nginx's. Were it reached, it would only send browsers to
		// the port for TLS. The first of the two also tells backends that the page was asked for with https.
		"redirect-to-https": "true",
		"ssl-redirect":      "true",

		"client-max-body-size":  "8m",
		"proxy-connect-timeout": "5s",
		"proxy-read-timeout":    "60s",
		"proxy-send-timeout":    "60s",
		// A login's cookies do not fit into the 4 kB of the default.
		"proxy-buffer-size": "16k",
		"proxy-buffers":     "8 16k",

		// The default is one worker for each core of the node, of which the pod has a fraction.
		"worker-processes":        "2",
		"worker-shutdown-timeout": "60s",
		"error-log-level":         "warn",
	}
}

// flags are the controller's command line; see its documentation, "Command-line arguments".
func (a Args) flags() []string {
	flags := []string{
		"-nginx-configmaps=" + a.Namespace.Name + "/" + configName,
		"-ingress-class=" + className,
		"-watch-namespace=" + strings.Join(a.watched(), ","),
		"-watch-secret-namespace=" + a.Namespace.Name,
		"-enable-custom-resources=false",
		"-enable-snippets=false",
		"-enable-prometheus-metrics=true",
		"-prometheus-metrics-listen-port=" + strconv.Itoa(metricsPort),
		"-ready-status=true",
		"-ready-status-port=" + strconv.Itoa(readinessPort),
		"-default-http-listener-port=" + strconv.Itoa(httpPort),
		"-default-https-listener-port=" + strconv.Itoa(httpsPort),
		// A leader is for writing the status of Ingresses only. Without either, the controller needs no right to write but events.
		"-enable-leader-election=false",
		"-report-ingress-status=false",
		"-enable-telemetry-reporting=false",
		"-log-format=json",
	}
	if a.LoadBalancer.endsTLS() {
		// The load balancer does not say which host it wants before TLS stands. Without a certificate of the default server nginx would
		// refuse the handshake; which host is meant, it reads from the request then.
		flags = append(flags, "-default-server-tls-secret="+a.Namespace.Name+"/"+certificateName)
	}
	return flags
}

// watched are the namespaces whose Ingresses the controller obeys: its own, and those of backends that have one beside them.
func (a Args) watched() []string {
	watched := []string{a.Namespace.Name}
	if a.Auth.Basic != nil {
		for _, r := range a.Routes {
			watched = append(watched, r.Backend.Peer.Namespace.Name)
		}
	}
	slices.Sort(watched)
	return slices.Compact(watched)
}
