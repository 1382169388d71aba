package volumes

import (
	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/utils/ptr"
)

// StorageClass is the name of the class whose volumes the driver makes.
const StorageClass = "standard"

// Objects are the Kubernetes objects that the driver needs, with kind and version set, for server-side apply.
func Objects() []runtime.Object {
	return []runtime.Object{csiDriver(), storageClass()}
}

// csiDriver tells kubelet how to treat the volumes. There is nothing to attach to a node. The policy File makes kubelet itself give the
// volume to a pod's fsGroup after each publication, whatever its access mode and file system; the default policy would leave out
// ReadWriteOncePod, and the driver does not know fsGroup at all (supportsFSGroup in kubelet's csi_mounter.go).
func csiDriver() *storagev1.CSIDriver {
	return &storagev1.CSIDriver{
		TypeMeta:   metav1.TypeMeta{APIVersion: storagev1.SchemeGroupVersion.String(), Kind: "CSIDriver"},
		ObjectMeta: metav1.ObjectMeta{Name: Driver},
		Spec: storagev1.CSIDriverSpec{
			AttachRequired:       ptr.To(false),
			PodInfoOnMount:       ptr.To(false),
			FSGroupPolicy:        ptr.To(storagev1.FileFSGroupPolicy),
			StorageCapacity:      ptr.To(false),
			VolumeLifecycleModes: []storagev1.VolumeLifecycleMode{storagev1.VolumeLifecyclePersistent},
		},
	}
}

// storageClass is not the default class: a claim that forgot to name one stays pending here, as it has to.
func storageClass() *storagev1.StorageClass {
	return &storagev1.StorageClass{
		TypeMeta:          metav1.TypeMeta{APIVersion: storagev1.SchemeGroupVersion.String(), Kind: "StorageClass"},
		ObjectMeta:        metav1.ObjectMeta{Name: StorageClass},
		Provisioner:       Driver,
		ReclaimPolicy:     ptr.To(corev1.PersistentVolumeReclaimRetain),
		VolumeBindingMode: ptr.To(storagev1.VolumeBindingWaitForFirstConsumer),
	}
}

// ProvisionerArguments are those of csi-provisioner (kubernetes-csi/external-provisioner v5.3.0), which turns volume claims into calls of
// the driver at socket. It waits for the driver when it begins and ends when it loses the socket, so somebody has to start it again. Its
// rights are in its deploy/kubernetes/rbac.yaml; the rules for snapshots and attachments are not needed. An environment variable
// KUBECONFIG goes before --kubeconfig, so it must be unset.
//
// Three flags are left out on purpose. --feature-gates=Topology: the gate has an effect only with a driver that has topology.
// --default-fstype: the driver refuses a named file system. --leader-election: there is one provisioner.
func ProvisionerArguments(socket, kubeconfig string) []string {
	return []string{
		"--csi-address=" + socket,
		"--kubeconfig=" + kubeconfig,
		// The name of the claim goes into the volume's record.
		"--extra-create-metadata",
		// A claim that failed is tried again soon: by default it may wait for five minutes.
		"--retry-interval-max=10s",
	}
}
