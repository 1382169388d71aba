// Package lnd runs a Lightning node: exactly one, on a volume that outlives everything, behind a synced bitcoind.
package lnd

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"gitlab.com/thinkmassive/satkube/components/monitoring"
	"gitlab.com/thinkmassive/satkube/internal/images"
	"gitlab.com/thinkmassive/satkube/internal/kube"
	"gitlab.com/thinkmassive/satkube/stacks/config"
)

// Token is the component's type token.
const Token = "satkube:lnd:Lnd"

const (
	// StopSeconds is how long lnd may take to close its database. Killed before, it may corrupt it.
	StopSeconds = 600
	// StartSeconds is how long it may take until its RPC answers: it compacts, migrates and rescans first.
	StartSeconds = 5400

	// user is a number that no account of a node has, and not bitcoind's; the image brings none of its own.
	user = 10102
)

// RPCUser is lnd's user at bitcoind's RPC.
const RPCUser = "lnd"

// RPCMethods returns what lnd calls at bitcoind, found by running it against a bitcoind that allows nothing else. getinfo does not
// exist any more, but lnd asks for it to tell bitcoind from btcd and takes a refusal for neither.
func RPCMethods() []string {
	return []string{
		"estimatesmartfee", "getbestblockhash", "getblock", "getblockchaininfo", "getblockcount", "getblockhash", "getblockheader",
		"getdeploymentinfo", "getinfo", "getmempoolinfo", "getnetworkinfo", "getpeerinfo", "getrawmempool", "getrawtransaction",
		"gettxout", "gettxspendingprevout", "getzmqnotifications", "sendrawtransaction", "submitpackage", "testmempoolaccept", "uptime",
		// Only on a pruned node: where to fetch blocks from.
		"getnodeaddresses",
	}
}

// Access is how lnd reaches its bitcoind.
type Access struct {
	RPC, ZMQBlock, ZMQTx kube.Endpoint
	// AwaySeconds is how long bitcoind may be away while it restarts.
	AwaySeconds int
	// Password is RPCUser's; secret.
	Password pulumi.StringInput
}

// Args shapes an lnd.
type Args struct {
	// Node is the node's name.
	Node string
	// Namespace holds it.
	Namespace kube.Namespace
	// Network is the Bitcoin network.
	Network config.BitcoinNetwork
	// Image is lnd's; BitcoindImage has the bitcoin-cli that waits for bitcoind.
	Image, BitcoindImage images.Image
	// Pool is the pool of nodes to run on.
	Pool kube.Pool
	// PriorityClass and StorageClass are names; the storage class must retain its volumes.
	PriorityClass, StorageClass string
	// Alias is the name that the Lightning network sees.
	Alias string
	// Storage, Memory and CPU are Kubernetes quantities.
	Storage, Memory, CPU string
	// Watchtowers are PUBKEY@HOST:PORT each.
	Watchtowers []string
	// Protect makes Pulumi refuse to delete the volume and the wallet's password.
	Protect bool
	// Bitcoind is the node below.
	Bitcoind Access
	// Lndmon is the exporter of metrics in its pod; nil runs none, and then nothing of lnd is watched.
	Lndmon *LndmonArgs
}

// Lnd is a running Lightning node.
type Lnd struct {
	pulumi.ResourceState

	// Address is host:port of the gRPC API.
	Address pulumi.StringOutput `pulumi:"address"`
	// RPC, REST, Metrics and P2P are the ports that others connect to.
	RPC, REST, Metrics, P2P kube.Endpoint
	// Watch is what to scrape, to alert about and to show; empty without lndmon.
	Watch monitoring.Watch
}

// New makes an lnd.
func New(ctx *pulumi.Context, name string, args Args, opts ...pulumi.ResourceOption) (*Lnd, error) {
	if err := args.validate(); err != nil {
		return nil, fmt.Errorf("lnd %s: %w", name, err)
	}
	l := &Lnd{}
	err := ctx.RegisterComponentResourceV2(Token, name, pulumi.Map{
		"node":    pulumi.String(args.Node),
		"network": pulumi.String(args.Network.Name),
		"image":   pulumi.String(args.Image.Ref()),
	}, l, opts...)
	if err != nil {
		return nil, err
	}
	child := pulumi.Parent(l)
	inside := pulumi.Composite(child, pulumi.DependsOn(args.Namespace.Exists))

	wallet, err := newWalletSecret(ctx, name, args, child, inside)
	if err != nil {
		return nil, err
	}
	access, err := newBitcoindSecret(ctx, name, args, inside)
	if err != nil {
		return nil, err
	}
	conf, err := newConf(ctx, name, args, inside)
	if err != nil {
		return nil, err
	}
	claim, err := kube.NewClaim(ctx, name+"-data", kube.ClaimArgs{
		App: args.app(), Namespace: args.Namespace, Name: claimName, Size: args.Storage, StorageClass: args.StorageClass, Protect: args.Protect,
		// A restored channel database is an old one, and publishing old states forfeits the channels' funds.
		Labels: map[string]string{"velero.io/exclude-from-backup": "true"},
	}, child)
	if err != nil {
		return nil, err
	}
	pod := args.workload()
	pod.After = []pulumi.Resource{wallet, access, conf, claim}
	workload, err := kube.NewSingleton(ctx, name, pod, child)
	if err != nil {
		return nil, err
	}

	l.RPC, l.REST, l.Metrics, l.P2P = workload.Endpoint(rpc()), workload.Endpoint(rest()), workload.Endpoint(metrics()), workload.Endpoint(p2p())
	l.Address = pulumi.Sprintf("%s:%d", workload.Host, rpcPort)
	l.Watch = args.watch(l.Metrics, workload.Endpoint(lndmonMetrics()))
	return l, ctx.RegisterResourceOutputs(l, pulumi.Map{"address": l.Address})
}

