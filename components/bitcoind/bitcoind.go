// Package bitcoind runs Bitcoin Core: one pod on one volume, stopped gently, its RPC open to named clients only.
package bitcoind

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
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
const Token = "satkube:bitcoind:Bitcoind"

const (
	// StopSeconds is how long bitcoind may take to flush its cache. Killed before, it replays blocks for 20 to 40 minutes.
	StopSeconds = 900
	// StartSeconds is how long it may take until it answers: it verifies blocks, or replays them after a kill.
	StartSeconds = 5400

	// user is a number that no account of a node has. The image's own bitcoin user is 101, which is a system account elsewhere.
	user = 10101
)

// Args shapes a bitcoind.
type Args struct {
	// Node is the node's name.
	Node string
	// Namespace holds it.
	Namespace kube.Namespace
	// Network is the Bitcoin network.
	Network config.BitcoinNetwork
	// Image is Bitcoin Core's.
	Image images.Image
	// Pool is the pool of nodes to run on.
	Pool kube.Pool
	// PriorityClass and StorageClass are names; the storage class must retain its volumes.
	PriorityClass, StorageClass string
	// Storage, Memory and CPU are Kubernetes quantities.
	Storage, Memory, CPU string
	// DBCacheMiB, PruneMiB and MaxUploadTargetMiB are bitcoind's options, in MiB; the last two are off at 0.
	DBCacheMiB, PruneMiB, MaxUploadTargetMiB int
	// TxIndex keeps an index of all transactions.
	TxIndex bool
	// PodCIDRs are the addresses that clients' pods can have.
	PodCIDRs []string
	// Clients are the programs that may call the RPC.
	Clients []Client
	// Protect makes Pulumi refuse to delete the volume.
	Protect bool
	// Exporter is the exporter of metrics beside it; nil runs none, and then nothing of bitcoind is watched.
	Exporter *ExporterArgs
}

// Bitcoind is a running Bitcoin Core.
type Bitcoind struct {
	pulumi.ResourceState

	// Address is host:port of the RPC.
	Address pulumi.StringOutput `pulumi:"address"`
	// RPC, ZMQBlock and ZMQTx are the ports that clients connect to.
	RPC, ZMQBlock, ZMQTx kube.Endpoint
	// Passwords are the clients' RPC passwords, by name; secret.
	Passwords map[string]pulumi.StringOutput
	// Watch is what to scrape, to alert about and to show; empty without an exporter.
	Watch monitoring.Watch
}

// New makes a bitcoind.
func New(ctx *pulumi.Context, name string, args Args, opts ...pulumi.ResourceOption) (*Bitcoind, error) {
	args.Clients = args.clients()
	if err := args.validate(); err != nil {
		return nil, fmt.Errorf("bitcoind %s: %w", name, err)
	}
	b := &Bitcoind{Passwords: map[string]pulumi.StringOutput{}}
	err := ctx.RegisterComponentResourceV2(Token, name, pulumi.Map{
		"node":    pulumi.String(args.Node),
		"network": pulumi.String(args.Network.Name),
		"image":   pulumi.String(args.Image.Ref()),
	}, b, opts...)
	if err != nil {
		return nil, err
	}
	child := pulumi.Parent(b)
	inside := pulumi.Composite(child, pulumi.DependsOn(args.Namespace.Exists))

	auth, err := b.newRPCAuth(ctx, name, args, child, inside)
	if err != nil {
		return nil, err
	}
	conf, err := newConf(ctx, name, args, inside)
	if err != nil {
		return nil, err
	}
	claim, err := kube.NewClaim(ctx, name+"-data", kube.ClaimArgs{
		App: args.app(), Namespace: args.Namespace, Name: claimName, Size: args.Storage, StorageClass: args.StorageClass, Protect: args.Protect,
	}, child)
	if err != nil {
		return nil, err
	}
	pod := args.workload()
	pod.After = []pulumi.Resource{auth, conf, claim}
	workload, err := kube.NewSingleton(ctx, name, pod, child)
	if err != nil {
		return nil, err
	}

	b.RPC, b.ZMQBlock, b.ZMQTx = workload.Endpoint(args.rpcPort()), workload.Endpoint(zmqBlock()), workload.Endpoint(zmqTx())
	b.Address = pulumi.Sprintf("%s:%d", workload.Host, args.Network.RPCPort)
	if err := b.newExporter(ctx, name+"-exporter", args, child, inside); err != nil {
		return nil, err
	}
	return b, ctx.RegisterResourceOutputs(b, pulumi.Map{"address": b.Address})
}

