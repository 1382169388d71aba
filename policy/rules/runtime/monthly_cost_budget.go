package runtime

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gitlab.com/thinkmassive/satkube/cost"
	"gitlab.com/thinkmassive/satkube/policy/pack"
)

// mostBits is enough for every number that an estimate reads: it takes a hundred million at most.
const mostBits = 30

var monthlyCostBudget = pack.Rule{
	Name:     "monthly-cost-budget",
	Types:    billed(),
	Severity: pack.Low,
	CKS:      "runtime/threat-detection",
	Must:     "By the list prices that are known, a stack costs no more a month than the budget allows.",
	Why:      "A digit too many in a size is not seen in a diff and paid for every month; machines that nobody asked for are also how a stolen credential is first noticed.",
	Fix:      "Make the largest parts smaller, or raise the setting monthlyUSD; 0 stands for no budget. docs/cost.md tells how the amount comes about, and cost/prices.go takes the prices of further regions.",
	Refs:     []string{"AWS Well-Architected: Cost Optimization Pillar"},
	// The dearest of the committed stacks is priced at some $1,230, and its interface endpoints would add some $200 in a region that the
	// table has their price of.
	Settings: map[string]any{"monthlyUSD": 1500},
	CheckStack: func(s pack.Stack, violate pack.StackReport) {
		budget := dollars(s.Setting("monthlyUSD").Number())
		if budget <= 0 {
			return
		}
		b := newBill(s)
		estimate, err := cost.Of(b.resources)
		if err != nil {
			// It would say that a URN is there twice, which newBill sees to.
			return
		}
		total := estimate.Total()
		if total > budget {
			dearest := slices.MaxFunc(estimate.Lines, func(a, b cost.Line) int { return cmp.Compare(a.Monthly, b.Monthly) })
			violate(b.about[dearest.URN], fmt.Sprintf("The stack costs %s a month by list prices, above the budget of %s (setting monthlyUSD). Largest: %s.",
				total, budget, largest(estimate)))
			return
		}
		// What is not known yet can only add to the amount, so it matters only here.
		if i := slices.IndexFunc(estimate.Unpriced, func(l cost.Line) bool { return l.Unknown }); i >= 0 {
			line := estimate.Unpriced[i]
			if b.question(line.URN).Absent() {
				violate(b.about[line.URN], fmt.Sprintf("The stack costs %s a month by list prices, of a budget of %s, and more that is not known before the deployment: %s.",
					total, budget, line.Reason))
			}
			return
		}
		// Single prices that are missing would be told at every preview. Where all are, the budget bounds nothing.
		isBilled := func(l cost.Line) bool { return billed().Match(b.about[l.URN].Type) }
		if i := slices.IndexFunc(estimate.Unpriced, isBilled); i >= 0 && len(estimate.Lines) == 0 {
			violate(b.about[estimate.Unpriced[i].URN], fmt.Sprintf("Nothing of the stack has a price in cost/prices.go, so the budget of %s bounds nothing.", budget))
		}
	},
	Pass: pack.Cases{
		"three nodes":          {awsProvider, nodes(3), gp3Class, claimOf("100Gi")},
		"no AWS":               {gp3Class, claimOf("20000Gi")},
		"one price is missing": {awsProvider, nodes(3), one(nodeGroupToken, "giants", object{"scalingConfig": object{"desiredSize": 1}, "instanceTypes": list{"p5.48xlarge"}})},
		"small disks":          {awsProvider, gp3Class, one("kubernetes:apps/v1:StatefulSet", "prometheus", volumes(2))},
	},
	Fail: pack.Cases{
		"a region without prices": {
			{Type: "pulumi:providers:aws", Name: "aws", Props: object{"region": "mars-north-1"}}, nodes(1),
		},
		"a digit too many":  {awsProvider, nodes(30)},
		"a volume too wide": {awsProvider, gp3Class, claimOf("20000Gi")},
		"many replicas":     {awsProvider, gp3Class, one("kubernetes:apps/v1:StatefulSet", "prometheus", volumes(200))},
	},
}

// billed are the resources that an estimate has lines of.
func billed() pack.Types {
	return pack.Tokens(nodeGroupToken, "aws:eks/cluster:Cluster", "aws:ec2/natGateway:NatGateway", "aws:ec2/eip:Eip", "aws:ec2/vpcEndpoint:VpcEndpoint",
		"aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer", "aws:kms/key:Key", "aws:kms/replicaKey:ReplicaKey", "aws:ebs/volume:Volume").
		And(pack.Kinds("PersistentVolumeClaim", "StatefulSet", "Service"))
}

