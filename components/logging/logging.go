// Package logging keeps the logs of all pods: fluentd ships them from every node, Elasticsearch stores them, Kibana shows them.
package logging

import (
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"k8s.io/apimachinery/pkg/api/resource"

	"gitlab.com/thinkmassive/satkube/components/monitoring"
	"gitlab.com/thinkmassive/satkube/internal/images"
	"gitlab.com/thinkmassive/satkube/internal/kube"
)

// Token is the component's type token.
const Token = "satkube:logging:Logging"

// OperatorUser is the name under which people log in to Kibana. It reads the logs and nothing else.
const OperatorUser = "operator"

// The numbers that the programs run as. The images' own user is 1000, which is often a person's account on a node; their files are
// readable to everybody.
const (
	elasticsearchID = 10301
	kibanaID        = 10302
	lifecycleID     = 10303
)

// Args shapes the logging of a cluster.
type Args struct {
	// Namespace holds Elasticsearch and Kibana, under the restricted Pod Security Standard.
	Namespace kube.Namespace
	// AgentNamespace holds fluentd, under the privileged standard: it reads the nodes' files.
	AgentNamespace kube.Namespace
	// ElasticsearchImage, KibanaImage and FluentdImage are the images. Kibana's version is Elasticsearch's.
	ElasticsearchImage, KibanaImage, FluentdImage images.Image
	// PriorityClass and StorageClass are names.
	PriorityClass, StorageClass string
	// Nodes is how many Elasticsearch run: 1, or 3 that outlive the loss of one. It can grow from 1 to 3, but not shrink again.
	Nodes int
	// Storage, Memory and CPU are Kubernetes quantities for each Elasticsearch. Memory is 2Gi at least; the heap is half of it.
	Storage, Memory, CPU string
	// RetentionDays is how long a line is kept, in days.
	RetentionDays int
	// BufferMiB is how much fluentd keeps on each node's disk while Elasticsearch is away, in MiB.
	BufferMiB int
	// AllowMmap lets Elasticsearch map its files into memory, which is faster. The nodes' vm.max_map_count has to be 262144 at least:
	// it is on Bottlerocket and on Amazon Linux 2023, but not on Fargate and on many others.
	AllowMmap bool
	// KibanaURL is where people reach Kibana, such as https://kibana.example.org; may be empty.
	KibanaURL string
	// CertificatesSince is when the certificates begin to be valid; they end ten years later. A later date renews them under the same
	// keys, so that old and new ones trust each other while the pods roll. The zero value is the start of 2026.
	CertificatesSince time.Time
	// APIServer and APIPorts are where fluentd asks whose line it has read.
	APIServer kube.Peer
	APIPorts  []kube.Port
}

// Logging is the running logging.
type Logging struct {
	pulumi.ResourceState

	// OperatorPassword is the password of OperatorUser; secret.
	OperatorPassword pulumi.StringOutput `pulumi:"operatorPassword"`
	// CA is the certificate, in PEM, by which clients know Elasticsearch and Kibana. It is no secret.
	CA pulumi.StringOutput `pulumi:"ca"`
	// Elasticsearch and Kibana are the ports that others may be allowed to reach. Both speak TLS.
	Elasticsearch, Kibana kube.Endpoint
	// Watch is what is to be watched of it.
	Watch monitoring.Watch
}

