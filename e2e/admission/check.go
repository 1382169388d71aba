package admission

import (
	"context"
	"errors"
	"fmt"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/rest"
)

var dryRun = []string{metav1.DryRunAll}

// Check puts the objects of one stack before an API server on which the stack is not deployed, and takes away again what
// it had to make for that. What the objects are judged by is made for real: namespaces, priority classes, service
// accounts, limits and quotas, and, so that the quotas add up, claims, services and pods that nothing can bind or schedule.
// Everything else is a dry run. An error means that the check could not be done; what was refused is in the report.
func Check(ctx context.Context, config *rest.Config, objects []Object) (Report, error) {
	s, err := connect(config)
	if err != nil {
		return Report{}, err
	}
	c := &check{server: s, profiles: map[string]profile{}}
	err = c.judgeAll(ctx, objects)
	// It is taken away after an interruption, too.
	return c.report, errors.Join(err, c.removeMade(context.WithoutCancel(ctx)))
}

// check is one run over one stack.
type check struct {
	server   *server
	report   Report
	profiles map[string]profile
	// made are the objects that exist because of this check, oldest first.
	made []*unstructured.Unstructured
}

// prerequisites are the kinds that others are judged by, in the order in which they need each other.
var prerequisites = []string{
	"/Namespace", "scheduling.k8s.io/PriorityClass", "/ServiceAccount", "/LimitRange", "/ResourceQuota",
}

func (c *check) judgeAll(ctx context.Context, objects []Object) error {
	var rest, quotas []Object
	byKind := map[string][]Object{}
	for _, o := range objects {
		if kind := kindOf(o.Content); isPrerequisite(o) {
			byKind[kind] = append(byKind[kind], o)
		} else {
			rest = append(rest, o)
		}
	}
	for _, kind := range prerequisites {
		for _, o := range byKind[kind] {
			if kind == "/Namespace" {
				c.profiles[o.Content.GetName()] = profileOf(o.Content)
			}
			admitted, err := c.judge(ctx, o)
			if err != nil {
				return err
			}
			if !admitted {
				continue
			}
			if err := c.makeReal(ctx, o); err != nil {
				return err
			}
			if kind == "/ResourceQuota" {
				quotas = append(quotas, o)
			}
		}
	}
	if err := c.waitForQuotas(ctx, quotas); err != nil {
		return err
	}
	var admitted []Object
	for _, o := range rest {
		ok, err := c.judge(ctx, o)
		if err != nil {
			return err
		}
		if ok {
			admitted = append(admitted, o)
		}
	}
	workloads, err := c.judgePods(ctx, admitted)
	if err != nil {
		return err
	}
	return c.fillQuotas(ctx, admitted, workloads)
}

// isPrerequisite leaves patches out: what they change is not ours to make.
func isPrerequisite(o Object) bool {
	for _, kind := range prerequisites {
		if kindOf(o.Content) == kind {
			return !o.Patch
		}
	}
	return false
}

// judge puts one object before the API server and reports its answer.
func (c *check) judge(ctx context.Context, o Object) (admitted bool, err error) {
	if o.Content.GetKind() == "CustomResourceDefinition" {
		c.refuse(o, false, errors.New("it is a custom resource definition, want built-in kinds only: the platform needs no operators"))
		return false, nil
	}
	warned, err := c.server.apply(ctx, o, dryRun)
	c.warn(o, false, warned)
	switch {
	case err == nil && o.Patch:
		c.report.Patches++
		return true, nil
	case err == nil:
		c.report.Admitted++
		return true, nil
	case isAnswer(err):
		c.refuse(o, false, err)
		return false, nil
	}
	return false, c.failed(o, err)
}

// judgePods puts the first pod of each workload before the API server, and returns the workloads whose pod is admitted.
func (c *check) judgePods(ctx context.Context, objects []Object) ([]Object, error) {
	var workloads []Object
	for _, o := range objects {
		pod := podOf(o.Content)
		if pod == nil || o.Patch {
			continue
		}
		_, warned, err := c.server.create(ctx, pod, dryRun)
		c.warn(o, true, warned)
		switch {
		case err == nil:
			c.report.Pods++
			workloads = append(workloads, o)
		case isAnswer(err):
			c.refuse(o, true, err)
		default:
			return nil, c.failed(o, err)
		}
	}
	return workloads, nil
}

func (c *check) refuse(o Object, pod bool, err error) {
	c.report.Refused = append(c.report.Refused, o.finding(pod, message(o, err)))
}

func (c *check) warn(o Object, pod bool, texts []string) {
	for _, text := range texts {
		expected := strings.HasPrefix(text, podSecurityWarning) && c.profiles[o.Content.GetNamespace()].warnsOfAdmitted()
		if o.Confidential {
			text = "the text is left out, because the object holds a secret"
		}
		if f := o.finding(pod, text); expected {
			c.report.Expected = append(c.report.Expected, f)
		} else {
			c.report.Warnings = append(c.report.Warnings, f)
		}
	}
}

// failed says that an object could not be put before the API server.
func (c *check) failed(o Object, err error) error {
	var status apierrors.APIStatus
	if errors.As(err, &status) {
		// Whatever a server in trouble answers may quote the object.
		err = errors.New(message(o, err))
	}
	return fmt.Errorf("%s %s: could not be judged: %w", o.Content.GetKind(), o.Content.GetName(), err)
}
