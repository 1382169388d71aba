package policies

import (
	"errors"
	"io"
	"net"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// asked is a name that every cluster has.
const asked = "kubernetes.default.svc.cluster.local."

// ask sends a question to a DNS server and waits for its answer, whatever it is.
func ask(server net.Conn, within time.Duration) error {
	name, err := dnsmessage.NewName(asked)
	if err != nil {
		return err
	}
	const id = 1
	question := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: id, RecursionDesired: true},
		Questions: []dnsmessage.Question{{Name: name, Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET}},
	}
	packed, err := question.Pack()
	if err != nil {
		return err
	}
	if err := server.SetDeadline(time.Now().Add(within)); err != nil {
		return err
	}
	if _, err := server.Write(packed); err != nil {
		return err
	}
	buffer := make([]byte, 1232)
	n, err := server.Read(buffer)
	if err != nil {
		return err
	}
	var answer dnsmessage.Parser
	header, err := answer.Start(buffer[:n])
	if err != nil {
		return err
	}
	if header.ID != id || !header.Response {
		return errors.New("what came back is no answer of a DNS server")
	}
	return nil
}

// answer answers every question with an empty answer.
func answer(address string) (io.Closer, error) {
	server, err := net.ListenPacket("udp4", address)
	if err != nil {
		return nil, err
	}
	go func() {
		buffer := make([]byte, 1232)
		for {
			n, from, err := server.ReadFrom(buffer)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buffer[:n]) != nil {
				continue
			}
			m.Response = true
			if packed, err := m.Pack(); err == nil {
				_, _ = server.WriteTo(packed, from)
			}
		}
	}()
	return server, nil
}
