package admission

import (
	"errors"
	"fmt"
)

// Report is what an API server says of a stack's objects.
type Report struct {
	// Admitted counts the stack's own objects that the API server takes.
	Admitted int
	// Patches counts the objects of others, such as EKS, that take the fields which the stack sets. They are counted for
	// themselves: whether the object will be there to be patched, only the real cluster shows.
	Patches int
	// Pods counts the workloads whose pods are admitted.
	Pods int
	// Counted counts the pods that fit into their namespaces' quotas together, with all replicas and while rolled out.
	Counted int
	// Refused are the objects and pods that are not admitted.
	Refused []Finding
	// Warnings are what the API server warns of: deprecations, and pods that break the profile of their namespace.
	Warnings []Finding
	// Expected are Pod Security's warnings in namespaces that are labelled to admit more than they are warned of.
	Expected []Finding
}

// Finding is what an API server said of one object, free of secrets.
type Finding struct {
	Stack, Kind, Namespace, Name string
	// Pod says that it is not about the object but about a pod that its controller makes.
	Pod     bool
	Message string
}

// finding puts a message about an object on one line.
func (o Object) finding(pod bool, message string) Finding {
	c := o.Content
	return Finding{Stack: o.Stack, Kind: c.GetKind(), Namespace: c.GetNamespace(), Name: c.GetName(), Pod: pod, Message: oneLine(message)}
}

func (f Finding) String() string {
	subject := f.Kind + " " + f.Name
	if f.Namespace != "" {
		subject = f.Kind + " " + f.Namespace + "/" + f.Name
	}
	if f.Pod {
		subject = "pod of " + subject
	}
	return fmt.Sprintf("%s: %s: %s", f.Stack, subject, f.Message)
}

// Err returns every refusal and every warning that was not expected, or nil. A report of nothing is a failure.
func (r Report) Err() error {
	var faults []error
	if r.Admitted == 0 {
		faults = append(faults, errors.New("report: admitted is 0, want every object of a stack"))
	}
	for _, f := range r.Refused {
		faults = append(faults, fmt.Errorf("refused: %s", f))
	}
	for _, f := range r.Warnings {
		faults = append(faults, fmt.Errorf("warned of: %s", f))
	}
	return errors.Join(faults...)
}

// Summary is a stack's result in the closing table.
func (r Report) Summary() string {
	return fmt.Sprintf("%d objects admitted, %d patches, pods of %d workloads, %d pods within quotas, %d refused, %d warnings",
		r.Admitted, r.Patches, r.Pods, r.Counted, len(r.Refused), len(r.Warnings))
}
