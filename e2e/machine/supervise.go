package machine

import (
	"cmp"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Supervise starts the services of the machine in folder, one after the other as they become ready, says so to Start, and keeps them running.
func Supervise(folder string) error {
	spec, err := readSpec(folder)
	if err != nil {
		return err
	}
	listener, err := net.FileListener(os.NewFile(listenerFile, "listener"))
	if err != nil {
		return err
	}
	if spec.Forward != "" {
		go forward(listener, spec.Forward)
	}
	for _, service := range spec.Services {
		go keepRunning(spec, service)
		if err := awaitReady(spec, service); err != nil {
			tell(err.Error())
			return err
		}
	}
	tell("ready")
	select {}
}

func keepRunning(spec Spec, service Service) {
	for ; ; time.Sleep(time.Second) {
		err := run(spec, service)
		fmt.Printf("%s %s has ended and is started again: %v\n", time.Now().UTC().Format(time.RFC3339), service.Name, err)
	}
}

func run(spec Spec, service Service) error {
	log, err := os.OpenFile(filepath.Join(spec.Logs(), service.Name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	command := exec.Command(service.Command[0], service.Command[1:]...)
	command.Dir = "/"
	command.Env = append(environment(spec), service.Environment...)
	command.Stdout, command.Stderr = log, log
	if err := command.Start(); err != nil {
		return err
	}
	// Tests end a service by its process id, as the machine counts them.
	pid := []byte(fmt.Sprintln(command.Process.Pid))
	if err := os.WriteFile(filepath.Join(spec.Folder, service.Name+".pid"), pid, 0o600); err != nil {
		return err
	}
	return command.Wait()
}

func awaitReady(spec Spec, service Service) error {
	within := cmp.Or(service.Within, 2*time.Minute)
	deadline := time.Now().Add(within)
	for !answers(service.Ready) {
		if time.Now().After(deadline) {
			return fmt.Errorf("%s is not ready after %s; its last words: %s", service.Name, within,
				lastLines(filepath.Join(spec.Logs(), service.Name+".log"), 3))
		}
		time.Sleep(50 * time.Millisecond)
	}
	return nil
}

// answers asks a service whether it is ready.
func answers(ready string) bool {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	switch {
	case ready == "":
		return true
	case strings.HasPrefix(ready, "http"):
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, ready, nil)
		if err != nil {
			return false
		}
		// This asks whether somebody is there, not who: nothing is sent and the answer is not read.
		client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true}}
		response, err := client.Do(request)
		if err != nil {
			return false
		}
		defer response.Body.Close()
		return response.StatusCode == http.StatusOK
	default:
		connection, err := (&net.Dialer{}).DialContext(ctx, "unix", ready)
		if err != nil {
			return false
		}
		return connection.Close() == nil
	}
}
