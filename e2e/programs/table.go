package programs

import "strings"

// module is a Go module that pins programs, and how they are built.
type module struct {
	name     string                      // of its folders in the cache
	folder   string                      // that has the go.mod, seen from the root of the repository
	pin      string                      // the required module whose version the programs have; empty: our own code
	release  func(version string) string // what the pin's release is called where its module has another number; nil: the same
	programs map[string]string           // executable -> package
	tags     string                      // build tags
	stamps   []string                    // what upstream's release puts into its variables: {version} is v1.35.0, {number} 1.35.0, {major} 1, {minor} 35
	lacks    map[string]string           // files that upstream's sources embed and its module does not have: path -> text
	sources  []string                    // folders of the repository with code of our own that is compiled in
	usual    string                      // how long it takes with an empty build cache on 2 cores, after those before it
}

const folders = "e2e/programs/"

// all are the modules in the order in which they are built: what takes long comes first, so that it fails early.
func all() []module {
	// RELEASE_TAGS of lnd's make/release_flags.mk: every service that lnd has is in its release.
	const lnd = "autopilotrpc,signrpc,walletrpc,chainrpc,invoicesrpc,watchtowerrpc,neutrinorpc,monitoring,peersrpc,kvdb_postgres,kvdb_etcd,kvdb_sqlite"
	return []module{
		{
			name: "kubernetes", folder: folders + "kubernetes", pin: "k8s.io/kubernetes", usual: "8 minutes",
			programs: map[string]string{
				"kube-apiserver":          "k8s.io/kubernetes/cmd/kube-apiserver",
				"kube-controller-manager": "k8s.io/kubernetes/cmd/kube-controller-manager",
				"kube-proxy":              "k8s.io/kubernetes/cmd/kube-proxy",
				"kube-scheduler":          "k8s.io/kubernetes/cmd/kube-scheduler",
				"kubectl":                 "k8s.io/kubernetes/cmd/kubectl",
				"kubelet":                 "k8s.io/kubernetes/cmd/kubelet",
			},
			// hack/lib/version.sh of Kubernetes sets the same in both packages.
			stamps: append(kubernetesVersion("k8s.io/component-base/version"), kubernetesVersion("k8s.io/client-go/pkg/version")...),
		},
		{
			name: "lnd", folder: folders + "lnd", pin: "github.com/lightningnetwork/lnd", usual: "5 minutes",
			programs: map[string]string{
				"lncli": "github.com/lightningnetwork/lnd/cmd/lncli",
				"lnd":   "github.com/lightningnetwork/lnd/cmd/lnd",
			},
			tags: lnd,
			// `git describe` at the release's tag, as its Makefile has it.
			stamps: []string{"github.com/lightningnetwork/lnd/build.Commit={version}"},
		},
		{
			name: "kube-router", folder: folders + "kube-router", pin: "github.com/cloudnativelabs/kube-router/v2", usual: "2 minutes",
			programs: map[string]string{"kube-router": "github.com/cloudnativelabs/kube-router/v2/cmd/kube-router"},
			stamps:   []string{"github.com/cloudnativelabs/kube-router/v2/pkg/version.Version={version}"},
		},
		{
			name: "external-provisioner", folder: folders + "external-provisioner", pin: "github.com/kubernetes-csi/external-provisioner/v5", usual: "1 minute",
			programs: map[string]string{"csi-provisioner": "github.com/kubernetes-csi/external-provisioner/v5/cmd/csi-provisioner"},
			stamps:   []string{"main.version={version}"},
		},
		{
			name: "coredns", folder: folders + "coredns", pin: "github.com/coredns/coredns", usual: "1 minute",
			programs: map[string]string{"coredns": "."}, sources: []string{folders + "coredns"},
		},
		{
			name: "etcd", folder: folders + "etcd", pin: "go.etcd.io/etcd/server/v3", usual: "30 seconds",
			programs: map[string]string{"etcd": "go.etcd.io/etcd/server/v3", "etcdctl": "go.etcd.io/etcd/etcdctl/v3"},
		},
		{
			name: "prometheus", folder: "tools/prometheus", pin: "github.com/prometheus/prometheus", release: prometheusRelease, usual: "4 minutes",
			programs: map[string]string{"prometheus": "github.com/prometheus/prometheus/cmd/prometheus"},
			// As tools/build-prometheus: some of the other service discoveries do not resolve, and all of them take long.
			tags:   "remove_all_sd,enable_kubernetes_sd",
			stamps: []string{"github.com/prometheus/common/version.Version={number}"},
		},
		{
			name: "alertmanager", folder: "tools/alertmanager", pin: "github.com/prometheus/alertmanager", usual: "1 minute",
			programs: map[string]string{"alertmanager": "github.com/prometheus/alertmanager/cmd/alertmanager"},
			stamps:   []string{"github.com/prometheus/common/version.Version={number}"},
			// Its web page is built from other sources. Nobody looks at it here.
			lacks: map[string]string{"ui/app/dist/index.html": "<!doctype html><title>Alertmanager</title>\n"},
		},
		{
			name: "node-exporter", folder: folders + "node-exporter", pin: "github.com/prometheus/node_exporter", usual: "20 seconds",
			programs: map[string]string{"node_exporter": "github.com/prometheus/node_exporter"},
			stamps:   []string{"github.com/prometheus/common/version.Version={number}"},
		},
		{
			name: "kube-state-metrics", folder: folders + "kube-state-metrics", pin: "k8s.io/kube-state-metrics/v2", usual: "2 minutes",
			programs: map[string]string{"kube-state-metrics": "k8s.io/kube-state-metrics/v2"},
			stamps:   []string{"github.com/prometheus/common/version.Version={version}"},
		},
		{
			name: "pause", folder: "e2e", usual: "2 seconds",
			programs: map[string]string{"pause": "./programs/pause"}, sources: []string{folders + "pause"},
		},
	}
}

func kubernetesVersion(path string) []string {
	return []string{path + ".gitVersion={version}", path + ".gitMajor={major}", path + ".gitMinor={minor}"}
}

// prometheusRelease gives v3.16.0 for v0.316.0: Prometheus' modules stay at v0 and write the release's major and minor as one number. The file VERSION in the
// module has the release's.
func prometheusRelease(version string) string {
	rest, ok := strings.CutPrefix(version, "v0.3")
	if !ok || len(rest) < 3 || rest[2] != '.' {
		return version
	}
	return "v3." + strings.TrimPrefix(rest[:2], "0") + rest[2:]
}