func (a Args) validate() error {
	var mistakes []error
	if a.Network.Chain == "" {
		mistakes = append(mistakes, errors.New("network is empty, want one of config.Networks"))
	}
	if a.DBCacheMiB <= 0 {
		mistakes = append(mistakes, fmt.Errorf("dbcache is %d MiB, want an explicit size", a.DBCacheMiB))
	}
	if a.TxIndex && a.PruneMiB > 0 {
		mistakes = append(mistakes, errors.New("txindex is on, want off on a pruned node"))
	}
	if len(a.PodCIDRs) == 0 {
		mistakes = append(mistakes, errors.New("pod cidrs is empty, want the addresses of clients"))
	}
	seen := map[string]bool{}
	for _, c := range a.Clients {
		if c.Name == "" || strings.ContainsAny(c.Name, ":$ \n") || c.Name == cookieUser || seen[c.Name] || len(c.Methods) == 0 {
			mistakes = append(mistakes, fmt.Errorf("client %q: want a name of its own without colon, dollar or space, and its methods", c.Name))
		}
		seen[c.Name] = true
	}
	if a.Exporter != nil && a.Exporter.Image.Reference == "" {
		mistakes = append(mistakes, errors.New("exporter image is missing, want the exporter's"))
	}
	return errors.Join(mistakes...)
}

func (a Args) app() kube.App {
	return kube.App{Name: "bitcoind", Instance: a.Node, Component: "chain", Version: a.Image.Version()}
}

func (a Args) rpcPort() kube.Port { return kube.Port{Name: "rpc", Number: a.Network.RPCPort} }
func (a Args) p2pPort() kube.Port { return kube.Port{Name: "p2p", Number: a.Network.P2PPort} }
func zmqBlock() kube.Port         { return kube.Port{Name: "zmq-block", Number: zmqBlockPort} }
func zmqTx() kube.Port            { return kube.Port{Name: "zmq-tx", Number: zmqTxPort} }

// newRPCAuth makes a password and a salt for each client and a Secret with the lines that let bitcoind check them.
// The salt is kept: a new one at each run would change the file and restart the node.
func (b *Bitcoind) newRPCAuth(ctx *pulumi.Context, name string, args Args, child, inside pulumi.ResourceOption) (*corev1.Secret, error) {
	lines := pulumi.StringArray{}
	for _, client := range args.Clients {
		password, err := random.NewRandomPassword(ctx, name+"-rpc-"+client.Name, &random.RandomPasswordArgs{
			Length: pulumi.Int(40),
			// Clients put it into URLs and shell scripts without escaping.
			Special: pulumi.Bool(false),
		}, child)
		if err != nil {
			return nil, err
		}
		salt, err := newSalt(ctx, name+"-rpc-"+client.Name+"-salt", child)
		if err != nil {
			return nil, err
		}
		b.Passwords[client.Name] = password.Result
		user := client.Name
		lines = append(lines, pulumi.All(salt.Result, password.Result).ApplyT(func(values []any) string {
			return "rpcauth=" + RPCAuth(user, values[0].(string), values[1].(string)) + "\n"
		}).(pulumi.StringOutput))
	}
	file := lines.ToStringArrayOutput().ApplyT(func(lines []string) string { return strings.Join(lines, "") }).(pulumi.StringOutput)
	return corev1.NewSecret(ctx, name+"-rpcauth", &corev1.SecretArgs{
		Metadata:   kube.Metadata(args.app(), args.Namespace, "bitcoind-rpcauth"),
		Type:       pulumi.String("Opaque"),
		StringData: pulumi.StringMap{authFile: pulumi.ToSecret(file).(pulumi.StringOutput)},
	}, inside)
}

