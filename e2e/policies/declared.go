package policies

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"sigs.k8s.io/yaml"
)

// Everyone stands for every workload of the stack on the pods' network, as the source of a declared connection.
const Everyone = "*"

// Pair is a connection that may be or not be: who connects to whom, and on which port (NUMBER or NUMBER/udp).
type Pair struct{ From, To, Port string }

func (p Pair) String() string { return p.From + " -> " + p.To + ":" + p.Port }

// Declared are the connections of a stack that may be, and why.
type Declared map[Pair]string

// line of the file of declared connections.
type line struct {
	From  string `json:"from"`
	To    string `json:"to"`
	Ports []any  `json:"ports"`
	Why   string `json:"why"`
}

// ReadDeclared reads a file of declared connections.
func ReadDeclared(path string) (Declared, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var lines []line
	if err := yaml.UnmarshalStrict(data, &lines); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	declared := Declared{}
	var mistakes []error
	for i, l := range lines {
		if l.From == "" || l.To == "" || l.Why == "" || len(l.Ports) == 0 {
			mistakes = append(mistakes, fmt.Errorf("%s: entry %d: from, to, ports or why is missing, want all", path, i+1))
		}
		for _, port := range l.Ports {
			pair := Pair{l.From, l.To, fmt.Sprint(port)}
			if number, err := strconv.Atoi(strings.TrimSuffix(pair.Port, "/udp")); err != nil || number < 1 || number > 65535 {
				mistakes = append(mistakes, fmt.Errorf("%s: entry %d: port is %q, want NUMBER or NUMBER/udp", path, i+1, pair.Port))
			}
			if _, twice := declared[pair]; twice {
				mistakes = append(mistakes, fmt.Errorf("%s: entry %d: %s is there twice, want it once", path, i+1, pair))
			}
			declared[pair] = l.Why
		}
	}
	return declared, errors.Join(mistakes...)
}

// entry returns the declaration that a cell falls under.
func (d Declared) entry(c Cell) (Pair, bool) {
	pair := c.Pair()
	if _, ok := d[pair]; ok {
		return pair, true
	}
	if c.From.Stack {
		pair.From = Everyone
		_, ok := d[pair]
		return pair, ok
	}
	return pair, false
}
