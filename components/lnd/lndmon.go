package lnd

import (
	"fmt"

	"gitlab.com/thinkmassive/satkube/internal/images"
	"gitlab.com/thinkmassive/satkube/internal/kube"
)

// lndmon runs in lnd's pod, because lnd's volume can be mounted by one pod only and two files on it are all that lndmon needs: the
// certificate and the macaroon that may read. The other ways are worse: a Secret with them would need a token for the Kubernetes API
// beside the wallet, and a macaroon that Pulumi bakes would need the root key of all macaroons in the state.
//
// It sees neither the volume nor a directory of it. At the first start neither file exists, and mounting a file that does not exist
// makes a directory in its place; so a small shell script in lnd's own image copies the two, once lnd has written them, into a volume
// in memory, and that is what lndmon mounts.
//
// Nothing here may stop lnd. Both containers have limits of their own, both end at once when the pod does, their probes restart
// themselves only, and what they write is in memory: a volume on disk that grows beyond its limit has the whole pod evicted.
const (
	lndmonPort = 9092
	// accessDir is where the copies are.
	accessDir = "/run/lndmon"
	// lndmonStartSeconds is how long lndmon may wait for the files and for lnd to be unlocked.
	lndmonStartSeconds = StartSeconds + 600
)

// LndmonArgs shapes lndmon, the exporter of metrics in lnd's pod.
type LndmonArgs struct {
	// Image is lndmon's.
	Image images.Image
	// Graph has it collect the public graph too. Each scrape then makes lnd put all of it together, which on mainnet takes it
	// hundreds of megabytes and seconds.
	Graph bool
}

func lndmonMetrics() kube.Port { return kube.Port{Name: "lndmon", Number: lndmonPort} }

func lndmonVolumes() []kube.Volume {
	return []kube.Volume{
		{Name: "lndmon-access", Scratch: "1Mi", ScratchInMemory: true},
		{Name: "lndmon-tmp", Scratch: "64Mi", ScratchInMemory: true},
	}
}

// copyAccess returns a shell script that keeps copies of the certificate and the macaroon that may read. It goes on after the first
// time: lnd renews its certificate when it expires, and writes new macaroons when somebody has had their root key changed.
func copyAccess(lndFlag string) string {
	return fmt.Sprintf(`set -u
umask 077
trap 'exit 0' TERM
copy() {
  if [ -s "$1" ] && ! cmp -s "$1" "%[2]s/$2"; then
    cp "$1" "%[2]s/.$2" && mv "%[2]s/.$2" "%[2]s/$2" && echo "copied $2"
  fi
}
while :; do
  copy %[1]s/tls.cert tls.cert
  copy %[1]s/data/chain/bitcoin/%[3]s/readonly.macaroon readonly.macaroon
  sleep 15 & wait $!
done
`, lndDir, accessDir, lndFlag)
}

// startLndmon is a shell script that starts lndmon with the arguments that it is given, once the files are there.
func startLndmon() string {
	return fmt.Sprintf(`set -u
trap 'exit 0' TERM
until [ -s %[1]s/tls.cert ] && [ -s %[1]s/readonly.macaroon ]; do
  echo "lnd has not written its certificate and its macaroons yet"
  sleep 15 & wait $!
done
exec /bin/lndmon "$@"
`, accessDir)
}

// lndmonAccessContainer copies the two files. It runs lnd's image, which has a shell, and sees lnd's directory, read-only and without
// the seed beside it.
func (a Args) lndmonAccessContainer() kube.Container {
	copied := []string{"/bin/sh", "-c", fmt.Sprintf("test -s %[1]s/tls.cert && test -s %[1]s/readonly.macaroon", accessDir)}
	return kube.Container{
		Name:    "lndmon-access",
		Image:   a.Image.Ref(),
		Command: []string{"/bin/sh", "-c", copyAccess(a.Network.LndFlag)},
		Env:     map[string]string{"HOME": "/tmp"},
		Mounts: []kube.Mount{
			// The init container has made this directory, so it is there to be mounted.
			{Volume: "data", Path: lndDir, SubPath: ".lnd"},
			{Volume: "lndmon-access", Path: accessDir, Writable: true},
		},
		CPU: "10m", Memory: "32Mi",
		Liveness:  &kube.Probe{Exec: []string{"/bin/true"}, EverySeconds: 60, TimeoutSeconds: 10, Failures: 3},
		Readiness: &kube.Probe{Exec: copied, EverySeconds: 60, TimeoutSeconds: 10, Failures: 3},
	}
}

// lndmonContainer runs lndmon. It ends with an error whenever a question to lnd fails, and is started again: that is its way.
func (a Args) lndmonContainer() kube.Container {
	flags := []string{
		// The certificate is good for localhost, and nobody outside of the pod has to be let in.
		fmt.Sprintf("--lnd.host=localhost:%d", rpcPort),
		"--lnd.network=" + a.Network.LndFlag,
		"--lnd.tlspath=" + accessDir + "/tls.cert",
		"--lnd.macaroondir=" + accessDir,
		"--lnd.macaroonname=readonly.macaroon",
		// Its own choice is localhost, where Prometheus does not reach it.
		fmt.Sprintf("--prometheus.listenaddr=0.0.0.0:%d", lndmonPort),
		// It logs to files as well, and does not start when it cannot.
		"--prometheus.logdir=/tmp/logs",
		"--prometheus.maxlogfiles=1",
		"--prometheus.maxlogfilesize=10",
	}
	memory := "512Mi"
	if a.Lndmon.Graph {
		memory = "1536Mi"
	} else {
		flags = append(flags, "--disablegraph")
	}
	return kube.Container{
		Name:    "lndmon",
		Image:   a.Lndmon.Image.Ref(),
		Command: []string{"/bin/sh", "-c", startLndmon()},
		Args:    append([]string{"lndmon"}, flags...),
		Env:     map[string]string{"HOME": "/tmp"},
		Ports:   []kube.Port{lndmonMetrics()},
		Mounts: []kube.Mount{
			{Volume: "lndmon-access", Path: accessDir},
			{Volume: "lndmon-tmp", Path: "/tmp", Writable: true},
		},
		CPU: "100m", Memory: memory,
		// Its port opens when lnd is unlocked. A request would have it ask lnd for everything, so only the port is looked at.
		Startup:   &kube.Probe{TCP: lndmonPort, EverySeconds: 30, TimeoutSeconds: 10, Failures: lndmonStartSeconds / 30},
		Liveness:  &kube.Probe{TCP: lndmonPort, EverySeconds: 60, TimeoutSeconds: 10, Failures: 5},
		Readiness: &kube.Probe{TCP: lndmonPort, EverySeconds: 30, TimeoutSeconds: 10, Failures: 3},
	}
}
