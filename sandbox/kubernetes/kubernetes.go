// Package kubernetes stands in for the pulumi-kubernetes provider. All kinds go one way: a small table says which are cluster-wide
// and which fields cannot change, and a few rules refuse what an API server would.
package kubernetes

import (
	"fmt"
	"strings"

	"gitlab.com/thinkmassive/satkube/sandbox/kubernetes/live"
	"gitlab.com/thinkmassive/satkube/sandbox/standin"
)

// Version is that of the Go SDK which the program uses.
const Version = "4.32.0"

// namespaceType is the token of the kind that others live in.
const namespaceType = "kubernetes:core/v1:Namespace"

// New returns the stand-in. With a cluster, objects are applied to it; with nil they exist in the record only. base brings what all
// stand-ins share.
func New(base standin.Provider, cluster *live.Cluster) standin.Provider {
	base.Package, base.Version = "kubernetes", Version
	base.Kind = func(token string) (*standin.Kind, error) {
		o, err := parseToken(token)
		if err != nil {
			return nil, err
		}
		k := o.kind()
		if cluster != nil {
			k.Remote = o.remote(cluster)
			k.RefuseCreate, k.Deleted = nil, nil
		}
		return k, nil
	}
	return base
}

// object is what a type token says of the API object.
type object struct {
	token      string
	apiVersion string
	name       string // the kind
	patch      bool   // a Patch resource: it sets fields of an object that someone else made
}

func parseToken(token string) (object, error) {
	parts := strings.Split(token, ":")
	if len(parts) != 3 {
		return object{}, fmt.Errorf("%s is no type of the kubernetes provider", token)
	}
	o := object{token: token, apiVersion: strings.TrimPrefix(parts[1], "core/"), name: parts[2]}
	group, _, _ := strings.Cut(parts[1], "/")
	switch {
	case group == "helm.sh" || group == "kustomize" || group == "yaml":
		return o, fmt.Errorf("%s has no stand-in: it renders objects that no rule can see; write them as typed resources", token)
	case strings.HasSuffix(o.name, "List"):
		return o, fmt.Errorf("%s has no stand-in: add it to sandbox/kubernetes/kubernetes.go", token)
	}
	o.name, o.patch = strings.CutSuffix(o.name, "Patch")
	return o, nil
}

// namespaced tells whether the kind lives in a namespace; kinds that are not Kubernetes' own do when they say so.
func (o object) namespaced(c *standin.Call) bool {
	if clusterWide()[o.name] {
		return false
	}
	return o.builtIn() || c.Has("metadata", "namespace")
}

func (o object) builtIn() bool {
	group, _, grouped := strings.Cut(o.apiVersion, "/")
	return !grouped || !strings.Contains(group, ".") || strings.HasSuffix(group, ".k8s.io")
}

func clusterWide() map[string]bool {
	return map[string]bool{
		"APIService": true, "CSIDriver": true, "CSINode": true, "CertificateSigningRequest": true, "ClusterRole": true,
		"ClusterRoleBinding": true, "ClusterTrustBundle": true, "ComponentStatus": true, "CustomResourceDefinition": true,
		"DeviceClass": true, "FlowSchema": true, "IPAddress": true, "IngressClass": true, "MutatingAdmissionPolicy": true,
		"MutatingAdmissionPolicyBinding": true, "MutatingWebhookConfiguration": true, "Namespace": true, "Node": true,
		"PersistentVolume": true, "PriorityClass": true, "PriorityLevelConfiguration": true, "ResourceSlice": true,
		"RuntimeClass": true, "ServiceCIDR": true, "StorageClass": true, "StorageVersion": true, "ValidatingAdmissionPolicy": true,
		"ValidatingAdmissionPolicyBinding": true, "ValidatingWebhookConfiguration": true, "VolumeAttachment": true,
		"VolumeAttributesClass": true,
	}
}

// immutable lists the fields that the genuine provider replaces an object for.
func (o object) immutable() (fixed, mutable []string) {
	fixed = []string{"apiVersion", "kind", "metadata.name", "metadata.namespace"}
	switch o.name {
	case "StatefulSet":
		fixed = append(fixed, "spec.podManagementPolicy", "spec.revisionHistoryLimit", "spec.selector", "spec.serviceName",
			"spec.volumeClaimTemplates")
	case "Deployment", "DaemonSet", "ReplicaSet":
		fixed = append(fixed, "spec.selector")
	case "Job":
		fixed = append(fixed, "spec.completions", "spec.parallelism", "spec.selector", "spec.template")
	case "PersistentVolumeClaim":
		fixed, mutable = append(fixed, "spec"), []string{"spec.resources.requests.storage"}
	case "PersistentVolume":
		fixed = append(fixed, "spec.csi", "spec.hostPath", "spec.local", "spec.nfs", "spec.awsElasticBlockStore", "spec.iscsi")
	case "StorageClass":
		fixed = append(fixed, "provisioner", "parameters", "reclaimPolicy", "volumeBindingMode")
	case "RoleBinding", "ClusterRoleBinding":
		fixed = append(fixed, "roleRef")
	case "ResourceQuota":
		fixed = append(fixed, "spec.scopes")
	case "Service":
		fixed = append(fixed, "spec.clusterIP")
	case "PriorityClass":
		fixed = append(fixed, "value", "preemptionPolicy")
	case "CSIDriver":
		fixed = append(fixed, "spec.attachRequired")
	case "RuntimeClass":
		fixed = append(fixed, "handler")
	case "IngressClass":
		fixed = append(fixed, "spec.controller")
	case "Pod":
		// Of a pod's specification the API server lets only images, deadlines and further tolerations change.
		fixed, mutable = append(fixed, "spec"), []string{"spec.activeDeadlineSeconds", "spec.tolerations"}
	case "Secret":
		fixed = append(fixed, "type")
	}
	return fixed, mutable
}

