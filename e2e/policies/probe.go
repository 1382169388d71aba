package policies

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"sync"
	"syscall"
	"time"
)

// Plan is what Probe does: it opens ports where nobody listens on them yet, then dials.
type Plan struct {
	// Listen are the HOST:PORT of TCP ports, Answer those of UDP ports that answer like a DNS server.
	Listen []string `json:"listen"`
	Answer []string `json:"answer"`
	Dial   []Dial   `json:"dial"`
}

// Dial is one connection to try.
type Dial struct {
	// From is the address that connects, To the HOST:PORT that it connects to. Both say in whose network namespace.
	From string `json:"from"`
	To   string `json:"to"`
	// UDP sends a question to a DNS server instead, and waits for the answer: UDP itself knows no connections.
	UDP bool `json:"udp,omitempty"`
	// Expected gives it more time, because it should get through: a computer that is busy must not look like a network that cuts off.
	Expected bool `json:"expected,omitempty"`
}

// Outcome says how a Dial went.
type Outcome string

const (
	Connected Outcome = "connected"
	// Answered means that the other end itself said that nobody listens: the network let both packets pass.
	Answered Outcome = "answered"
	// Refused and Unreachable are what somebody on the way said, by ICMP.
	Refused     Outcome = "refused"
	Unreachable Outcome = "unreachable"
	TimedOut    Outcome = "timed out"
)

// Through tells whether the network let the connection pass.
func (o Outcome) Through() bool { return o == Connected || o == Answered }

const (
	// patience is how long a connection may take. The kernel limits how often it says no (icmp_ratelimit), so most of the connections
	// that are cut off end by it. Made ones take a millisecond, or one second more when a packet was lost.
	patience         = 1500 * time.Millisecond
	expectedPatience = 10 * time.Second
	// together is how many connections are tried at once. Each holds a thread.
	together = 512
)

// Probe reads a Plan in JSON and writes an Outcome for each Dial, in their order. It runs where the pods' network namespaces are.
func Probe(ctx context.Context, in io.Reader, out io.Writer) error {
	var plan Plan
	if err := json.NewDecoder(in).Decode(&plan); err != nil {
		return fmt.Errorf("probe: plan: %w", err)
	}
	places, err := findPlaces()
	if err != nil {
		return err
	}
	var open []io.Closer
	defer func() {
		for _, socket := range open {
			_ = socket.Close()
		}
	}()
	for _, address := range plan.Listen {
		if err := places.open(address, listen, &open); err != nil {
			return err
		}
	}
	for _, address := range plan.Answer {
		if err := places.open(address, answer, &open); err != nil {
			return err
		}
	}
	outcomes, err := places.dialAll(ctx, plan.Dial)
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(outcomes)
}

// open opens a port in the network namespace that has its address, and adds what closes it. Where somebody listens it does nothing.
func (p places) open(address string, with func(address string) (io.Closer, error), opened *[]io.Closer) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	err = p.inside(host, func() error {
		socket, err := with(address)
		if err == nil {
			*opened = append(*opened, socket)
		}
		return err
	})
	if err != nil && !errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("listen on %s: %w", address, err)
	}
	return nil
}

func listen(address string) (io.Closer, error) {
	l, err := net.Listen("tcp4", address)
	if err != nil {
		return nil, err
	}
	go func() {
		for {
			connection, err := l.Accept()
			if err != nil {
				return
			}
			_ = connection.Close()
		}
	}()
	return l, nil
}

func (p places) dialAll(ctx context.Context, dials []Dial) ([]Outcome, error) {
	outcomes, mistakes := make([]Outcome, len(dials)), make([]error, len(dials))
	free := make(chan struct{}, together)
	var all sync.WaitGroup
	for i, d := range dials {
		free <- struct{}{}
		all.Go(func() {
			defer func() { <-free }()
			err := p.inside(d.From, func() error {
				var err error
				outcomes[i], err = d.try(ctx)
				return err
			})
			if err != nil {
				mistakes[i] = fmt.Errorf("dial %s from %s: %w", d.To, d.From, err)
			}
		})
	}
	all.Wait()
	return outcomes, errors.Join(mistakes...)
}

// try connects from where the caller is. What keeps it from trying is an error and no Outcome: a probe that is broken must not look like
// a network that cuts off.
func (d Dial) try(ctx context.Context) (Outcome, error) {
	from, err := netip.ParseAddr(d.From)
	if err != nil {
		return "", err
	}
	to, err := netip.ParseAddrPort(d.To)
	if err != nil {
		return "", err
	}
	within := patience
	if d.Expected {
		within = expectedPatience
	}
	if !d.UDP {
		return connect(from, to, within)
	}
	dialer := net.Dialer{LocalAddr: net.UDPAddrFromAddrPort(netip.AddrPortFrom(from, 0))}
	server, err := dialer.DialContext(ctx, "udp4", d.To)
	if err != nil {
		return outcomeOf(err)
	}
	defer server.Close()
	if err := ask(server, within); err != nil {
		return outcomeOf(err)
	}
	return Connected, nil
}

func outcomeOf(err error) (Outcome, error) {
	switch {
	case errors.Is(err, syscall.ETIMEDOUT), errors.Is(err, os.ErrDeadlineExceeded):
		return TimedOut, nil
	case errors.Is(err, syscall.ECONNREFUSED):
		return Refused, nil
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return Unreachable, nil
	default:
		return "", err
	}
}
