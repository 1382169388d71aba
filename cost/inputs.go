package cost

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Unknown stands in inputs for a value that is not known before the deployment: it is what the engine's event log holds in its place.
const Unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"

// These are the reasons why an input gives no amount. errUnknown is wrapped where a later preview may know it.
var (
	errUnknown = errors.New("is not known before the deployment")
	errMissing = errors.New("is not set")
)

// input is a value somewhere in a resource's inputs.
type input struct {
	path string
	node any
}

func (r Resource) at(path ...string) input {
	return input{node: map[string]any(r.Inputs)}.at(path...)
}

// at is the value below; what is below something unknown is unknown too.
func (in input) at(path ...string) input {
	for _, step := range path {
		next := input{path: strings.TrimPrefix(in.path+"."+step, ".")}
		switch node := in.node.(type) {
		case map[string]any:
			next.node = node[step]
		default:
			if in.unknown() {
				next.node = in.node
			}
		}
		in = next
	}
	return in
}

// unknown tells whether the value is one of the engine's placeholders, which it has for each kind of value (Unknown*Value in
// sdk/go/common/resource/plugin/rpc.go). Event logs hold the one for texts whatever the kind; the others are here so that none of them is
// ever taken for a value.
func (in input) unknown() bool {
	switch in.node {
	case Unknown, "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", "3eeb2bf0-c639-47a8-9e75-3b44932eb421", "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
		"030794c1-ac77-496b-92df-f27374a8bd58", "e48ece36-62e2-4504-bad9-02848725956a", "dd056dcd-154b-4c76-9bd3-c8f88648b5ff":
		return true
	}
	return false
}

// given tells whether there is a value, known or not; set, whether there is one that is known.
func (in input) given() bool { return in.node != nil }

func (in input) set() bool { return in.given() && !in.unknown() }

// wrong is the error of a value that is not as wanted. It names the place and no value, which may be a secret.
func (in input) wrong(want string) error {
	switch {
	case in.unknown():
		return fmt.Errorf("%s %w", in.path, errUnknown)
	case !in.given():
		return fmt.Errorf("%s %w", in.path, errMissing)
	}
	return fmt.Errorf("%s is not %s", in.path, want)
}

func (in input) text() (string, error) {
	text, is := in.node.(string)
	if !is || in.unknown() || text == "" {
		return "", in.wrong("a text")
	}
	return text, nil
}

// textOr is the text, or the default of what is not set.
func (in input) textOr(standard string) (string, error) {
	if !in.given() {
		return standard, nil
	}
	return in.text()
}

// flag is a switch, off when it is not set. Some resources take it as a text.
func (in input) flag() (bool, error) {
	switch node := in.node.(type) {
	case nil:
		return false, nil
	case bool:
		return node, nil
	case string:
		if on, err := strconv.ParseBool(node); err == nil {
			return on, nil
		}
	}
	return false, in.wrong("true or false")
}

// count is a whole number from 0 to mostUnits, as a number or as digits.
func (in input) count() (int64, error) {
	var number float64
	switch node := in.node.(type) {
	case float64:
		number = node
	case int:
		number = float64(node)
	case int64:
		number = float64(node)
	case json.Number:
		return in.digits(node.String())
	case string:
		return in.digits(node)
	default:
		return 0, in.wrong("a whole number")
	}
	if number != math.Trunc(number) || number < 0 || number > mostUnits {
		return 0, in.wrong(fmt.Sprintf("a whole number from 0 to %d", mostUnits))
	}
	return int64(number), nil
}

func (in input) digits(text string) (int64, error) {
	number, err := strconv.ParseInt(text, 10, 64)
	if err != nil || number < 0 || number > mostUnits || in.unknown() {
		return 0, in.wrong(fmt.Sprintf("a whole number from 0 to %d", mostUnits))
	}
	return number, nil
}

// countOr is the number, or the default of what is not set.
func (in input) countOr(standard int64) (int64, error) {
	if !in.given() {
		return standard, nil
	}
	return in.count()
}

// some is the elements of a list that has any.
func (in input) some() ([]input, error) {
	elements, err := in.list()
	if err == nil && len(elements) == 0 {
		return nil, fmt.Errorf("%s %w", in.path, errMissing)
	}
	return elements, err
}

// list is the elements of a list, which may have none.
func (in input) list() ([]input, error) {
	nodes, is := in.node.([]any)
	if !is {
		return nil, in.wrong("a list")
	}
	elements := make([]input, len(nodes))
	for i, node := range nodes {
		elements[i] = input{path: fmt.Sprintf("%s[%d]", in.path, i), node: node}
	}
	return elements, nil
}
