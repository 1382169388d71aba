package monitoring

import (
	"fmt"
	"time"
)

// prometheusClaims are the claims of Prometheus: its volumes are meant to be nearly full.
const prometheusClaims = prometheusVolume + "-" + prometheusName + "-[0-9]+"

// kubernetesAlerts are about pods and their volumes, whatever runs in them.
func kubernetesAlerts(namespace string) []Alert {
	const container = `namespace="bitcoin-alice", pod="lnd-0", container="lnd"`
	crashing := `kube_pod_container_status_waiting_reason{` + container + `, reason="CrashLoopBackOff"}`
	ready := `kube_pod_status_ready{namespace="bitcoin-alice", pod="lnd-0", condition="true"}`
	phase := func(name string) string {
		return `kube_pod_status_phase{namespace="bitcoin-alice", pod="lnd-0", phase="` + name + `"}`
	}
	return []Alert{
		{
			Name: "PodCrashLooping", Severity: Warning, For: 15 * time.Minute,
			// Between two crashes it waits for nothing; the window bridges that.
			Expr:    `max_over_time(kube_pod_container_status_waiting_reason{reason="CrashLoopBackOff"}[5m]) == 1`,
			Summary: "The container {{ $labels.container }} of {{ $labels.namespace }}/{{ $labels.pod }} crashes again and again.",
			Fires:   map[string]Sample{"it crashes every other minute": {Series: map[string]string{crashing: "1 1 _ 1 _ 1 1 _ 1 1 _ 1 1 _ 1 1 _ 1 1 1 1 1 1 1 1 1 1"}, At: 25 * time.Minute}},
			Silent: map[string]Sample{
				"it crashed once":  {Series: map[string]string{crashing: "1x3 0x30"}, At: 25 * time.Minute},
				"it never crashes": {Series: map[string]string{crashing: "0x30"}, At: 25 * time.Minute},
			},
		},
		{
			Name: "PodNotReady", Severity: Warning, For: 30 * time.Minute,
			// A pod of a job that is done is not ready either.
			Expr:    `kube_pod_status_ready{condition="true"} == 0 and on (namespace, pod) kube_pod_status_phase{phase=~"Pending|Running|Unknown|Failed"} == 1`,
			Summary: "The pod {{ $labels.namespace }}/{{ $labels.pod }} has not been ready for half an hour.",
			Fires: map[string]Sample{
				"it runs but is not ready":   {Series: map[string]string{ready: "0x60", phase("Running"): "1x60", phase("Pending"): "0x60"}, At: 40 * time.Minute},
				"no node has room for a pod": {Series: map[string]string{ready: "0x60", phase("Running"): "0x60", phase("Pending"): "1x60"}, At: 40 * time.Minute},
			},
			Silent: map[string]Sample{
				"it is ready":         {Series: map[string]string{ready: "1x60", phase("Running"): "1x60"}, At: 40 * time.Minute},
				"its work is done":    {Series: map[string]string{ready: "0x60", phase("Running"): "0x60", phase("Succeeded"): "1x60"}, At: 40 * time.Minute},
				"it starts just now":  {Series: map[string]string{ready: "0x60", phase("Running"): "1x60"}, At: 20 * time.Minute},
				"it was away shortly": {Series: map[string]string{ready: "1x10 0x10 1x40", phase("Running"): "1x60"}, At: 40 * time.Minute},
			},
		},
		volumeFilling(namespace, Warning, 0.15, "soon"),
		volumeFilling(namespace, Critical, 0.05, "now"),
	}
}

// volumeFilling leaves out Prometheus' volumes, which are full of what it may delete.
func volumeFilling(namespace string, severity Severity, left float64, when string) Alert {
	of := func(namespace, claim string) string {
		return fmt.Sprintf(`namespace=%q, persistentvolumeclaim=%q`, namespace, claim)
	}
	percent := int(left * 100)
	return Alert{
		Name: "VolumeFilling", Severity: severity, For: 15 * time.Minute,
		Expr: fmt.Sprintf(`kubelet_volume_stats_available_bytes / kubelet_volume_stats_capacity_bytes < %g unless kubelet_volume_stats_capacity_bytes{namespace=%q, persistentvolumeclaim=~%q}`,
			left, namespace, prometheusClaims),
		Summary: "The volume {{ $labels.namespace }}/{{ $labels.persistentvolumeclaim }} has {{ $value | humanizePercentage }} left; it has to grow " + when + ".",
		Fires:   map[string]Sample{"a node's volume": volumeSample(of("bitcoin-alice", "lnd-data"), percent-1, 100)},
		Silent: map[string]Sample{
			"a node's volume with room": volumeSample(of("bitcoin-alice", "lnd-data"), percent+1, 100),
			"a volume of Prometheus":    volumeSample(of(namespace, "data-prometheus-1"), percent-1, 100),
		},
	}
}

