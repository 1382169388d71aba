package logging

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"gitlab.com/thinkmassive/satkube/internal/derived"
	"gitlab.com/thinkmassive/satkube/internal/kube"
)

// The files that come out of the seed. There are two authorities: one for what clients meet, and one that signs nothing but
// Elasticsearch's nodes, because whoever has a certificate of that one may join the cluster and read everything.
const (
	caFile        = "ca.crt"
	httpFile      = "http"
	kibanaFile    = "kibana"
	peersCAFile   = "transport-ca.crt"
	peersFile     = "transport"
	certificateIn = ".crt"
	keyIn         = ".key"

	// validYears is how long certificates are valid. They stay inside of the cluster, where no browser judges them.
	validYears = 10
)

// certificates are PEM files by their names; secret, for the keys among them.
type certificates struct{ files pulumi.StringMapOutput }

func (c certificates) file(name string) pulumi.StringOutput {
	return c.files.MapIndex(pulumi.String(name))
}

// newCertificates makes the certificates from one random seed that the state keeps enciphered. They come out the same at every run, as
// nothing in them is random or depends on the clock; the authorities' keys exist only while the program runs. To replace the keys,
// replace the seed: pulumi up --replace URN.
func newCertificates(ctx *pulumi.Context, name string, args Args, child pulumi.ResourceOption) (certificates, error) {
	seed, err := random.NewRandomPassword(ctx, name+"-certificates-seed", &random.RandomPasswordArgs{
		// 64 letters and digits are 380 bits.
		Length: pulumi.Int(64), Special: pulumi.Bool(false),
	}, child)
	if err != nil {
		return certificates{}, err
	}
	hosts := certificateHosts(args)
	files := seed.Result.ApplyT(func(seed string) (map[string]string, error) {
		return certificateFiles(seed, args.CertificatesSince, hosts)
	}).(pulumi.StringMapOutput)
	return certificates{files: pulumi.ToSecret(files).(pulumi.StringMapOutput)}, nil
}

// hosts are the DNS names of a certificate, by the name of its file.
type hosts map[string][]string

func certificateHosts(args Args) hosts {
	names := func(app kube.App) []string {
		full := kube.ServiceHost(app, args.Namespace)
		return []string{full, strings.TrimSuffix(full, ".cluster.local"), "localhost"}
	}
	pods := "*." + kube.PodsService(elasticsearchApp(args)) + "." + args.Namespace.Name + ".svc.cluster.local"
	return hosts{
		httpFile:   append(names(elasticsearchApp(args)), pods),
		kibanaFile: names(kibanaApp(args)),
		peersFile:  {pods},
	}
}

// certificateFiles derives all keys from the seed and signs the certificates. The same arguments give the same bytes.
func certificateFiles(seed string, since time.Time, hosts hosts) (map[string]string, error) {
	files := map[string]string{}
	for _, authority := range []struct {
		file, name string
		signs      []string
	}{
		{caFile, "satkube logging", []string{httpFile, kibanaFile}},
		{peersCAFile, "satkube logging nodes", []string{peersFile}},
	} {
		key, err := derived.Key(seed, "satkube logging "+authority.file)
		if err != nil {
			return nil, err
		}
		ca := template(authority.name, since, nil, key)
		ca.IsCA, ca.MaxPathLenZero, ca.KeyUsage, ca.ExtKeyUsage = true, true, x509.KeyUsageCertSign, nil
		if files[authority.file], err = sign(ca, ca, key, key); err != nil {
			return nil, err
		}
		for _, name := range authority.signs {
			own, err := derived.Key(seed, "satkube logging "+name)
			if err != nil {
				return nil, err
			}
			if files[name+certificateIn], err = sign(template(hosts[name][0], since, hosts[name], own), ca, own, key); err != nil {
				return nil, err
			}
			raw, err := x509.MarshalPKCS8PrivateKey(own)
			if err != nil {
				return nil, err
			}
			files[name+keyIn] = string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw}))
		}
	}
	return files, nil
}

// template is a certificate of a server, and of a client where servers call each other. Its serial number is a hash of what is in it.
func template(name string, since time.Time, hosts []string, key *ecdsa.PrivateKey) *x509.Certificate {
	public, _ := key.PublicKey.Bytes()
	id := sha256.Sum256(public)
	serial := sha256.Sum256([]byte(strings.Join(append([]string{name, since.UTC().Format(time.RFC3339), string(public)}, hosts...), "\n")))
	return &x509.Certificate{
		// Fifteen bytes, so that it is positive and within the twenty that RFC 5280 allows.
		SerialNumber: new(big.Int).SetBytes(serial[:15]),
		// 64 characters are all that a common name may have; servers are known by their DNS names.
		Subject:               pkix.Name{CommonName: name[:min(len(name), 64)]},
		NotBefore:             since.UTC(),
		NotAfter:              since.UTC().AddDate(validYears, 0, 0),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		BasicConstraintsValid: true,
		DNSNames:              hosts,
		// Named here, because what the library would choose may change with its version, and every certificate with it.
		SubjectKeyId:       id[:20],
		SignatureAlgorithm: x509.ECDSAWithSHA256,
	}
}

// sign signs without randomness: crypto/ecdsa then makes the one signature of RFC 6979, the same at every run.
func sign(certificate, parent *x509.Certificate, own, authority *ecdsa.PrivateKey) (string, error) {
	raw, err := x509.CreateCertificate(nil, certificate, parent, &own.PublicKey, authority)
	if err != nil {
		return "", fmt.Errorf("certificate of %s: %w", certificate.Subject.CommonName, err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw})), nil
}
