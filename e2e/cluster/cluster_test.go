package cluster

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/client-go/tools/clientcmd"

	"gitlab.com/thinkmassive/satkube/e2e/machine"
)

func parts(t *testing.T) Parts {
	t.Helper()
	programs := map[string]string{}
	for _, name := range []string{
		"etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy", "kube-router", "csi-provisioner",
	} {
		programs[name] = "/programs/" + name
	}
	return Parts{Folder: t.TempDir(), Programs: programs, Self: "/programs/e2e", PauseImage: "pause:1"}
}

func certificate(t *testing.T, path string) *x509.Certificate {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	block, _ := pem.Decode(data)
	require.NotNil(t, block, path)
	c, err := x509.ParseCertificate(block.Bytes)
	require.NoError(t, err)
	return c
}

func TestWriteFiles_GivesEveryClientACertificateOfItsOwn(t *testing.T) {
	p := parts(t)
	require.NoError(t, p.writeFiles())
	roots := x509.NewCertPool()
	roots.AddCert(certificate(t, p.file("pki", "ca.crt")))

	users := map[string]bool{}
	for _, c := range clients {
		config, err := clientcmd.BuildConfigFromFlags("", p.file("pki", c.name+".kubeconfig"))
		require.NoError(t, err)
		require.Equal(t, "https://10.210.0.2:6443", config.Host)
		_, err = tls.X509KeyPair(config.CertData, config.KeyData)
		require.NoError(t, err)
		own := certificate(t, p.file("pki", c.name+".crt"))
		_, err = own.Verify(x509.VerifyOptions{Roots: roots, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
		require.NoError(t, err)
		require.Equal(t, c.user, own.Subject.CommonName)
		require.Equal(t, c.groups, own.Subject.Organization)
		users[c.user] = true
	}
	require.Len(t, users, len(clients))

	for server, hosts := range map[string][]string{
		"kube-apiserver.crt": {"127.0.0.1", machine.Address, apiService, "kubernetes.default.svc"},
		"kubelet-server.crt": {machine.Address},
	} {
		for _, host := range hosts {
			_, err := certificate(t, p.file("pki", server)).Verify(x509.VerifyOptions{Roots: roots, DNSName: host})
			require.NoError(t, err, server)
		}
	}
	// Who steals a client's certificate cannot pose as a server with it.
	_, err := certificate(t, p.file("pki", "kube-proxy.crt")).Verify(x509.VerifyOptions{Roots: roots})
	require.Error(t, err)
}

func TestWriteFiles_KeepsKeysToTheirOwner(t *testing.T) {
	p := parts(t)
	require.NoError(t, p.writeFiles())
	keys := 0
	require.NoError(t, filepath.WalkDir(p.Folder, func(path string, entry os.DirEntry, err error) error {
		require.NoError(t, err)
		info, err := entry.Info()
		require.NoError(t, err)
		if strings.HasSuffix(path, ".key") || strings.HasSuffix(path, ".kubeconfig") {
			keys++
			require.Zero(t, info.Mode().Perm()&0o077, path)
		}
		return nil
	}))
	require.Greater(t, keys, 2*len(clients))
	// The authority's own key would let its holder be anybody.
	require.NoFileExists(t, p.file("pki", "ca.key"))
}

func TestServices_RunWhatWasBuilt(t *testing.T) {
	p := parts(t)
	run := map[string]bool{}
	for _, service := range p.services() {
		require.True(t, filepath.IsAbs(service.Command[0]), service.Name)
		run[service.Command[0]] = true
	}
	for name, path := range p.Programs {
		require.True(t, run[path], name)
	}
	require.True(t, run["/usr/bin/containerd"])
}

func TestClustersInDifferentFoldersDoNotMeet(t *testing.T) {
	a, b := Parts{Folder: "/var/lib/a"}, Parts{Folder: "/var/lib/b"}
	require.NotEqual(t, a.group(), b.group())
	require.Equal(t, "/a", a.kubeletConfiguration()["cgroupRoot"])
	require.NotEqual(t, Kubeconfig(a.Folder), Kubeconfig(b.Folder))
}
