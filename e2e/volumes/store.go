package volumes

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sync"

	"golang.org/x/sys/unix"
)

// store keeps the volumes under a root. Its mutex is held by every call that changes something, from the first look to the last write:
// two publications that look at the mount table at the same time would both find the volume free.
type store struct {
	sync.Mutex
	dir  string
	lock *os.File
}

// record is what the driver knows of a volume beside its data: volumes/ID.json.
type record struct {
	Name string `json:"name"`
	// Claim is the volume claim that it was made for, namespace/name: for people who look for a pod's data.
	Claim         string `json:"claim,omitempty"`
	CapacityBytes int64  `json:"capacityBytes"`
	// AccessModes are those it was made for, as CSI names them.
	AccessModes []string `json:"accessModes"`
	// Published has the access mode of each publication by its target. It says how, never whether: that is in the mount table.
	Published map[string]string `json:"published,omitempty"`
}

var errNoVolume = errors.New("volume does not exist")

// idFormat is what idOf makes. Everything else is the id of no volume, so no id leads out of the store's folder.
var idFormat = regexp.MustCompile(`^[0-9a-f]{32}$`)

// idOf derives the id of a volume from its name: a second call for one name finds the volume of the first without an index, and a name
// of any characters makes a plain file name.
func idOf(name string) string {
	sum := sha256.Sum256([]byte(name))
	return hex.EncodeToString(sum[:16])
}

// openStore takes a root for this process alone. The lock goes with the process, however it ends.
func openStore(root string) (*store, error) {
	dir := filepath.Join(root, "volumes")
	// Nobody but root reaches the data from here; pods reach it through their mounts.
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("volumes: root: %w", err)
	}
	// The mount table knows paths without symbolic links.
	dir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return nil, fmt.Errorf("volumes: root: %w", err)
	}
	lock, err := os.OpenFile(filepath.Join(filepath.Dir(dir), "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("volumes: root: %w", err)
	}
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		lock.Close()
		return nil, fmt.Errorf("volumes: root %s: another driver holds it, want one driver: end the other first: %w", root, err)
	}
	return &store{dir: dir, lock: lock}, nil
}

func (s *store) close() { s.lock.Close() }

// data is the folder of a volume's data, record that of its record.
func (s *store) data(id string) string   { return filepath.Join(s.dir, id) }
func (s *store) record(id string) string { return filepath.Join(s.dir, id+".json") }

// load reads a volume's record. Its error is errNoVolume when there is none.
func (s *store) load(id string) (record, error) {
	var r record
	if !idFormat.MatchString(id) {
		return r, errNoVolume
	}
	content, err := os.ReadFile(s.record(id))
	if errors.Is(err, fs.ErrNotExist) {
		return r, errNoVolume
	}
	if err != nil {
		return r, fmt.Errorf("volume %s: %w", id, err)
	}
	if err := json.Unmarshal(content, &r); err != nil {
		return r, fmt.Errorf("volume %s: record: %w", id, err)
	}
	return r, nil
}

// save writes a volume's record, whole or not at all.
func (s *store) save(id string, r record) error {
	content, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("volume %s: record: %w", id, err)
	}
	next := s.record(id) + ".next"
	if err := os.WriteFile(next, append(content, '\n'), 0o600); err != nil {
		return fmt.Errorf("volume %s: record: %w", id, err)
	}
	if err := os.Rename(next, s.record(id)); err != nil {
		return fmt.Errorf("volume %s: record: %w", id, err)
	}
	return nil
}

// create makes an empty volume. The record comes last: a volume without one does not exist.
func (s *store) create(id string, r record) error {
	// What a deletion that was cut short has left must not turn up in a new volume.
	if err := os.RemoveAll(s.data(id)); err != nil {
		return fmt.Errorf("volume %s: %w", id, err)
	}
	// As a new file system has it: owner root, and a pod that is not root needs its fsGroup.
	if err := os.Mkdir(s.data(id), 0o755); err != nil {
		return fmt.Errorf("volume %s: %w", id, err)
	}
	if err := os.Chmod(s.data(id), 0o755); err != nil {
		return fmt.Errorf("volume %s: %w", id, err)
	}
	return s.save(id, r)
}

// remove deletes a volume's data, then its record: when it fails half-way the volume still exists, and the next attempt goes on.
func (s *store) remove(id string) error {
	if err := os.RemoveAll(s.data(id)); err != nil {
		return fmt.Errorf("volume %s: %w", id, err)
	}
	if err := os.Remove(s.record(id)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("volume %s: %w", id, err)
	}
	return nil
}
