package clustersetup

import "gitlab.com/thinkmassive/satkube/policy/pack"

// retiredController is the controller of kubernetes/ingress-nginx.
const retiredController = "k8s.io/ingress-nginx"

var ingressClassAllowed = pack.Rule{
	Name:     "ingress-class",
	Types:    twins(ingress).And(twins(ingressClass)),
	Severity: pack.High,
	CKS:      "cluster-setup/ingress-tls",
	Must:     "An Ingress names an allowed class, and no class is for the retired ingress-nginx controller.",
	Why: "Without a class the Ingress goes to whichever controller calls itself the default, public ones among them. ingress-nginx gets no" +
		" security fixes since March 2026, and it reads every Secret of the cluster.",
	Fix:      "Set spec.ingressClassName to one of the setting classes; set spec.controller of an IngressClass to a maintained controller such as nginx.org/ingress-controller.",
	Refs:     []string{"Kubescape C-0292", "kubernetes.io: Ingress NGINX retirement", "Kubernetes: Ingress class"},
	Settings: map[string]any{"classes": []string{"nginx"}},
	Check: func(r pack.Resource, violate pack.Report) {
		if r.Type == ingressClass {
			if controller := r.At("spec", "controller"); controller.Absent() || controller.Is(retiredController) {
				violate(controller.Path() + " is left out or the retired controller; want a maintained one.")
			}
			return
		}
		if class := r.At("spec", "ingressClassName"); !class.In(r.Setting("classes").Texts()...) {
			violate(class.Path() + " is none of the classes that the setting classes lists.")
		}
	},
	Pass: pack.Cases{
		"allowed": inNamespace(ingress, "web", object{"ingressClassName": "nginx"}),
		"F5":      pack.One(ingressClass, object{"spec": object{"controller": "nginx.org/ingress-controller"}}),
		"a list":  pack.One(ingress+"List", object{"items": list{object{"spec": object{"ingressClassName": "nginx"}}}}),
	},
	Fail: pack.Cases{
		"left out":        inNamespace(ingress, "web", object{"rules": hosts("a.example")}),
		"by annotation":   pack.One(ingress, object{"metadata": object{"annotations": object{"kubernetes.io/ingress.class": "nginx"}}, "spec": object{}}),
		"another":         inNamespace(ingress, "web", object{"ingressClassName": "public"}),
		"ingress-nginx":   pack.One(ingressClass, object{"spec": object{"controller": retiredController}}),
		"no controller":   pack.One(ingressClass, object{"spec": object{}}),
		"a patched class": pack.One(ingressClass+"Patch", object{"spec": object{"controller": retiredController}}),
		"a patch":         inNamespace(ingress+"Patch", "web", object{"ingressClassName": "public"}),
	},
}
