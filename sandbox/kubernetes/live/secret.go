package live

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// withoutValues takes a Secret's values out of an error: the API server quotes a value of the wrong type. The error
// keeps its kind only where there was nothing to take out.
func withoutValues(obj map[string]any, err error) error {
	if identify(obj).kind != "Secret" {
		return err
	}
	text := err.Error()
	clean := text
	values := append(leaves(obj["data"]), leaves(obj["stringData"])...)
	// A value may be part of another one.
	slices.SortFunc(values, func(a, b string) int { return len(b) - len(a) })
	for _, value := range values {
		clean = strings.ReplaceAll(clean, value, "[secret]")
	}
	if clean == text {
		return err
	}
	return errors.New(clean)
}

func leaves(v any) []string {
	switch v := v.(type) {
	case nil:
		return nil
	case map[string]any:
		var all []string
		for _, element := range v {
			all = append(all, leaves(element)...)
		}
		return all
	case []any:
		var all []string
		for _, element := range v {
			all = append(all, leaves(element)...)
		}
		return all
	}
	if text := fmt.Sprint(v); text != "" {
		return []string{text}
	}
	return nil
}