func (a Args) validate() error {
	var mistakes []error
	if a.Network.LndFlag == "" {
		mistakes = append(mistakes, errors.New("network is empty, want one of config.Networks"))
	}
	if strings.ContainsAny(a.Alias, "\r\n") || len(a.Alias) > 32 {
		mistakes = append(mistakes, fmt.Errorf("alias is %q, want one line of 32 bytes at most", a.Alias))
	}
	if a.Bitcoind.RPC.Host == "" || a.Bitcoind.Password == nil || a.Bitcoind.AwaySeconds <= 0 {
		mistakes = append(mistakes, errors.New("bitcoind is missing, want its endpoints, password and restart time"))
	}
	for _, tower := range a.Watchtowers {
		if _, err := towerPort(tower); err != nil {
			mistakes = append(mistakes, err)
		}
	}
	if a.Lndmon != nil && a.Lndmon.Image.Reference == "" {
		mistakes = append(mistakes, errors.New("lndmon image is missing, want lndmon's"))
	}
	return errors.Join(mistakes...)
}

func towerPort(tower string) (int, error) {
	port, err := strconv.Atoi(tower[strings.LastIndex(tower, ":")+1:])
	if err != nil || strings.ContainsAny(tower, " '\"\\$`;&|\n") {
		return 0, fmt.Errorf("watchtower is %q, want PUBKEY@HOST:PORT", tower)
	}
	return port, nil
}

func (a Args) app() kube.App {
	return kube.App{Name: "lnd", Instance: a.Node, Component: "lightning", Version: a.Image.Version()}
}

func (a Args) host() string {
	return kube.ServiceHost(a.app(), a.Namespace)
}

func p2p() kube.Port     { return kube.Port{Name: "p2p", Number: p2pPort} }
func rpc() kube.Port     { return kube.Port{Name: "rpc", Number: rpcPort} }
func rest() kube.Port    { return kube.Port{Name: "rest", Number: restPort} }
func metrics() kube.Port { return kube.Port{Name: "metrics", Number: metricsPort} }

// newWalletSecret makes the wallet's password and the seed's passphrase. The Secret is immutable and stays behind: were it replaced
// by another password, as after the loss of the Pulumi state, nobody could open the wallet any more.
func newWalletSecret(ctx *pulumi.Context, name string, args Args, child, inside pulumi.ResourceOption) (*corev1.Secret, error) {
	data := pulumi.StringMap{}
	for _, key := range []string{passwordKey, passphraseKey} {
		password, err := random.NewRandomPassword(ctx, name+"-wallet-"+key, &random.RandomPasswordArgs{
			Length:  pulumi.Int(40),
			Special: pulumi.Bool(false),
		}, child, pulumi.Protect(args.Protect))
		if err != nil {
			return nil, err
		}
		data[key] = password.Result
	}
	return corev1.NewSecret(ctx, name+"-wallet", &corev1.SecretArgs{
		Metadata:   kube.Metadata(args.app(), args.Namespace, "lnd-wallet"),
		Type:       pulumi.String("Opaque"),
		Immutable:  pulumi.Bool(true),
		StringData: data,
	}, inside, pulumi.Protect(args.Protect), pulumi.RetainOnDelete(true))
}

// newBitcoindSecret holds the RPC user and password in the form of bitcoind's cookie file, which lnd reads.
func newBitcoindSecret(ctx *pulumi.Context, name string, args Args, child pulumi.ResourceOption) (*corev1.Secret, error) {
	cookie := pulumi.Sprintf("%s:%s", RPCUser, args.Bitcoind.Password)
	return corev1.NewSecret(ctx, name+"-bitcoind", &corev1.SecretArgs{
		Metadata:   kube.Metadata(args.app(), args.Namespace, "lnd-bitcoind"),
		Type:       pulumi.String("Opaque"),
		StringData: pulumi.StringMap{cookieKey: pulumi.ToSecret(cookie).(pulumi.StringOutput)},
	}, child)
}

func newConf(ctx *pulumi.Context, name string, args Args, child pulumi.ResourceOption) (*corev1.ConfigMap, error) {
	return corev1.NewConfigMap(ctx, name, &corev1.ConfigMapArgs{
		Metadata: kube.Metadata(args.app(), args.Namespace, "lnd"),
		Data:     pulumi.StringMap{"lnd.conf": pulumi.String(render(args))},
	}, child)
}

// configSum changes when the rendered configuration does.
func (a Args) configSum() string {
	sum := sha256.Sum256([]byte(render(a)))
	return hex.EncodeToString(sum[:8])
}
