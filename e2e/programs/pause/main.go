// Pause is the first process of a pod: it holds the pod's namespaces, buries the orphans of the pod's containers where they share its PID namespace, and
// waits to be told to end.
package main

import (
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ends := make(chan os.Signal, 1)
	signal.Notify(ends, syscall.SIGTERM, syscall.SIGINT)
	deaths := make(chan os.Signal, 1)
	signal.Notify(deaths, syscall.SIGCHLD)
	bury() // who died before
	for {
		select {
		case <-ends:
			return
		case <-deaths:
			bury()
		}
	}
}

// bury reaps every child that has died: several deaths may come as one signal.
func bury() {
	for {
		pid, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil)
		if err == syscall.EINTR {
			continue
		}
		if err != nil || pid <= 0 {
			return
		}
	}
}
