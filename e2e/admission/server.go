package admission

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
)

const (
	// fieldManager owns what is applied here for real, and tells the leftovers of a check that was killed.
	fieldManager = "satkube-admission"

	requestTimeout = time.Minute

	// secondLook is how long admission plugins are given to see what was applied just now: they watch, and do not ask.
	secondLook = time.Second

	pollInterval = 200 * time.Millisecond
)

// server is a real API server.
type server struct {
	objects  dynamic.Interface
	kinds    meta.RESTMapper
	warnings *warnings
}

func connect(config *rest.Config) (*server, error) {
	s := &server{warnings: &warnings{}}
	config = rest.CopyConfig(config)
	// Of its own accord the client throttles itself to 5 requests a second.
	config.QPS, config.Timeout = -1, requestTimeout
	config.WarningHandlerWithContext = s.warnings
	found, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("api server %s: %w", config.Host, err)
	}
	s.kinds = restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(found))
	if s.objects, err = dynamic.NewForConfig(config); err != nil {
		return nil, fmt.Errorf("api server %s: %w", config.Host, err)
	}
	return s, nil
}

// client returns the client of an object's kind. An object without a namespace goes where kubectl would put it.
func (s *server) client(o *unstructured.Unstructured) (dynamic.ResourceInterface, error) {
	gvk := o.GroupVersionKind()
	mapping, err := s.kinds.RESTMapping(gvk.GroupKind(), gvk.Version)
	if err != nil {
		return nil, err
	}
	resource := s.objects.Resource(mapping.Resource)
	if mapping.Scope.Name() == meta.RESTScopeNameRoot {
		return resource, nil
	}
	if o.GetNamespace() == "" {
		return resource.Namespace(metav1.NamespaceDefault), nil
	}
	return resource.Namespace(o.GetNamespace()), nil
}

// apply applies an object server-side with strict fields. Only a patch may take fields from their owner.
func (s *server) apply(ctx context.Context, o Object, dryRun []string) ([]string, error) {
	client, err := s.client(o.Content)
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(o.Content)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.Content.GetName(), err)
	}
	force := o.Patch
	return s.judged(ctx, func() error {
		_, err := client.Patch(ctx, o.Content.GetName(), types.ApplyPatchType, body, metav1.PatchOptions{
			FieldManager: fieldManager, FieldValidation: metav1.FieldValidationStrict, Force: &force, DryRun: dryRun,
		})
		return err
	})
}

// create makes a pod as its controller does, and returns its name.
func (s *server) create(ctx context.Context, o *unstructured.Unstructured, dryRun []string) (name string, warned []string, err error) {
	client, err := s.client(o)
	if err != nil {
		return "", nil, err
	}
	warned, err = s.judged(ctx, func() error {
		made, err := client.Create(ctx, o, metav1.CreateOptions{
			FieldManager: fieldManager, FieldValidation: metav1.FieldValidationStrict, DryRun: dryRun,
		})
		if err == nil {
			name = made.GetName()
		}
		return err
	})
	return name, warned, err
}

// judged sends a request, once more when admission forbids it, and returns the warnings that came with the answer.
func (s *server) judged(ctx context.Context, send func() error) ([]string, error) {
	s.warnings.take()
	err := send()
	if apierrors.IsForbidden(err) {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(secondLook):
		}
		s.warnings.take()
		err = send()
	}
	return s.warnings.take(), err
}

// get returns nil without an error for what does not exist.
func (s *server) get(ctx context.Context, o *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	client, err := s.client(o)
	if err != nil {
		return nil, err
	}
	live, err := client.Get(ctx, o.GetName(), metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	return live, err
}

// remove deletes an object; one that is gone is no error.
func (s *server) remove(ctx context.Context, o *unstructured.Unstructured) error {
	client, err := s.client(o)
	if err != nil {
		return err
	}
	if err := client.Delete(ctx, o.GetName(), metav1.DeleteOptions{}); err != nil && !apierrors.IsNotFound(err) {
		return err
	}
	return nil
}

// untyped begins what server-side apply answers when an object does not fit its schema (k8s.io/apimachinery, managedfields).
const untyped = "failed to create typed patch object"

// isAnswer tells an API server's judgement of an object from a failure to ask it.
func isAnswer(err error) bool {
	if meta.IsNoMatchError(err) {
		return true
	}
	var status apierrors.APIStatus
	if !errors.As(err, &status) {
		return false
	}
	answer := status.Status()
	// For a field that does not exist, or has another type, server-side apply answers with 500.
	if strings.HasPrefix(answer.Message, untyped) {
		return true
	}
	// What a server in trouble answers says nothing about the object, nor does it when it does not know the caller.
	return answer.Code >= 400 && answer.Code < 500 && answer.Code != 401 && answer.Code != 429
}

// warnings collects the warnings of one answer at a time.
type warnings struct {
	mu    sync.Mutex
	texts []string
}

// HandleWarningHeaderWithContext is called by the client for each warning of an answer.
func (w *warnings) HandleWarningHeaderWithContext(_ context.Context, code int, _ string, text string) {
	// 299 is the code of Kubernetes' own warnings; others come from proxies.
	if code != 299 || text == "" {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.texts = append(w.texts, text)
}

func (w *warnings) take() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	texts := w.texts
	w.texts = nil
	return texts
}
