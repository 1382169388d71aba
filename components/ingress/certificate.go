package ingress

import (
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"time"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"gitlab.com/thinkmassive/satkube/internal/derived"
	"gitlab.com/thinkmassive/satkube/internal/kube"
)

// Certificate is a certificate for all hosts, with its chain, and its key, both in PEM. The key is secret.
type Certificate struct {
	CertPEM, KeyPEM pulumi.StringInput
}

// certificateName is the Secret of the certificate that nginx shows.
const certificateName = "ingress-tls"

// newCertificate makes the Secret of nginx's certificate: the one that is given or, behind a load balancer that ends TLS itself, one of
// our own, which only the load balancer sees.
func newCertificate(ctx *pulumi.Context, name string, args Args, child, inside pulumi.ResourceOption) (*corev1.Secret, error) {
	var cert, key pulumi.StringInput
	if args.Certificate != nil {
		cert, key = args.Certificate.CertPEM, args.Certificate.KeyPEM
	} else {
		seed, err := random.NewRandomPassword(ctx, name+"-tls-seed", &random.RandomPasswordArgs{
			Length: pulumi.Int(64), Special: pulumi.Bool(false),
		}, child)
		if err != nil {
			return nil, err
		}
		domain := args.Domain
		part := func(which int) pulumi.StringOutput {
			return seed.Result.ApplyT(func(seed string) (string, error) {
				made, err := selfSigned(seed, domain)
				return made[which], err
			}).(pulumi.StringOutput)
		}
		cert, key = part(0), part(1)
	}
	return corev1.NewSecret(ctx, name+"-tls", &corev1.SecretArgs{
		Metadata: kube.Metadata(args.app(), args.Namespace, certificateName),
		Type:     pulumi.String("kubernetes.io/tls"),
		StringData: pulumi.StringMap{
			"tls.crt": pulumi.ToSecret(cert).(pulumi.StringOutput),
			"tls.key": pulumi.ToSecret(key).(pulumi.StringOutput),
		},
	}, inside)
}

// selfSigned returns a certificate and its key, in PEM. Both follow from the seed alone, dates and all: else every update would make
// others. A network load balancer does not check what its targets show (AWS: "Target groups for your Network Load Balancers").
func selfSigned(seed, domain string) ([2]string, error) {
	key, err := derived.Key(seed, "satkube ingress")
	if err != nil {
		return [2]string{}, err
	}
	serial := sha256.Sum256([]byte("serial " + seed))
	template := &x509.Certificate{
		SerialNumber: new(big.Int).SetBytes(serial[:16]),
		Subject:      pkix.Name{CommonName: domain},
		DNSNames:     []string{domain, "*." + domain},
		NotBefore:    time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:     time.Date(2055, 1, 1, 0, 0, 0, 0, time.UTC),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	// Without a source of randomness the signature is the deterministic one of RFC 6979.
	cert, err := x509.CreateCertificate(nil, template, template, key.Public(), key)
	if err != nil {
		return [2]string{}, err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return [2]string{}, err
	}
	return [2]string{
		string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert})),
		string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})),
	}, nil
}
