package kube

import (
	"maps"
	"slices"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Pod is a pod of the restricted Pod Security Standard. What it does not ask for it does not get: no token, no root,
// no writable root file system, no capability, no environment taken from a Secret.
type Pod struct {
	// User is the user, group and file-system group that everything in the pod runs as; never 0.
	User int
	// StopSeconds is how long the pod may take to stop before it is killed.
	StopSeconds int
	// PriorityClass names the PriorityClass.
	PriorityClass string
	// Pool puts the pod on one pool of nodes; the zero value lets it run anywhere.
	Pool Pool
	// Init are run in turn before Containers.
	Init []Container
	// Containers run side by side.
	Containers []Container
	// Volumes are what the containers' mounts refer to.
	Volumes []Volume
	// Host is what an agent gets of its node; the zero value is nothing.
	Host Host

	// spread keeps the pods apart, everywhere puts them on nodes of every taint.
	spread, everywhere bool
	// token mounts a token for the Kubernetes API into the containers.
	token bool
	// ends marks work that ends: it is not started again in its pod, and needs no probes.
	ends bool
}

// Pool is a pool of nodes that keeps other pods away: a label that its nodes carry, and a NoSchedule taint of the same key and value.
type Pool struct {
	Key, Value string
}

// Container is one container. Its memory and CPU are request and limit alike, so that the pod is Guaranteed:
// the last to be evicted or killed for want of memory.
type Container struct {
	Name    string
	Image   string
	Command []string
	Args    []string
	// Env holds plain values. There is no way to give a secret here: mount it.
	Env map[string]string
	// FieldEnv holds what the pod knows of itself, by paths such as metadata.name and status.podIP.
	FieldEnv map[string]string
	Ports    []Port
	Mounts   []Mount
	// CPU and Memory are Kubernetes quantities.
	CPU, Memory string
	// DrainSeconds is how long the container goes on working after its pod was told to stop, until whoever sends to it has noticed.
	// Kubernetes itself sleeps, so the image needs no program for it.
	DrainSeconds int
	// Startup, Liveness and Readiness may be nil for an init container only.
	Startup, Liveness, Readiness *Probe
}

// Mount puts a volume of the pod into a container.
type Mount struct {
	Volume, Path, SubPath string
	Writable              bool
	// FromHost shows what the node mounts below it later; for directories of the node only.
	FromHost bool
}

// Volume is one volume of a pod; exactly one of the sources is set.
type Volume struct {
	Name string
	// Claim names a PersistentVolumeClaim.
	Claim string
	// ConfigMap names a ConfigMap.
	ConfigMap string
	// Secret names a Secret, of which only SecretKeys are mounted, readable by the pod's user alone.
	Secret     string
	SecretKeys []string
	// Scratch is the size limit of an empty volume, and ScratchInMemory keeps it off the disk.
	Scratch         string
	ScratchInMemory bool
}

// Probe is a health check; exactly one of Exec, TCP, HTTP and HTTPS is set.
type Probe struct {
	// Exec is a command that succeeds when the container is healthy.
	Exec []string
	// TCP is a port that accepts connections when the container is healthy.
	TCP int
	// HTTP and HTTPS are ports whose Path answers with a status below 400; the certificate is not checked.
	HTTP, HTTPS int
	Path        string
	// EverySeconds, TimeoutSeconds and Failures bound it: the verdict falls after EverySeconds x Failures.
	EverySeconds, TimeoutSeconds, Failures int
}

const (
	secretMode = 0o440
	// scratchRequest and scratchLimit bound what a container writes to its node's disk: logs and scratch volumes.
	scratchRequest = "128Mi"
	scratchLimit   = "2Gi"
)

func (a WorkloadArgs) template(annotations map[string]string) corev1.PodTemplateSpecArgs {
	a.Pod.token = a.API != nil
	return corev1.PodTemplateSpecArgs{
		Metadata: metav1.ObjectMetaArgs{
			Labels:      pulumi.ToStringMap(a.App.Labels()),
			Annotations: pulumi.ToStringMap(annotations),
		},
		Spec: a.Pod.spec(a.App),
	}
}

func (p Pod) spec(app App) *corev1.PodSpecArgs {
	spec := &corev1.PodSpecArgs{
		ServiceAccountName:            pulumi.String(app.Name),
		AutomountServiceAccountToken:  pulumi.Bool(false),
		EnableServiceLinks:            pulumi.Bool(false),
		PriorityClassName:             pulumi.String(p.PriorityClass),
		TerminationGracePeriodSeconds: pulumi.Int(p.StopSeconds),
		SecurityContext: corev1.PodSecurityContextArgs{
			RunAsNonRoot: pulumi.Bool(!p.Host.Root),
			RunAsUser:    pulumi.Int(p.User),
			RunAsGroup:   pulumi.Int(p.User),
			FsGroup:      pulumi.Int(p.User),
			// The other policy, Always, walks the whole volume at each start: minutes to hours on a chain of 900 GB.
			FsGroupChangePolicy: pulumi.String("OnRootMismatch"),
			SeccompProfile:      corev1.SeccompProfileArgs{Type: pulumi.String("RuntimeDefault")},
		},
	}
	if p.ends {
		spec.RestartPolicy = pulumi.String("Never")
	}
	if p.Pool != (Pool{}) {
		spec.NodeSelector = pulumi.StringMap{p.Pool.Key: pulumi.String(p.Pool.Value)}
		spec.Tolerations = corev1.TolerationArray{corev1.TolerationArgs{
			Key:      pulumi.String(p.Pool.Key),
			Operator: pulumi.String("Equal"),
			Value:    pulumi.String(p.Pool.Value),
			Effect:   pulumi.String("NoSchedule"),
		}}
	}
	if p.everywhere {
		spec.Tolerations = corev1.TolerationArray{corev1.TolerationArgs{Operator: pulumi.String("Exists")}}
	}
	if p.spread {
		spec.TopologySpreadConstraints = corev1.TopologySpreadConstraintArray{apart(app, "kubernetes.io/hostname"), apart(app, "topology.kubernetes.io/zone")}
	}
	if p.Host.Network {
		// Cluster names stay known to a pod on the node's network.
		spec.HostNetwork, spec.DnsPolicy = pulumi.Bool(true), pulumi.String("ClusterFirstWithHostNet")
	}
	if p.Host.PID {
		spec.HostPID = pulumi.Bool(true)
	}
	var inits, containers corev1.ContainerArray
	for _, c := range p.Init {
		inits = append(inits, c.args(p.Host))
	}
	for _, c := range p.Containers {
		if p.token {
			c.Mounts = append(slices.Clone(c.Mounts), Mount{Volume: tokenVolume, Path: tokenDir})
		}
		containers = append(containers, c.args(p.Host))
	}
	spec.InitContainers, spec.Containers = inits, containers
	var volumes corev1.VolumeArray
	for _, v := range p.Volumes {
		volumes = append(volumes, v.args())
	}
	for _, path := range p.Host.Paths {
		volumes = append(volumes, path.args())
	}
	if p.token {
		volumes = append(volumes, tokenArgs())
	}
	spec.Volumes = volumes
	return spec
}

// apart keeps the pods of a workload on different hosts or zones where there are enough; where there are not, they run all the same.
func apart(app App, topology string) corev1.TopologySpreadConstraintArgs {
	return corev1.TopologySpreadConstraintArgs{
		MaxSkew: pulumi.Int(1), TopologyKey: pulumi.String(topology), WhenUnsatisfiable: pulumi.String("ScheduleAnyway"), LabelSelector: selector(app.Selector()),
	}
}

func (c Container) args(host Host) corev1.ContainerArgs {
	capabilities := corev1.CapabilitiesArgs{Drop: pulumi.StringArray{pulumi.String("ALL")}}
	if len(host.Capabilities) > 0 {
		capabilities.Add = pulumi.ToStringArray(host.Capabilities)
	}
	args := corev1.ContainerArgs{
		Name:            pulumi.String(c.Name),
		Image:           pulumi.String(c.Image),
		ImagePullPolicy: pulumi.String("IfNotPresent"),
		Command:         pulumi.ToStringArray(c.Command),
		Args:            pulumi.ToStringArray(c.Args),
		Resources: corev1.ResourceRequirementsArgs{
			Requests: pulumi.StringMap{"cpu": pulumi.String(c.CPU), "memory": pulumi.String(c.Memory), "ephemeral-storage": pulumi.String(scratchRequest)},
			Limits:   pulumi.StringMap{"cpu": pulumi.String(c.CPU), "memory": pulumi.String(c.Memory), "ephemeral-storage": pulumi.String(scratchLimit)},
		},
		SecurityContext: corev1.SecurityContextArgs{
			Privileged:               pulumi.Bool(false),
			AllowPrivilegeEscalation: pulumi.Bool(false),
			ReadOnlyRootFilesystem:   pulumi.Bool(true),
			RunAsNonRoot:             pulumi.Bool(!host.Root),
			Capabilities:             capabilities,
		},
	}
	if c.DrainSeconds > 0 {
		args.Lifecycle = corev1.LifecycleArgs{PreStop: corev1.LifecycleHandlerArgs{
			Sleep: corev1.SleepActionArgs{Seconds: pulumi.Int(c.DrainSeconds)},
		}}
	}
	var env corev1.EnvVarArray
	for _, name := range slices.Sorted(maps.Keys(c.Env)) {
		env = append(env, corev1.EnvVarArgs{Name: pulumi.String(name), Value: pulumi.String(c.Env[name])})
	}
	for _, name := range slices.Sorted(maps.Keys(c.FieldEnv)) {
		field := corev1.ObjectFieldSelectorArgs{FieldPath: pulumi.String(c.FieldEnv[name])}
		env = append(env, corev1.EnvVarArgs{Name: pulumi.String(name), ValueFrom: corev1.EnvVarSourceArgs{FieldRef: field}})
	}
	args.Env = env
	var ports corev1.ContainerPortArray
	for _, p := range c.Ports {
		ports = append(ports, corev1.ContainerPortArgs{Name: pulumi.String(p.Name), ContainerPort: pulumi.Int(p.Number), Protocol: pulumi.String(p.protocol())})
	}
	args.Ports = ports
	var mounts corev1.VolumeMountArray
	for _, m := range c.Mounts {
		mount := corev1.VolumeMountArgs{Name: pulumi.String(m.Volume), MountPath: pulumi.String(m.Path), ReadOnly: pulumi.Bool(!m.Writable)}
		if m.SubPath != "" {
			mount.SubPath = pulumi.String(m.SubPath)
		}
		if m.FromHost {
			mount.MountPropagation = pulumi.String("HostToContainer")
		}
		mounts = append(mounts, mount)
	}
	args.VolumeMounts = mounts
	if c.Startup != nil {
		args.StartupProbe = c.Startup.args()
	}
	if c.Liveness != nil {
		args.LivenessProbe = c.Liveness.args()
	}
	if c.Readiness != nil {
		args.ReadinessProbe = c.Readiness.args()
	}
	return args
}

func (v Volume) args() corev1.VolumeArgs {
	args := corev1.VolumeArgs{Name: pulumi.String(v.Name)}
	switch {
	case v.Claim != "":
		args.PersistentVolumeClaim = corev1.PersistentVolumeClaimVolumeSourceArgs{ClaimName: pulumi.String(v.Claim)}
	case v.ConfigMap != "":
		args.ConfigMap = corev1.ConfigMapVolumeSourceArgs{Name: pulumi.String(v.ConfigMap)}
	case v.Secret != "":
		var items corev1.KeyToPathArray
		for _, key := range v.SecretKeys {
			items = append(items, corev1.KeyToPathArgs{Key: pulumi.String(key), Path: pulumi.String(key)})
		}
		args.Secret = corev1.SecretVolumeSourceArgs{
			SecretName:  pulumi.String(v.Secret),
			DefaultMode: pulumi.Int(secretMode),
			Items:       items,
		}
	default:
		scratch := corev1.EmptyDirVolumeSourceArgs{SizeLimit: pulumi.String(v.Scratch)}
		if v.ScratchInMemory {
			scratch.Medium = pulumi.String("Memory")
		}
		args.EmptyDir = scratch
	}
	return args
}

func (p Probe) acts() bool {
	return len(p.Exec) > 0 || p.TCP != 0 || p.HTTP != 0 || p.HTTPS != 0
}

func (p Probe) args() corev1.ProbeArgs {
	args := corev1.ProbeArgs{
		PeriodSeconds:    pulumi.Int(p.EverySeconds),
		TimeoutSeconds:   pulumi.Int(p.TimeoutSeconds),
		FailureThreshold: pulumi.Int(p.Failures),
	}
	switch {
	case len(p.Exec) > 0:
		args.Exec = corev1.ExecActionArgs{Command: pulumi.ToStringArray(p.Exec)}
	case p.TCP != 0:
		args.TcpSocket = corev1.TCPSocketActionArgs{Port: pulumi.Int(p.TCP)}
	case p.HTTP != 0:
		args.HttpGet = corev1.HTTPGetActionArgs{Scheme: pulumi.String("HTTP"), Port: pulumi.Int(p.HTTP), Path: pulumi.String(p.Path)}
	default:
		args.HttpGet = corev1.HTTPGetActionArgs{Scheme: pulumi.String("HTTPS"), Port: pulumi.Int(p.HTTPS), Path: pulumi.String(p.Path)}
	}
	return args
}
