package policies

import (
	"errors"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"
)

// connect opens a connection and closes it. The system call alone does not tell a port that nobody listens on from a policy that refuses:
// both are ECONNREFUSED. What came by ICMP is in the socket's error queue (ip(7), IP_RECVERR); what the other end said is not.
func connect(from netip.Addr, to netip.AddrPort, within time.Duration) (Outcome, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return "", err
	}
	defer func() { _ = unix.Close(fd) }()
	if err := unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_RECVERR, 1); err != nil {
		return "", err
	}
	if err := unix.Bind(fd, &unix.SockaddrInet4{Addr: from.As4()}); err != nil {
		return "", err
	}
	err = unix.Connect(fd, &unix.SockaddrInet4{Addr: to.Addr().As4(), Port: int(to.Port())})
	if errors.Is(err, unix.EINPROGRESS) {
		err = await(fd, within)
	}
	switch {
	case err == nil:
		return Connected, nil
	case errors.Is(err, unix.ECONNREFUSED) && !toldByICMP(fd):
		return Answered, nil
	default:
		return outcomeOf(err)
	}
}

// await waits until a connection is made and returns why it was not.
func await(fd int, within time.Duration) error {
	deadline := time.Now().Add(within)
	for {
		left := time.Until(deadline).Milliseconds()
		if left <= 0 {
			return unix.ETIMEDOUT
		}
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}, int(left))
		switch {
		case errors.Is(err, unix.EINTR), err == nil && n == 0:
		case err != nil:
			return err
		default:
			number, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ERROR)
			if err != nil || number == 0 {
				return err
			}
			return unix.Errno(number)
		}
	}
}

// toldByICMP tells whether the socket's error came in a packet of ICMP, from whoever that was.
func toldByICMP(fd int) bool {
	// The queue holds nothing else: neither timestamps nor zero-copy notices were asked for.
	_, _, _, _, err := unix.Recvmsg(fd, nil, make([]byte, 512), unix.MSG_ERRQUEUE)
	return err == nil
}
