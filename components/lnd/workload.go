package lnd

import (
	"slices"

	"gitlab.com/thinkmassive/satkube/internal/kube"
)

const claimName = "lnd-data"

// workload describes the pod and who may talk to it.
func (a Args) workload() kube.WorkloadArgs {
	w := kube.WorkloadArgs{
		App:       a.app(),
		Namespace: a.Namespace,
		// Shows that a running pod is older than its configuration; the pod stays until somebody restarts it.
		Annotations: map[string]string{"satkube.com/config": a.configSum()},
		Pod: kube.Pod{
			User:          user,
			StopSeconds:   StopSeconds,
			PriorityClass: a.PriorityClass,
			Pool:          a.Pool,
			Init:          []kube.Container{a.walletContainer(), a.waitContainer()},
			Containers:    []kube.Container{a.lndContainer()},
			Volumes: []kube.Volume{
				{Name: "data", Claim: claimName},
				{Name: "conf", ConfigMap: "lnd"},
				{Name: "wallet-password", Secret: "lnd-wallet", SecretKeys: []string{passwordKey}},
				{Name: "wallet-and-seed", Secret: "lnd-wallet", SecretKeys: []string{passwordKey, passphraseKey}},
				{Name: "bitcoind", Secret: "lnd-bitcoind", SecretKeys: []string{cookieKey}},
				{Name: "tmp", Scratch: "64Mi", ScratchInMemory: true},
				{Name: "wallet-tmp", Scratch: "16Mi", ScratchInMemory: true},
			},
		},
		AllowTo: []kube.Endpoint{a.Bitcoind.RPC, a.Bitcoind.ZMQBlock, a.Bitcoind.ZMQTx},
	}
	if !a.Network.Private {
		w.AllowTo = append(w.AllowTo, kube.Endpoint{Peer: kube.Internet(), Port: p2p()})
	}
	var towerPorts []int
	for _, tower := range a.Watchtowers {
		port, _ := towerPort(tower)
		if !slices.Contains(towerPorts, port) && port != p2pPort {
			towerPorts = append(towerPorts, port)
			w.AllowTo = append(w.AllowTo, kube.Endpoint{Peer: kube.Internet(), Port: kube.Port{Name: "watchtower", Number: port}})
		}
	}
	if len(a.Watchtowers) > 0 {
		w.Pod.Containers = append(w.Pod.Containers, a.watchtowerContainer())
	}
	if a.Lndmon != nil {
		w.Pod.Containers = append(w.Pod.Containers, a.lndmonAccessContainer(), a.lndmonContainer())
		w.Pod.Volumes = append(w.Pod.Volumes, lndmonVolumes()...)
	}
	return w
}

// walletContainer creates the wallet at the first start. It alone sees the passphrase of the seed.
func (a Args) walletContainer() kube.Container {
	return kube.Container{
		Name:    "create-wallet",
		Image:   a.Image.Ref(),
		Command: []string{"/bin/bash", "-c", createWallet()},
		Env:     map[string]string{"HOME": "/data"},
		Mounts: []kube.Mount{
			{Volume: "data", Path: "/data", Writable: true},
			{Volume: "conf", Path: "/etc/lnd"},
			{Volume: "wallet-and-seed", Path: walletDir},
			{Volume: "bitcoind", Path: bitcoindDir},
			// Not the scratch volume of the others: for a moment the seed is on it.
			{Volume: "wallet-tmp", Path: "/tmp", Writable: true},
		},
		CPU: a.CPU, Memory: a.Memory,
	}
}

func (a Args) waitContainer() kube.Container {
	return kube.Container{
		Name:    "wait-for-bitcoind",
		Image:   a.BitcoindImage.Ref(),
		Command: []string{"/bin/sh", "-c", waitForBitcoind(a.Bitcoind, a.Network.Private)},
		Mounts: []kube.Mount{
			{Volume: "bitcoind", Path: bitcoindDir},
			{Volume: "tmp", Path: "/tmp", Writable: true},
		},
		CPU: "50m", Memory: "64Mi",
	}
}

func (a Args) lndContainer() kube.Container {
	return kube.Container{
		Name:    "lnd",
		Image:   a.Image.Ref(),
		Command: []string{"lnd"},
		Args:    []string{"--lnddir=" + lndDir, "--configfile=" + confPath, "--wallet-unlock-password-file=" + walletDir + "/" + passwordKey},
		Env:     map[string]string{"HOME": "/data"},
		Ports:   []kube.Port{p2p(), rpc(), rest(), metrics()},
		Mounts: []kube.Mount{
			{Volume: "data", Path: "/data", Writable: true},
			{Volume: "conf", Path: "/etc/lnd"},
			{Volume: "wallet-password", Path: walletDir},
			{Volume: "bitcoind", Path: bitcoindDir},
			{Volume: "tmp", Path: "/tmp", Writable: true},
		},
		CPU: a.CPU, Memory: a.Memory,
		// While it waits for bitcoind or rescans, lnd is RPC_ACTIVE: started, but not ready.
		Startup: &kube.Probe{Exec: stateIs("RPC_ACTIVE", "SERVER_ACTIVE"), EverySeconds: 10, TimeoutSeconds: 10, Failures: StartSeconds / 10},
		// Any answer is life. It must not depend on bitcoind.
		Liveness:  &kube.Probe{HTTPS: restPort, Path: "/v1/state", EverySeconds: 30, TimeoutSeconds: 15, Failures: 10},
		Readiness: &kube.Probe{Exec: stateIs("SERVER_ACTIVE"), EverySeconds: 30, TimeoutSeconds: 15, Failures: 3},
	}
}

// watchtowerContainer adds the towers and then idles: a container that ends would be started again for ever.
func (a Args) watchtowerContainer() kube.Container {
	added := []string{"/bin/sh", "-c", "test -e /tmp/added"}
	alive := []string{"/bin/true"}
	return kube.Container{
		Name:    "watchtowers",
		Image:   a.Image.Ref(),
		Command: []string{"/bin/sh", "-c", addWatchtowers(a.Network, a.Watchtowers)},
		Env:     map[string]string{"HOME": "/tmp"},
		Mounts: []kube.Mount{
			{Volume: "data", Path: "/data"},
			{Volume: "tmp", Path: "/tmp", Writable: true},
		},
		CPU: "50m", Memory: "64Mi",
		Liveness:  &kube.Probe{Exec: alive, EverySeconds: 60, TimeoutSeconds: 10, Failures: 3},
		Readiness: &kube.Probe{Exec: added, EverySeconds: 60, TimeoutSeconds: 10, Failures: 3},
	}
}
