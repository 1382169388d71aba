package bitcoind

import (
	"errors"
	"fmt"
	"slices"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"gitlab.com/thinkmassive/satkube/internal/images"
	"gitlab.com/thinkmassive/satkube/internal/kube"
)

// ExporterUser is the exporter's user at bitcoind's RPC.
const ExporterUser = "exporter"

const (
	// exporterUser is a number that no account of a node has, and neither bitcoind's nor lnd's. The image's own is nobody.
	exporterUser = 10103

	exporterPort = 9332
	exporterDir  = "/run/secrets/exporter"
	exporterName = "bitcoind-exporter"
	// exporterConf is the file in the Secret, in the form of bitcoind's own.
	exporterConf = "bitcoin.conf"

	// exporterRPCSeconds is how long the exporter waits for bitcoind and tries again. It is shorter than scrapeTimeout: at the end of
	// it the exporter still answers, with what it knew before and one error more.
	exporterRPCSeconds = 20
)

// ExporterArgs shapes the exporter of metrics beside a bitcoind, jvstein/bitcoin-prometheus-exporter.
type ExporterArgs struct {
	// Image is the exporter's.
	Image images.Image
	// PriorityClass is a name; the exporter is no reason to evict anything that bitcoind needs.
	PriorityClass string
}

// exporterMethods are the RPC methods that bitcoind-monitor.py calls (v0.7.0). None may be missing: bitcoind answers 403 without a
// body, which the exporter takes for wrong credentials, and ends.
func exporterMethods() []string {
	return []string{
		"estimatesmartfee", "getblockchaininfo", "getblockstats", "getchaintips", "getchaintxstats", "getmemoryinfo", "getmempoolinfo",
		"getnettotals", "getnetworkhashps", "getnetworkinfo", "getrpcinfo", "listbanned", "uptime",
	}
}

// clients are the RPC clients with the exporter among them.
func (a Args) clients() []Client {
	if a.Exporter == nil {
		return a.Clients
	}
	return append(slices.Clone(a.Clients), Client{Name: ExporterUser, Methods: exporterMethods()})
}

// newExporter runs the exporter, and says what is to be watched. It is a pod of its own, so that nothing it does touches bitcoind's.
func (b *Bitcoind) newExporter(ctx *pulumi.Context, name string, args Args, child, inside pulumi.ResourceOption) error {
	if args.Exporter == nil {
		return nil
	}
	password, known := b.Passwords[ExporterUser]
	if !known {
		return errors.New("exporter: rpc password is missing, want the one of its user")
	}
	// The exporter would take user and password from the environment too; there, whoever may read pods reads them.
	file := pulumi.Sprintf("%srpcpassword=%s\n", exporterAccess(b.RPC), password)
	secret, err := corev1.NewSecret(ctx, name, &corev1.SecretArgs{
		Metadata:   kube.Metadata(args.exporterApp(), args.Namespace, exporterName),
		Type:       pulumi.String("Opaque"),
		StringData: pulumi.StringMap{exporterConf: pulumi.ToSecret(file).(pulumi.StringOutput)},
	}, inside)
	if err != nil {
		return err
	}
	described := args.exporterWorkload(b.RPC)
	described.After = []pulumi.Resource{secret}
	workload, err := kube.NewDeployment(ctx, name, kube.DeploymentArgs{WorkloadArgs: described, Replicas: 1}, child)
	if err != nil {
		return err
	}
	b.Watch = args.watch(workload.Endpoint(exporterMetrics()))
	return nil
}

// exporterAccess is the part of the exporter's bitcoin.conf that is no secret, in the names that python-bitcoinlib reads. It reads
// the file anew for each call, so a changed password needs no restart.
func exporterAccess(rpc kube.Endpoint) string {
	return fmt.Sprintf("rpcconnect=%s\nrpcport=%d\nrpcuser=%s\n", rpc.Host, rpc.Port.Number, ExporterUser)
}

func (a Args) exporterApp() kube.App {
	return kube.App{Name: exporterName, Instance: a.Node, Component: "exporter", Version: a.Exporter.Image.Version()}
}

func exporterMetrics() kube.Port { return kube.Port{Name: "metrics", Number: exporterPort} }

// exporterWorkload describes the exporter's pod, which reaches bitcoind's RPC and nothing else.
func (a Args) exporterWorkload(rpc kube.Endpoint) kube.WorkloadArgs {
	// Any request for a path makes the exporter ask bitcoind a dozen questions, so probes only look whether the port is open. It
	// serves one request at a time: while it waits for bitcoind the kernel accepts connections in its place.
	open := func(failures int) *kube.Probe {
		return &kube.Probe{TCP: exporterPort, EverySeconds: 30, TimeoutSeconds: 10, Failures: failures}
	}
	return kube.WorkloadArgs{
		App:       a.exporterApp(),
		Namespace: a.Namespace,
		// Ready or not, it says nothing before bitcoind answers, and bitcoind may sync for days.
		Unawaited: true,
		Pod: kube.Pod{
			User:          exporterUser,
			StopSeconds:   30,
			PriorityClass: a.Exporter.PriorityClass,
			Containers: []kube.Container{{
				Name:  "exporter",
				Image: a.Exporter.Image.Ref(),
				Env: map[string]string{
					"BITCOIN_CONF_PATH": exporterDir + "/" + exporterConf,
					"METRICS_PORT":      fmt.Sprint(exporterPort),
					"TIMEOUT":           fmt.Sprint(exporterRPCSeconds),
				},
				Ports:     []kube.Port{exporterMetrics()},
				Mounts:    []kube.Mount{{Volume: "conf", Path: exporterDir}},
				CPU:       "50m",
				Memory:    "128Mi",
				Liveness:  open(5),
				Readiness: open(2),
			}},
			Volumes: []kube.Volume{{Name: "conf", Secret: exporterName, SecretKeys: []string{exporterConf}}},
		},
		AllowTo: []kube.Endpoint{rpc},
	}
}
