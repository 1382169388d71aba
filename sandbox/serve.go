package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"gitlab.com/thinkmassive/satkube/sandbox/aws"
	"gitlab.com/thinkmassive/satkube/sandbox/eks"
	"gitlab.com/thinkmassive/satkube/sandbox/kubernetes"
	"gitlab.com/thinkmassive/satkube/sandbox/kubernetes/live"
	"gitlab.com/thinkmassive/satkube/sandbox/language"
	"gitlab.com/thinkmassive/satkube/sandbox/random"
	"gitlab.com/thinkmassive/satkube/sandbox/standin"
)

// attachment tells the CLI on which ports it finds what.
type attachment struct {
	language  int
	providers []string // name:port
}

func (a attachment) environment() []string {
	return []string{
		fmt.Sprintf("PULUMI_DEBUG_LANGUAGES=go:%d", a.language),
		"PULUMI_DEBUG_PROVIDERS=" + strings.Join(a.providers, ","),
	}
}

// serve starts the language host and the stand-ins that were asked for.
func serve(set settings, b *box) (attachment, error) {
	host := &language.Host{
		Program: set.program, Directory: b.root, Environment: withoutCredentials(os.Environ()),
	}
	port, err := host.Serve()
	if err != nil {
		return attachment{}, err
	}
	a := attachment{language: port}

	base := standin.Provider{
		Cloud: standin.OpenCloud(filepath.Join(b.dir, "cloud")), Fault: set.fault, Latency: set.latency,
	}
	for _, name := range set.standins {
		var srv pulumirpc.ResourceProviderServer
		switch name {
		case "aws":
			srv = aws.New(base).Server()
		case "eks":
			srv = eks.New()
		case "random":
			srv = random.New(base).Server()
		case "kubernetes":
			cluster, err := connect(set)
			if err != nil {
				return attachment{}, err
			}
			srv = kubernetes.New(base, cluster).Server()
		}
		port, err := standin.Serve(srv)
		if err != nil {
			return attachment{}, err
		}
		a.providers = append(a.providers, fmt.Sprintf("%s:%d", name, port))
	}
	return a, nil
}

// connect returns the real cluster that Kubernetes objects go to, nil when none was named.
func connect(set settings) (*live.Cluster, error) {
	if set.kubeconfig == "" {
		return nil, nil
	}
	cluster, err := live.Connect(set.kubeconfig)
	if err != nil {
		return nil, err
	}
	cluster.SkipAwait = set.skipAwait
	return cluster, nil
}