// New makes the logging of a cluster.
func New(ctx *pulumi.Context, name string, args Args, opts ...pulumi.ResourceOption) (*Logging, error) {
	if err := args.validate(); err != nil {
		return nil, fmt.Errorf("logging %s: %w", name, err)
	}
	if args.CertificatesSince.IsZero() {
		args.CertificatesSince = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
	}
	l := &Logging{}
	err := ctx.RegisterComponentResourceV2(Token, name, pulumi.Map{
		"nodes":         pulumi.Int(args.Nodes),
		"retentionDays": pulumi.Int(args.RetentionDays),
		"image":         pulumi.String(args.ElasticsearchImage.Ref()),
	}, l, opts...)
	if err != nil {
		return nil, err
	}
	child := pulumi.Parent(l)

	certificates, err := newCertificates(ctx, name, args, child)
	if err != nil {
		return nil, err
	}
	credentials, err := newCredentials(ctx, name, child)
	if err != nil {
		return nil, err
	}
	elasticsearch, err := newElasticsearch(ctx, name+"-elasticsearch", args, certificates, credentials, child)
	if err != nil {
		return nil, err
	}
	l.Elasticsearch = elasticsearch.Endpoint(httpPort())
	if err := newLifecycle(ctx, name+"-lifecycle", args, l.Elasticsearch, certificates, credentials, child); err != nil {
		return nil, err
	}
	kibana, err := newKibana(ctx, name+"-kibana", args, l.Elasticsearch, certificates, credentials, child)
	if err != nil {
		return nil, err
	}
	l.Kibana = kibana.Endpoint(kibanaPort())
	fluentd, err := newFluentd(ctx, name+"-fluentd", args, l.Elasticsearch, certificates, credentials, child)
	if err != nil {
		return nil, err
	}
	l.Watch = watch(args, fluentd.Endpoint(metricsPort()))
	l.OperatorPassword = credentials.passwords[OperatorUser]
	l.CA = pulumi.Unsecret(certificates.file(caFile)).(pulumi.StringOutput)
	return l, ctx.RegisterResourceOutputs(l, pulumi.Map{"operatorPassword": l.OperatorPassword, "ca": l.CA})
}

func (a Args) validate() error {
	var mistakes []error
	if a.Nodes != 1 && a.Nodes != 3 {
		mistakes = append(mistakes, fmt.Errorf("nodes is %d, want 1 or 3", a.Nodes))
	}
	for _, size := range []struct{ name, value, least string }{
		{"storage", a.Storage, "1Gi"}, {"memory", a.Memory, "2Gi"}, {"cpu", a.CPU, "100m"},
	} {
		quantity, err := resource.ParseQuantity(size.value)
		if err != nil || quantity.Cmp(resource.MustParse(size.least)) < 0 {
			mistakes = append(mistakes, fmt.Errorf("%s is %q, want a Kubernetes quantity of %s at least", size.name, size.value, size.least))
		}
	}
	if a.RetentionDays <= 0 {
		mistakes = append(mistakes, fmt.Errorf("retention is %d days, want 1 at least", a.RetentionDays))
	}
	if a.BufferMiB < 64 {
		mistakes = append(mistakes, fmt.Errorf("buffer is %d MiB, want 64 at least", a.BufferMiB))
	}
	if a.Namespace.Name == "" || a.AgentNamespace.Name == "" || a.Namespace.Name == a.AgentNamespace.Name {
		mistakes = append(mistakes, fmt.Errorf("namespaces are %q and %q, want two of their own", a.Namespace.Name, a.AgentNamespace.Name))
	}
	for _, i := range []struct {
		name  string
		image images.Image
	}{{"elasticsearch", a.ElasticsearchImage}, {"kibana", a.KibanaImage}, {"fluentd", a.FluentdImage}} {
		if i.image.Reference == "" {
			mistakes = append(mistakes, fmt.Errorf("%s image is empty, want one of the lock file", i.name))
		}
	}
	if e, k := a.ElasticsearchImage, a.KibanaImage; e.Reference != "" && k.Reference != "" && e.Version() != k.Version() {
		mistakes = append(mistakes, fmt.Errorf("kibana is %s, want Elasticsearch's %s: a newer one refuses to start", k.Version(), e.Version()))
	}
	if a.StorageClass == "" {
		mistakes = append(mistakes, errors.New("storage class is empty, want its name"))
	}
	if address, err := url.Parse(a.KibanaURL); a.KibanaURL != "" && (err != nil || address.Scheme != "https" || address.Host == "") {
		mistakes = append(mistakes, fmt.Errorf("kibana url is %q, want https://HOST", a.KibanaURL))
	}
	if len(a.APIServer.CIDRs) == 0 || len(a.APIPorts) == 0 {
		mistakes = append(mistakes, errors.New("api server is missing, want its addresses and ports"))
	}
	return errors.Join(mistakes...)
}
