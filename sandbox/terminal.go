package main

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// foreground tells whether this process holds the terminal behind a file descriptor; false when it is no terminal.
func foreground(fd uintptr) bool {
	group, err := unix.IoctlGetInt(int(fd), unix.TIOCGPGRP)
	return err == nil && group == syscall.Getpgrp()
}
