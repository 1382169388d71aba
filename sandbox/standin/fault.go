package standin

import (
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
)

// Fault makes one create fail on purpose.
type Fault struct {
	// Type is the resource type whose creation fails.
	Type string
	// Nth says which creation of that type in this run, counted from 1.
	Nth int64

	seen atomic.Int64
}

// ParseFault reads TYPE or TYPE:NTH; the type itself contains two colons.
func ParseFault(text string) (*Fault, error) {
	parts := strings.Split(text, ":")
	f := &Fault{Type: text, Nth: 1}
	if len(parts) == 4 {
		nth, err := strconv.ParseInt(parts[3], 10, 64)
		if err != nil || nth < 1 {
			return nil, fmt.Errorf("fault %q: nth is %q, want a number from 1", text, parts[3])
		}
		f.Type, f.Nth = strings.Join(parts[:3], ":"), nth
	}
	if len(parts) < 3 || len(parts) > 4 || parts[0] == "" || parts[1] == "" || parts[2] == "" {
		return nil, fmt.Errorf("fault %q: want TYPE or TYPE:NTH, such as aws:ec2/natGateway:NatGateway:2", text)
	}
	return f, nil
}

// strike counts one creation and fails the one that was asked for.
func (f *Fault) strike(typ, name string) error {
	if f == nil || f.Type != typ || f.seen.Add(1) != f.Nth {
		return nil
	}
	return fmt.Errorf("create %s %s: injected fault (SANDBOX_FAULT=%s:%d)", typ, name, f.Type, f.Nth)
}

// Struck tells whether the creation that was to fail was asked for.
func (f *Fault) Struck() bool { return f == nil || f.seen.Load() >= f.Nth }
