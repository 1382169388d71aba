package volumes

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
)

// listen opens a unix socket for root alone, in place of one that an earlier process left behind when it was killed. It takes neither
// a socket that somebody answers nor the place of another kind of file. Closing the listener removes the socket.
func listen(path string) (net.Listener, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return nil, fmt.Errorf("volumes: socket: %w", err)
	}
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, fmt.Errorf("volumes: socket: %w", err)
	case info.Mode().Type() != fs.ModeSocket:
		return nil, fmt.Errorf("volumes: socket %s: file is %s, want a socket or nothing: remove it", path, info.Mode().Type())
	default:
		if other, err := net.Dial("unix", path); err == nil {
			other.Close()
			return nil, fmt.Errorf("volumes: socket %s: another process answers, want nobody: end it first", path)
		}
		if err := os.Remove(path); err != nil {
			return nil, fmt.Errorf("volumes: socket: %w", err)
		}
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("volumes: socket: %w", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		l.Close()
		return nil, fmt.Errorf("volumes: socket: %w", err)
	}
	return l, nil
}
