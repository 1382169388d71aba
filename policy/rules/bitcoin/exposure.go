package bitcoin

import (
	"regexp"
	"slices"

	"gitlab.com/thinkmassive/satkube/policy/pack"
)

// inner are ports of a program that only named pods may reach.
type inner struct {
	program program
	// ports are the program's own numbers; common ones other programs use too, so they count at the program's pods only.
	ports, common []int
	// names are what the ports are called.
	names *regexp.Regexp
}

func (i inner) all() []int { return slices.Concat(i.ports, i.common) }

// exposed are the types that an exposure rule looks at.
func exposed() pack.Types { return pack.Kinds("Service", "NetworkPolicy", "Ingress") }

// check reports what opens the ports to more than named pods: Services of the outside, Ingresses and NetworkPolicies.
func (i inner) check(s pack.Stack, violate pack.StackReport) {
	workloads := i.program.workloads(s)
	for _, service := range s.All(pack.Kinds("Service")) {
		if !service.At("spec", "type").In("LoadBalancer", "NodePort") && service.At("spec", "externalIPs").Absent() {
			continue
		}
		own := service.At("spec", "selector", nameLabel).Is(string(i.program)) || service.Label(nameLabel).Is(string(i.program))
		for _, port := range service.At("spec", "ports").List() {
			if i.serves(port, own) {
				violate(service, port.Path()+" is open to the outside of the cluster.")
			}
		}
	}
	for _, ingress := range s.All(pack.Kinds("Ingress")) {
		for _, backend := range backends(ingress) {
			own := backend.At("service", "name").Is(string(i.program))
			if port := backend.At("service", "port"); i.numbered(port.At("number"), own) || own && port.At("name").Matches(i.names) {
				violate(ingress, backend.Path()+" is open to the outside of the cluster.")
			}
		}
	}
	for _, policy := range s.All(pack.Kinds("NetworkPolicy")) {
		own := i.selected(policy, workloads)
		for _, rule := range policy.At("spec", "ingress").List() {
			if i.allowed(rule.At("ports"), own) {
				i.peers(policy, rule.At("from"), violate)
			}
		}
	}
}

func (i inner) serves(port pack.Value, own bool) bool {
	if i.numbered(port.At("port"), own) || i.numbered(port.At("targetPort"), own) {
		return true
	}
	return own && (port.At("targetPort").Matches(i.names) || port.At("name").Matches(i.names))
}

func (i inner) numbered(port pack.Value, own bool) bool {
	numbers := i.ports
	if own {
		numbers = i.all()
	}
	return slices.ContainsFunc(numbers, func(n int) bool { return port.Is(n) })
}

func backends(ingress pack.Resource) []pack.Value {
	found := []pack.Value{ingress.At("spec", "defaultBackend")}
	for _, rule := range ingress.At("spec", "rules").List() {
		for _, path := range rule.At("http", "paths").List() {
			found = append(found, path.At("backend"))
		}
	}
	return found
}

// selected tells whether the policy is for pods of the program: by its selector, or because it leaves the name open where one runs.
func (i inner) selected(policy pack.Resource, workloads []workload) bool {
	name := policy.At("spec", "podSelector", "matchLabels", nameLabel)
	if name.Absent() {
		return slices.ContainsFunc(workloads, func(w workload) bool { return sameNamespace(w.about.Namespace(), policy.Namespace()) })
	}
	return name.Is(string(i.program))
}

// allowed tells whether a rule's ports have one of these among them. No ports are all of them.
func (i inner) allowed(ports pack.Value, own bool) bool {
	if own && ports.Absent() {
		return true
	}
	return slices.ContainsFunc(ports.List(), func(entry pack.Value) bool {
		port, end := entry.At("port"), entry.At("endPort")
		if i.numbered(port, own) || own && (port.Absent() || port.Matches(i.names)) {
			return true
		}
		numbers := i.ports
		if own {
			numbers = i.all()
		}
		return slices.ContainsFunc(numbers, func(n int) bool { return port.AtMost(float64(n)) && end.AtLeast(float64(n)) })
	})
}

func (i inner) peers(policy pack.Resource, from pack.Value, violate pack.StackReport) {
	if from.Absent() {
		violate(policy, from.Path()+" is empty, so everybody may connect to a port that only named pods should reach.")
	}
	for _, peer := range from.List() {
		switch {
		case !peer.At("ipBlock").Absent():
			violate(policy, peer.At("ipBlock").Path()+" lets addresses connect to a port that only named pods should reach.")
		case open(peer.At("podSelector")) || open(peer.At("namespaceSelector")):
			violate(policy, peer.Path()+" does not name both a namespace and pods in it.")
		}
	}
}

// open tells whether a selector selects everything.
func open(selector pack.Value) bool {
	return selector.At("matchLabels").Absent() && selector.At("matchExpressions").Absent()
}

// ingressPolicy is a NetworkPolicy of one rule for the pods of a program.
func ingressPolicy(app string, port any, peers ...any) map[string]any {
	return map[string]any{
		"metadata": map[string]any{"name": "p", "namespace": "btc"},
		"spec": map[string]any{
			"podSelector": map[string]any{"matchLabels": map[string]any{nameLabel: app}},
			"ingress":     []any{map[string]any{"ports": []any{map[string]any{"port": port}}, "from": peers}},
		},
	}
}

// named is a peer that names a namespace and pods in it.
func named() map[string]any {
	return map[string]any{
		"namespaceSelector": map[string]any{"matchLabels": map[string]any{"kubernetes.io/metadata.name": "btc"}},
		"podSelector":       map[string]any{"matchLabels": map[string]any{nameLabel: "lnd"}},
	}
}

// reachable is a Service of a program.
func reachable(app, kind string, port any) map[string]any {
	return map[string]any{
		"metadata": meta(app, app),
		"spec": map[string]any{
			"type": kind, "selector": map[string]any{nameLabel: app},
			"ports": []any{map[string]any{"port": port}},
		},
	}
}

// everyone is a peer of all addresses.
func everyone() map[string]any {
	return map[string]any{"ipBlock": map[string]any{"cidr": "0.0.0.0/0"}}
}
