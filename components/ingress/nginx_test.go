package ingress

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// directives are nginx's own for the controller's keys, from its documentation, "ConfigMap resources"; empty for keys that only the
// controller knows. The controller writes the file that nginx reads, so this is how far nginx itself can judge what is rendered here.
func directives() map[string]string {
	return map[string]string{
		"server-tokens": "", "http2": "", "hsts": "", "hsts-max-age": "", "hsts-include-subdomains": "", "redirect-to-https": "",
		"ssl-redirect": "", "ssl-prefer-server-ciphers": "", "worker-processes": "", "worker-shutdown-timeout": "", "error-log-level": "",
		"ssl-protocols": "ssl_protocols", "ssl-ciphers": "ssl_ciphers", "client-max-body-size": "client_max_body_size",
		"proxy-connect-timeout": "proxy_connect_timeout", "proxy-read-timeout": "proxy_read_timeout",
		"proxy-send-timeout": "proxy_send_timeout", "proxy-buffer-size": "proxy_buffer_size", "proxy-buffers": "proxy_buffers",
	}
}

// nginx is Debian's, see tools/get-debian-programs.
func nginx(t *testing.T) string {
	t.Helper()
	for _, program := range []string{"../../bin/nginx", "nginx"} {
		if found, err := exec.LookPath(program); err == nil {
			found, err = filepath.Abs(found)
			require.NoError(t, err)
			return found
		}
	}
	require.NotEqual(t, "true", os.Getenv("CI"), "nginx is missing: make get-debian-programs")
	t.Skip("nginx is missing: make get-debian-programs")
	return ""
}

// site writes what nginx needs to serve as our settings and annotations ask for: certificate, password file and configuration.
func site(t *testing.T, port int) (config string, roots *x509.CertPool) {
	t.Helper()
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
		return path
	}
	pair, err := selfSigned("seed", "nodes.example.org")
	require.NoError(t, err)
	roots = x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM([]byte(pair[0])))

	var http strings.Builder
	known := directives()
	for key, value := range settings() {
		directive, there := known[key]
		require.True(t, there, "say what %s is to nginx", key)
		switch {
		case directive != "":
			fmt.Fprintf(&http, "%s %s;\n", directive, value)
		case key == "ssl-prefer-server-ciphers":
			http.WriteString("ssl_prefer_server_ciphers on;\n")
		}
	}
	backend := target{Route: args().Routes[0]}.pathAnnotations(args())
	fmt.Fprintf(&http, "limit_req_zone $binary_remote_addr zone=clients:1m rate=%s;\n", backend[annotation+"limit-req-rate"])
	fmt.Fprintf(&http, "limit_req_status %s;\n", backend[annotation+"limit-req-reject-code"])
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		fmt.Fprintf(&http, "%s_temp_path %s;\n", kind, filepath.Join(dir, kind))
	}
	fmt.Fprintf(&http, `access_log off;
server {
  listen 127.0.0.1:%d ssl;
  server_name grafana.nodes.example.org;
  server_tokens off;
  ssl_certificate %s; ssl_certificate_key %s;
  auth_basic "grafana.nodes.example.org"; auth_basic_user_file %s;
  limit_req zone=clients burst=%s nodelay;
  location / { root %s; }
}
`, port, file("tls.crt", pair[0]), file("tls.key", pair[1]), file("htpasswd", htpasswd(User, "right", "salt")), backend[annotation+"limit-req-burst"], dir)
	file("page", "a page")
	return file("nginx.conf", fmt.Sprintf("%sdaemon off; pid %s; error_log stderr %s; worker_processes %s; worker_shutdown_timeout %s; events {}\nhttp {\n%s}\n",
		asMyself(), filepath.Join(dir, "pid"), settings()["error-log-level"], settings()["worker-processes"], settings()["worker-shutdown-timeout"], http.String())), roots
}

// asMyself keeps root's nginx from serving as another user, who may not read the test's files.
func asMyself() string {
	if os.Getuid() == 0 {
		return "user root root; "
	}
	return ""
}

func TestSettings_AreTakenByNginx(t *testing.T) {
	program := nginx(t)
	config, _ := site(t, 8443)
	check := func(config string) (string, error) {
		out, err := exec.Command(program, "-t", "-p", filepath.Dir(config), "-c", config).CombinedOutput()
		return string(out), err
	}
	out, err := check(config)
	require.NoError(t, err, out)
	// The check is one: a value that nginx does not know is refused.
	text, err := os.ReadFile(config)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(config, bytes.Replace(text, []byte("TLSv1.3"), []byte("TLSv9"), 1), 0o644))
	out, err = check(config)
	require.Error(t, err)
	require.Contains(t, out, "TLSv9")
}

// One password file, one certificate and the limits, served by nginx itself.
func TestNginx_ServesBehindTheLoginWithTLSAndLimits(t *testing.T) {
	program := nginx(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	port := listener.Addr().(*net.TCPAddr).Port
	require.NoError(t, listener.Close())
	config, roots := site(t, port)
	server := exec.Command(program, "-p", filepath.Dir(config), "-c", config)
	var log bytes.Buffer
	server.Stderr = &log
	require.NoError(t, server.Start())
	t.Cleanup(func() {
		require.NoError(t, server.Process.Signal(os.Interrupt))
		_ = server.Wait()
	})
	client := func(newest uint16) *http.Client {
		return &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{
			TLSClientConfig: &tls.Config{RootCAs: roots, MaxVersion: newest, MinVersion: tls.VersionTLS10, CipherSuites: allCiphers()},
			DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
				return (&net.Dialer{}).DialContext(ctx, "tcp", fmt.Sprintf("127.0.0.1:%d", port))
			},
		}}
	}
	get := func(client *http.Client, password string) (int, error) {
		request, err := http.NewRequest(http.MethodGet, "https://grafana.nodes.example.org/page", nil)
		require.NoError(t, err)
		request.SetBasicAuth(User, password)
		answer, err := client.Do(request)
		if err != nil {
			return 0, err
		}
		return answer.StatusCode, answer.Body.Close()
	}
	current := client(0)
	require.Eventually(t, func() bool { _, err := get(current, "right"); return err == nil }, 10*time.Second, 50*time.Millisecond, &log)
	status, err := get(current, "right")
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, status)
	status, err = get(current, "wrong")
	require.NoError(t, err)
	require.Equal(t, http.StatusUnauthorized, status)
	_, err = get(client(tls.VersionTLS11), "right")
	require.ErrorContains(t, err, "protocol version")
	status, err = get(client(tls.VersionTLS12), "right")
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, status)

	// More than the burst at once is too many.
	var answers []int
	for range 6 * defaultRate {
		status, err := get(current, "wrong")
		require.NoError(t, err)
		answers = append(answers, status)
	}
	require.True(t, slices.Contains(answers, http.StatusTooManyRequests), "%d requests were all answered", len(answers))
}

func allCiphers() []uint16 {
	var all []uint16
	for _, suite := range slices.Concat(tls.CipherSuites(), tls.InsecureCipherSuites()) {
		all = append(all, suite.ID)
	}
	return all
}
