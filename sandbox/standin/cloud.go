package standin

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// ErrExists says that the record holds the object, or one of its names, already.
var ErrExists = errors.New("already exists")

// Object is what the record keeps of one object: who it is, never what it contains, because inputs may be secret.
type Object struct {
	Type   string            `json:"type"`
	ID     string            `json:"id"`
	URN    string            `json:"urn"`
	Claims []string          `json:"claims,omitempty"`
	Facts  map[string]string `json:"facts,omitempty"`
	SHA256 string            `json:"sha256"` // of the inputs
}

// FactOn is the fact that says what an object lives on. The objects of a Kubernetes cluster live OnCluster and go with it.
const (
	FactOn    = "on"
	OnCluster = "cluster"
)

// Cloud is the record of what exists: one small JSON file per object, in one folder per stack. A file removed by hand is drift,
// as if someone had deleted the object in the console.
type Cloud struct {
	dir string

	mu     sync.Mutex
	stacks map[string]*holdings
}

// holdings indexes one stack's folder. It is read once, so that each call costs the same however many objects there are.
type holdings struct {
	objects map[string]Object // by file name
	claims  map[string]string // claim to file name
	byType  map[string]map[string]Object
}

// OpenCloud opens the record below dir; the folder is made when the first object is.
func OpenCloud(dir string) *Cloud { return &Cloud{dir: dir, stacks: map[string]*holdings{}} }

// Find returns the object of that type and id.
func (c *Cloud) Find(stack, typ, id string) (Object, bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	h, err := c.load(stack)
	if err != nil {
		return Object{}, false, err
	}
	file := fileName(typ, id)
	o, found := h.objects[file]
	if !found {
		return Object{}, false, nil
	}
	if _, err := os.Stat(c.path(stack, file)); errors.Is(err, fs.ErrNotExist) {
		h.forget(file)
		return Object{}, false, nil
	}
	return o, true, nil
}

// Claimed returns the object that holds a claim.
func (c *Cloud) Claimed(stack, claim string) (Object, bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	h, err := c.load(stack)
	if err != nil {
		return Object{}, false, err
	}
	o, found := h.objects[h.claims[claim]]
	return o, found, nil
}

// RemoveWith removes all objects that have this fact, as the deletion of a container does with its contents.
func (c *Cloud) RemoveWith(stack, fact, value string) error {
	c.mu.Lock()
	h, err := c.load(stack)
	var gone []Object
	if err == nil {
		for _, o := range h.objects {
			if o.Facts[fact] == value {
				gone = append(gone, o)
			}
		}
	}
	c.mu.Unlock()
	for _, o := range gone {
		err = errors.Join(err, c.Remove(stack, o.Type, o.ID))
	}
	return err
}

// OfType returns all objects of one type, in no order.
func (c *Cloud) OfType(stack, typ string) ([]Object, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	h, err := c.load(stack)
	if err != nil {
		return nil, err
	}
	var out []Object
	for _, o := range h.byType[typ] {
		out = append(out, o)
	}
	return out, nil
}

// Add records a new object. It returns ErrExists, wrapped with what is taken, and records nothing when the id or a claim is.
func (c *Cloud) Add(stack string, o Object) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	h, err := c.load(stack)
	if err != nil {
		return err
	}
	file := fileName(o.Type, o.ID)
	if held, taken := h.objects[file]; taken {
		return fmt.Errorf("%s %s %w as %s", o.Type, o.ID, ErrExists, held.URN)
	}
	if err := h.claimed(file, o); err != nil {
		return err
	}
	if err := c.write(stack, file, o); err != nil {
		return err
	}
	h.remember(file, o)
	return nil
}

// Change rewrites the entry of an object that an update changed.
func (c *Cloud) Change(stack string, o Object) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	h, err := c.load(stack)
	if err != nil {
		return err
	}
	file := fileName(o.Type, o.ID)
	if _, found := h.objects[file]; !found {
		return fmt.Errorf("%s %s is gone: run refresh to see what else changed outside the program", o.Type, o.ID)
	}
	if err := h.claimed(file, o); err != nil {
		return err
	}
	if err := c.write(stack, file, o); err != nil {
		return err
	}
	h.forget(file)
	h.remember(file, o)
	return nil
}