// immutableHere lists the contents of ConfigMaps and Secrets: the genuine provider replaces the object when they change, so that
// pods that name it roll over, unless it was told otherwise.
func (o object) immutableHere(c *standin.Call) []string {
	contents, setting := []string{"data", "binaryData"}, "enableConfigMapMutable"
	if o.name == "Secret" {
		contents, setting = []string{"data", "stringData"}, "enableSecretMutable"
	}
	v := c.Setting(setting)
	if allowed := v.IsBool() && v.BoolValue() || v.IsString() && v.StringValue() == "true"; allowed && !c.Bool("immutable") {
		return nil
	}
	return contents
}

func (o object) kind() *standin.Kind {
	k := &standin.Kind{
		Prepare: o.prepare,
		Refuse:  o.rules(),
		Claims:  func(c *standin.Call) []string { return []string{o.name + " " + o.id(c)} },
		Facts:   map[string]standin.Output{},
		ID:      o.id,
		Adopt:   o.adopt,
		Outputs: map[string]standin.Output{"metadata": o.metadata},
	}
	k.Immutable, k.Mutable = o.immutable()
	k.RefuseCreate = []standin.Rule{o.namespaceExists}
	k.Facts["namespace"] = func(c *standin.Call) any { return o.namespace(c) }
	k.Facts[standin.FactOn] = func(*standin.Call) any { return standin.OnCluster }
	k.Facts[factImmutable] = func(c *standin.Call) any {
		if c.Bool("immutable") {
			return "true"
		}
		return ""
	}
	if o.patch {
		// The object belongs to someone else, so the record neither lists it nor guards its name.
		k.StateOnly, k.Claims, k.Required = true, nil, []string{"metadata"}
		k.Refuse = append(k.Refuse, patchNeedsName)
	}
	switch o.name {
	case "Namespace":
		if !o.patch {
			k.Deleted = func(c *standin.Call) error { return c.Cloud.RemoveWith(c.Stack(), "namespace", c.ID) }
		}
		k.Outputs["status"] = func(*standin.Call) any { return map[string]any{"phase": "Active"} }
	case "Secret":
		k.ImmutableHere = o.immutableHere
		k.Outputs["data"] = secretData
		k.Secret = []string{"data", "stringData"}
	case "ConfigMap":
		k.ImmutableHere = o.immutableHere
	case "Service":
		k.Outputs["spec"], k.Outputs["status"] = serviceSpec, serviceStatus
	}
	return k
}

// factImmutable marks ConfigMaps and Secrets whose contents cannot change any more.
const factImmutable = "immutable"

// adopt puts an object over the one that an earlier run left behind, unless that one is immutable and says something else.
func (o object) adopt(left, now standin.Object) error {
	if left.Facts[factImmutable] == "" || left.SHA256 == now.SHA256 {
		return nil
	}
	_, name, _ := strings.Cut(now.ID, "/")
	return fmt.Errorf("%s %q is invalid: data: Forbidden: field is immutable when `immutable` is set", o.name, name)
}

func patchNeedsName(c *standin.Call) error {
	if c.String("metadata", "name") == "" {
		return fmt.Errorf("%s: metadata.name is missing, want the name of the object to patch", c.Name)
	}
	return nil
}

// namespace is where the object lives, empty for cluster-wide kinds.
func (o object) namespace(c *standin.Call) string {
	if !o.namespaced(c) {
		return ""
	}
	if ns := c.String("metadata", "namespace"); ns != "" {
		return ns
	}
	return "default"
}

func (o object) id(c *standin.Call) string {
	name := c.String("metadata", "name")
	if ns := o.namespace(c); ns != "" {
		return ns + "/" + name
	}
	return name
}

func (o object) namespaceExists(c *standin.Call) error {
	ns := o.namespace(c)
	switch ns {
	case "", "default", "kube-system", "kube-public", "kube-node-lease":
		return nil
	}
	_, found, err := c.Cloud.Find(c.Stack(), namespaceType, ns)
	if err == nil && !found {
		err = fmt.Errorf("namespaces %q not found", ns)
	}
	return err
}
