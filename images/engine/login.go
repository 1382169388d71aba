package engine

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Login is an account of a container registry.
type Login struct {
	Registry, User, Password string
}

// Write puts the account where buildctl, trivy, syft and cosign look for it, in a folder of its own, and returns the variable that
// points there and what removes it. The password is in no argument, for those are seen in the list of processes.
func (l Login) Write() (environment []string, remove func() error, err error) {
	if l.Registry == "" || l.User == "" || l.Password == "" {
		return nil, nil, errors.New("registry login is incomplete, want CI_REGISTRY, CI_REGISTRY_USER and CI_REGISTRY_PASSWORD")
	}
	folder, err := os.MkdirTemp("", "registry-login-")
	if err != nil {
		return nil, nil, err
	}
	remove = func() error { return os.RemoveAll(folder) }
	// The form that every reader of the file knows.
	account := base64.StdEncoding.EncodeToString([]byte(l.User + ":" + l.Password))
	raw, err := json.Marshal(map[string]any{"auths": map[string]any{l.Registry: map[string]string{"auth": account}}})
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, "config.json"), raw, 0o600)
	}
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("registry login: %w", err), remove())
	}
	return []string{"DOCKER_CONFIG=" + folder}, remove, nil
}
