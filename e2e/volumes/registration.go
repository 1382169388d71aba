package volumes

import (
	"context"

	registration "k8s.io/kubelet/pkg/apis/pluginregistration/v1"
)

// registrant tells kubelet of the driver, as node-driver-registrar does: kubelet finds the socket in its folder plugins_registry, asks
// what is behind it, and says how that went.
type registrant struct {
	registration.UnimplementedRegistrationServer
	socket string
	log    func(format string, args ...any)
}

// GetInfo names the driver and its socket. Kubelet wants versions of CSI that it knows: any 1.x (ValidatePlugin in its CSI plugin).
func (r *registrant) GetInfo(context.Context, *registration.InfoRequest) (*registration.PluginInfo, error) {
	return &registration.PluginInfo{
		Type: registration.CSIPlugin, Name: Driver, Endpoint: r.socket, SupportedVersions: []string{"1.0.0"},
	}, nil
}

// NotifyRegistrationStatus takes note. A refusal ends nothing: kubelet asks again by itself, as long as the socket is there.
func (r *registrant) NotifyRegistrationStatus(_ context.Context, s *registration.RegistrationStatus) (*registration.RegistrationStatusResponse, error) {
	if s.GetPluginRegistered() {
		r.log("volumes: kubelet registered %s", Driver)
	} else {
		r.log("volumes: kubelet did not register %s: %s", Driver, s.GetError())
	}
	return &registration.RegistrationStatusResponse{}, nil
}