// bill is the stack as an estimate takes it.
type bill struct {
	resources []cost.Resource
	about     map[string]pack.Resource
	// open is a value of the resource that is not known, anyOpen one of any: a class may be what a claim waits for.
	open    map[string]pack.Value
	anyOpen pack.Value
}

func newBill(s pack.Stack) *bill {
	b := &bill{about: map[string]pack.Resource{}, open: map[string]pack.Value{}}
	read := billed().And(pack.Tokens("pulumi:providers:aws", "aws:ec2/launchTemplate:LaunchTemplate")).And(pack.Kinds("StorageClass"))
	for i, r := range s.All(pack.Anything()) {
		urn := r.URN
		if _, twice := b.about[urn]; twice {
			// The items of a list share the URN of the list.
			urn = fmt.Sprintf("%s::%d", urn, i)
		}
		b.about[urn] = r
		counted := cost.Resource{URN: urn, Type: r.Type, Name: r.Name, Parent: r.Parent}
		if read.Match(r.Type) {
			counted.Inputs, _ = b.plain(urn, r.At()).(map[string]any)
		}
		b.resources = append(b.resources, counted)
	}
	return b
}

// plain is a value as JSON has it. What pods are made of costs nothing by itself and is the larger part of a stack, so it is left out.
func (b *bill) plain(urn string, v pack.Value) any {
	if !v.Known() {
		if _, has := b.open[urn]; !has {
			b.open[urn] = v
		}
		b.anyOpen = v
		return cost.Unknown
	}
	if text := v.Text(); text != "" {
		return text
	}
	if keys := v.Keys(); len(keys) > 0 {
		object := map[string]any{}
		for _, key := range keys {
			if key != "template" {
				object[key] = b.plain(urn, v.At(key))
			}
		}
		return object
	}
	if elements := v.List(); len(elements) > 0 {
		var list []any
		for _, element := range elements {
			list = append(list, b.plain(urn, element))
		}
		return list
	}
	if !v.Given() {
		return nil
	}
	if v.AtLeast(0) {
		return whole(v)
	}
	return v.Is(true)
}

// whole is a number that is none below zero; one with a fraction, or beyond what an estimate takes, comes out as no number. Values tell
// whether they are at least so much, so it is found bit by bit.
func whole(v pack.Value) any {
	n := 0.0
	for bit := float64(int(1) << mostBits); bit >= 1; bit /= 2 {
		if v.AtLeast(n + bit) {
			n += bit
		}
	}
	if !v.Is(n) {
		return false
	}
	return n
}

// question is a value that is not known, for the resource.
func (b *bill) question(urn string) pack.Value {
	if v, has := b.open[urn]; has {
		return v
	}
	return b.anyOpen
}

func dollars(amount float64) cost.Money { return cost.Money(amount * 1e6) }

// largest names the three dearest components.
func largest(e cost.Estimate) string {
	var parts []string
	for _, c := range e.ByComponent() {
		if len(parts) < 3 {
			parts = append(parts, fmt.Sprintf("%s %s", c.Name, c.Monthly))
		}
	}
	return strings.Join(parts, ", ")
}

var (
	awsProvider = pack.Object{Type: "pulumi:providers:aws", Name: "aws", Props: object{"region": "us-east-2"}}
	gp3Class    = one("kubernetes:storage.k8s.io/v1:StorageClass", "gp3", object{
		"metadata": object{"name": "gp3"}, "provisioner": "ebs.csi.aws.com", "parameters": object{"type": "gp3"},
	})
)

// nodes is a group of that many r7g.xlarge.
func nodes(many int) pack.Object {
	return one(nodeGroupToken, "nodes", object{"scalingConfig": object{"desiredSize": many}, "instanceTypes": list{"r7g.xlarge"}})
}

// claimOf is a claim of gp3 of that size.
func claimOf(size string) pack.Object {
	return one("kubernetes:core/v1:PersistentVolumeClaim", "chain", object{"spec": claimSpec(size)})
}

func claimSpec(size string) object {
	return object{"storageClassName": "gp3", "resources": object{"requests": object{"storage": size}}}
}

// volumes is a StatefulSet's specification whose replicas claim 100 GB each.
func volumes(replicas int) object {
	return object{"spec": object{"replicas": replicas, "volumeClaimTemplates": list{object{"metadata": object{"name": "data"}, "spec": claimSpec("100Gi")}}}}
}
