package admission

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// message is what an API server's refusal says. The API server quotes values: of an object that holds a secret, only the
// reason is told, and those of the object's own fields that are named.
func message(o Object, err error) string {
	var status apierrors.APIStatus
	if !o.Confidential || !errors.As(err, &status) {
		return err.Error()
	}
	answer := status.Status()
	var named []string
	for _, path := range paths(nil, o.Content.Object) {
		if names(answer.Message, path) {
			named = append(named, strings.Join(path, "."))
		}
	}
	const left = "the message is left out, because the object holds a secret"
	// Server-side apply gives no reason for a field of the wrong type.
	reason := cmp.Or(string(answer.Reason), "refused")
	if len(named) == 0 {
		return reason + "; " + left
	}
	return fmt.Sprintf("%s: fields %s; %s", reason, strings.Join(named, ", "), left)
}

// names tells whether a message speaks of a field, in one of the API server's ways to write a path.
func names(message string, path []string) bool {
	dotted, last := strings.Join(path, "."), path[len(path)-1]
	bracketed := strings.TrimPrefix(strings.Join(path[:len(path)-1], ".")+"["+last+"]", ".")
	for _, written := range []string{"." + dotted + ":", `"` + dotted + `"`, " " + dotted + ":", " " + bracketed + ":"} {
		if strings.Contains(message, written) {
			return true
		}
	}
	return false
}

// paths lists the fields of an object, in order.
func paths(above []string, v any) [][]string {
	fields, isObject := v.(map[string]any)
	if !isObject {
		return nil
	}
	var all [][]string
	for key, value := range fields {
		path := append(slices.Clone(above), key)
		all = append(append(all, path), paths(path, value)...)
	}
	slices.SortFunc(all, slices.Compare[[]string])
	return all
}

func oneLine(text string) string {
	return strings.Join(strings.Fields(text), " ")
}