// Remove takes an object off the record; one that is gone already is no error.
func (c *Cloud) Remove(stack, typ, id string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	h, err := c.load(stack)
	if err != nil {
		return err
	}
	file := fileName(typ, id)
	if err := os.Remove(c.path(stack, file)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("record %s %s: %w", typ, id, err)
	}
	h.forget(file)
	return nil
}

func (h *holdings) remember(file string, o Object) {
	h.objects[file] = o
	if h.byType[o.Type] == nil {
		h.byType[o.Type] = map[string]Object{}
	}
	h.byType[o.Type][file] = o
	for _, claim := range o.Claims {
		h.claims[claim] = file
	}
}

// claimed returns ErrExists, wrapped with what is taken and by whom, when another object has one of the claims.
func (h *holdings) claimed(file string, o Object) error {
	for _, claim := range o.Claims {
		if held, taken := h.claims[claim]; taken && held != file {
			return fmt.Errorf("%s %w as %s", claim, ErrExists, h.objects[held].URN)
		}
	}
	return nil
}

func (h *holdings) forget(file string) {
	o, found := h.objects[file]
	if !found {
		return
	}
	for _, claim := range o.Claims {
		delete(h.claims, claim)
	}
	delete(h.objects, file)
	delete(h.byType[o.Type], file)
}

func (c *Cloud) load(stack string) (*holdings, error) {
	if h := c.stacks[stack]; h != nil {
		return h, nil
	}
	h := &holdings{objects: map[string]Object{}, claims: map[string]string{}, byType: map[string]map[string]Object{}}
	entries, err := os.ReadDir(filepath.Join(c.dir, stack))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("record of stack %s: %w", stack, err)
	}
	for _, e := range entries {
		if filepath.Ext(e.Name()) != ".json" {
			continue
		}
		raw, err := os.ReadFile(c.path(stack, e.Name()))
		if err != nil {
			return nil, fmt.Errorf("record of stack %s: %w", stack, err)
		}
		var o Object
		if err := json.Unmarshal(raw, &o); err != nil {
			return nil, fmt.Errorf("record %s is damaged (%w): remove the file and run refresh", c.path(stack, e.Name()), err)
		}
		h.remember(e.Name(), o)
	}
	c.stacks[stack] = h
	return h, nil
}

// write replaces the file in one step, so that a run that is killed leaves no half entry.
func (c *Cloud) write(stack, file string, o Object) error {
	raw, err := json.MarshalIndent(o, "", "  ")
	if err != nil {
		return fmt.Errorf("record %s: %w", o.ID, err)
	}
	path := c.path(stack, file)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("record %s: %w", o.ID, err)
	}
	if err := os.WriteFile(path+".new", append(raw, '\n'), 0o600); err != nil {
		return fmt.Errorf("record %s: %w", o.ID, err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return fmt.Errorf("record %s: %w", o.ID, err)
	}
	return nil
}

func (c *Cloud) path(stack, file string) string { return filepath.Join(c.dir, stack, file) }

// fileName is readable enough to pick an object by hand: the type, the beginning of the id, and a hash that makes it unique.
func fileName(typ, id string) string {
	sum := sha256.Sum256([]byte(typ + "\x00" + id))
	return plainName(typ) + "." + plainName(id) + "." + hex.EncodeToString(sum[:6]) + ".json"
}

func plainName(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_':
			return r
		default:
			return '-'
		}
	}, s)
	// Well below the 255 bytes that a file name may have.
	return s[:min(len(s), 80)]
}

// fingerprint hashes inputs in an order that does not depend on the map.
func fingerprint(inputs resource.PropertyMap) string {
	c := &Call{}
	// Maps with string keys are encoded in key order.
	raw, err := json.Marshal(c.plain(resource.NewProperty(inputs)))
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}
