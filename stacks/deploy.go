// Package stacks puts the components together: one program for every stack, shaped by its configuration.
package stacks

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"gitlab.com/thinkmassive/satkube/components/baseline"
	"gitlab.com/thinkmassive/satkube/components/logging"
	"gitlab.com/thinkmassive/satkube/components/monitoring"
	"gitlab.com/thinkmassive/satkube/internal/images"
	"gitlab.com/thinkmassive/satkube/internal/kube"
	"gitlab.com/thinkmassive/satkube/stacks/config"
)

// Deploy is the whole platform of one stack, or what an account needs before there can be one. The configuration is read first: a mistake in it
// ends the program before anything is registered.
func Deploy(ctx *pulumi.Context) error {
	if bootstraps(ctx) {
		return prepareAccount(ctx)
	}
	_, err := New(ctx)
	return err
}

// Platform is what was made, as far as others than Pulumi want to know.
type Platform struct {
	// Watched is everything that the monitoring watches; empty without one.
	Watched []monitoring.Watch
}

// New makes the platform and exports what a user needs to find it.
func New(ctx *pulumi.Context) (*Platform, error) {
	settings, err := loadSettings(ctx)
	if err != nil {
		return nil, err
	}
	lock, err := images.Load()
	if err != nil {
		return nil, err
	}
	place, err := newPlace(ctx, settings)
	if err != nil {
		return nil, err
	}
	base, err := baseline.New(ctx, "baseline", place.baseline, pulumi.Provider(place.cluster.Provider))
	if err != nil {
		return nil, err
	}
	platform, nodes := &Platform{}, pulumi.Map{}
	for _, node := range settings.Nodes {
		made, err := newNode(ctx, node, settings, place, base, lock)
		if err != nil {
			return nil, err
		}
		nodes[node.Name] = made.outputs
		platform.Watched = append(platform.Watched, made.watches...)
	}
	if err := newServices(ctx, platform, settings, place, base, lock); err != nil {
		return nil, err
	}
	ctx.Export("clusterName", place.cluster.Name)
	ctx.Export("clusterEndpoint", place.cluster.Endpoint)
	ctx.Export("kubeconfig", place.cluster.Kubeconfig)
	ctx.Export("nodes", nodes)
	return platform, nil
}

func loadSettings(ctx *pulumi.Context) (config.Platform, error) {
	raw, _ := ctx.GetConfig(ctx.Project() + ":" + config.Key)
	settings, err := config.Load(raw)
	if err != nil {
		return settings, fmt.Errorf("satkube:%s in Pulumi.%s.yaml is refused:\n%w", config.Key, ctx.Stack(), err)
	}
	return settings, nil
}

// newServices makes what serves the platform itself: logging, then the ingress, and the monitoring last, because it watches all others.
func newServices(ctx *pulumi.Context, platform *Platform, settings config.Platform, place place, base *baseline.Baseline, lock images.Lock) error {
	watch := func(w monitoring.Watch) {
		if settings.Monitoring != nil {
			platform.Watched = append(platform.Watched, w)
		}
	}
	var logs *logging.Logging
	var watching kube.Namespace
	var err error
	if settings.Logging != nil {
		if logs, err = newLogging(ctx, settings, place, base, lock); err != nil {
			return err
		}
		watch(logs.Watch)
		ctx.Export("kibana", pulumi.Sprintf("https://%s:%d", logs.Kibana.Host, logs.Kibana.Port.Number))
		ctx.Export("kibanaUser", pulumi.String(logging.OperatorUser))
		ctx.Export("kibanaPassword", logs.OperatorPassword)
	}
	if settings.Monitoring != nil {
		if watching, err = newMonitoringNamespace(ctx, settings, place, base); err != nil {
			return err
		}
	}
	if settings.Ingress != nil {
		i, err := newIngress(ctx, settings, place, base, lock, logs, watching)
		if err != nil {
			return err
		}
		watch(i.Watch)
		ctx.Export("ingressAddress", i.Address)
		ctx.Export("pages", i.URLs)
		if settings.Ingress.OIDC == nil {
			ctx.Export("ingressUser", i.User)
			ctx.Export("ingressPassword", i.Password)
		}
	}
	if settings.Monitoring == nil {
		return nil
	}
	m, err := newMonitoring(ctx, settings, place, base, lock, watching, platform.Watched)
	if err != nil {
		return err
	}
	platform.Watched = append(platform.Watched, m.Watch())
	ctx.Export("grafana", m.Address)
	ctx.Export("grafanaAdminPassword", m.AdminPassword)
	return nil
}