// nodeAlerts are about the machines.
func nodeAlerts() []Alert {
	condition := `kube_node_status_condition{node="n1", condition="Ready", status="true"}`
	disk := func(name, instance, fstype string) string {
		return fmt.Sprintf(`node_filesystem_%s{instance=%q, device="/dev/nvme0n1p1", fstype=%q, mountpoint="/"}`, name, instance, fstype)
	}
	offset, maximum := `node_timex_offset_seconds{instance="n1"}`, `node_timex_maxerror_seconds{instance="n1"}`
	return []Alert{
		{
			Name: "NodeNotReady", Severity: Critical, For: 10 * time.Minute,
			Expr:    `kube_node_status_condition{condition="Ready", status="true"} == 0`,
			Summary: "The machine {{ $labels.node }} is not ready; its pods stand still, and a Lightning node on it starts nowhere else by itself.",
			Fires:   map[string]Sample{"a kubelet that is silent": {Series: map[string]string{condition: "1x5 0x30"}, At: 20 * time.Minute}},
			Silent: map[string]Sample{
				"it is ready":   {Series: map[string]string{condition: "1x30"}, At: 20 * time.Minute},
				"it was booted": {Series: map[string]string{condition: "1x5 0x5 1x20"}, At: 20 * time.Minute},
			},
		},
		{
			Name: "NodeDiskFilling", Severity: Warning, For: 15 * time.Minute,
			// Read-only file systems are always full; the others that are left out are no disks.
			Expr: `node_filesystem_avail_bytes{fstype!~"tmpfs|ramfs|overlay|squashfs|erofs"} / node_filesystem_size_bytes < 0.10` +
				` and node_filesystem_readonly == 0`,
			Summary: "{{ $labels.mountpoint }} of {{ $labels.instance }} has {{ $value | humanizePercentage }} left; the kubelet evicts pods when it runs out.",
			Fires: map[string]Sample{"8 % are left": {At: 30 * time.Minute, Series: map[string]string{
				disk("avail_bytes", "n1", "xfs"): "8x40", disk("size_bytes", "n1", "xfs"): "100x40", disk("readonly", "n1", "xfs"): "0x40",
			}}},
			Silent: map[string]Sample{
				"half is left": {At: 30 * time.Minute, Series: map[string]string{
					disk("avail_bytes", "n1", "xfs"): "50x40", disk("size_bytes", "n1", "xfs"): "100x40", disk("readonly", "n1", "xfs"): "0x40",
				}},
				"an image of the system": {At: 30 * time.Minute, Series: map[string]string{
					disk("avail_bytes", "n1", "ext4"): "0x40", disk("size_bytes", "n1", "ext4"): "100x40", disk("readonly", "n1", "ext4"): "1x40",
				}},
				"a container's layers": {At: 30 * time.Minute, Series: map[string]string{
					disk("avail_bytes", "n1", "overlay"): "1x40", disk("size_bytes", "n1", "overlay"): "100x40", disk("readonly", "n1", "overlay"): "0x40",
				}},
			},
		},
		{
			Name: "NodeMemoryLow", Severity: Warning, For: 15 * time.Minute,
			Expr:    "node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes < 0.05",
			Summary: "{{ $labels.instance }} has {{ $value | humanizePercentage }} of its memory left; the kernel kills processes when it runs out.",
			Fires:   map[string]Sample{"3 % are left": memorySample(3)},
			Silent:  map[string]Sample{"a fifth is left": memorySample(20)},
		},
		{
			Name: "NodeClockSkew", Severity: Warning, For: 10 * time.Minute,
			// 16 s is where the kernel's estimate ends up when nobody sets the clock any more.
			Expr:    "abs(node_timex_offset_seconds) > 0.05 or node_timex_maxerror_seconds >= 16",
			Summary: "The clock of {{ $labels.instance }} is wrong or not set by anybody; certificates, invoices and the order of logs depend on it.",
			Fires: map[string]Sample{
				"it is slow":           {Series: map[string]string{offset: "-0.2x30", maximum: "0.01x30"}, At: 20 * time.Minute},
				"nobody sets the hour": {Series: map[string]string{offset: "0x30", maximum: "16x30"}, At: 20 * time.Minute},
			},
			Silent: map[string]Sample{"it is right": {Series: map[string]string{offset: "0.001x30", maximum: "0.01x30"}, At: 20 * time.Minute}},
		},
	}
}

func memorySample(available int) Sample {
	return Sample{At: 30 * time.Minute, Series: map[string]string{
		`node_memory_MemAvailable_bytes{instance="n1"}`: fmt.Sprintf("%dx40", available),
		`node_memory_MemTotal_bytes{instance="n1"}`:     "100x40",
	}}
}