// newSalt makes 16 random bytes in hex. RandomBytes would be the natural choice, but its id is the value itself, in clear in the
// state; a password whose characters are the hex digits is not.
func newSalt(ctx *pulumi.Context, name string, child pulumi.ResourceOption) (*random.RandomPassword, error) {
	return random.NewRandomPassword(ctx, name, &random.RandomPasswordArgs{
		Length:          pulumi.Int(32),
		Lower:           pulumi.Bool(false),
		Upper:           pulumi.Bool(false),
		Numeric:         pulumi.Bool(true),
		Special:         pulumi.Bool(true),
		OverrideSpecial: pulumi.String("abcdef"),
	}, child)
}

func newConf(ctx *pulumi.Context, name string, args Args, child pulumi.ResourceOption) (*corev1.ConfigMap, error) {
	return corev1.NewConfigMap(ctx, name, &corev1.ConfigMapArgs{
		Metadata: kube.Metadata(args.app(), args.Namespace, "bitcoind"),
		Data:     pulumi.StringMap{confFile: pulumi.String(render(args))},
	}, child)
}

const claimName = "bitcoind-data"

// workload describes the pod and who may talk to it.
func (a Args) workload() kube.WorkloadArgs {
	info := cli(a.Network, "getblockchaininfo")
	sum := sha256.Sum256([]byte(render(a)))
	w := kube.WorkloadArgs{
		App:       a.app(),
		Namespace: a.Namespace,
		// Shows that a running pod is older than its configuration; the pod stays until somebody restarts it.
		Annotations: map[string]string{"satkube.com/config": hex.EncodeToString(sum[:8])},
		Pod: kube.Pod{
			User:          user,
			StopSeconds:   StopSeconds,
			PriorityClass: a.PriorityClass,
			Pool:          a.Pool,
			Containers: []kube.Container{{
				Name:    "bitcoind",
				Image:   a.Image.Ref(),
				Command: []string{"bitcoind"},
				Args:    []string{"-datadir=" + dataDir, "-conf=" + confDir + "/" + confFile, "-printtoconsole"},
				// One malloc arena keeps the resident size near what is used.
				Env:    map[string]string{"MALLOC_ARENA_MAX": "1"},
				Ports:  []kube.Port{a.p2pPort(), a.rpcPort(), zmqBlock(), zmqTx()},
				CPU:    a.CPU,
				Memory: a.Memory,
				Mounts: []kube.Mount{
					{Volume: "data", Path: dataDir, Writable: true},
					{Volume: "conf", Path: confDir},
					{Volume: "rpcauth", Path: authDir},
				},
				Startup: &kube.Probe{Exec: info, EverySeconds: 10, TimeoutSeconds: 10, Failures: StartSeconds / 10},
				// An open port is all that life takes: during the initial download RPC calls may wait minutes for a lock.
				Liveness:  &kube.Probe{TCP: a.Network.RPCPort, EverySeconds: 30, TimeoutSeconds: 10, Failures: 10},
				Readiness: &kube.Probe{Exec: info, EverySeconds: 60, TimeoutSeconds: 30, Failures: 3},
			}},
			Volumes: []kube.Volume{
				{Name: "data", Claim: claimName},
				{Name: "conf", ConfigMap: "bitcoind"},
				{Name: "rpcauth", Secret: "bitcoind-rpcauth", SecretKeys: []string{authFile}},
			},
		},
	}
	if !a.Network.Private {
		w.AllowTo = []kube.Endpoint{{Peer: kube.Internet(), Port: a.p2pPort()}}
	}
	return w
}
