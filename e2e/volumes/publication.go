package volumes

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// publication is one mount of a volume, wanted or there. The target is resolved.
type publication struct {
	target, mode string
	readOnly     bool
}

// at says whether one of the mounts is at a target.
func at(mounts []mount, target string) bool {
	return slices.ContainsFunc(mounts, func(m mount) bool { return m.target == target })
}

// whole says whether a mount is one of a volume as a whole: not of something in it, and not of something else.
func whole(uses []mount, m mount) bool {
	return slices.ContainsFunc(uses, func(u mount) bool { return u.id == m.id && !u.part })
}

// uses returns the mounts of a volume, wherever they are and whoever made them.
func (s *store) uses(id string) ([]mount, error) {
	return mountsOf(s.data(id))
}

// inside returns what is mounted in a volume's folder, which is not the volume's to delete.
func (s *store) inside(id string) ([]mount, error) {
	table, err := mountTable()
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(table, func(m mount) bool { return !within(s.data(id), m.target) }), nil
}

// admit decides on a publication: done when it is there already, an error with its CSI code when it must not be.
func (s *store) admit(id string, r record, p publication) (done bool, err error) {
	if !r.allows(p.mode) {
		return false, status.Errorf(codes.FailedPrecondition, "volume %s: access mode is %s, want one of %v: it was made for one user", id, p.mode, r.AccessModes)
	}
	uses, err := s.uses(id)
	if err != nil {
		return false, status.Error(codes.Internal, err.Error())
	}
	there, err := mountedAt(p.target)
	if err != nil {
		return false, status.Error(codes.Internal, err.Error())
	}
	for _, m := range there {
		mode := cmp.Or(r.Published[p.target], "unknown")
		switch {
		case !whole(uses, m):
			return false, status.Errorf(codes.AlreadyExists, "volume %s: target %s has another mount, want none: unmount it", id, p.target)
		case m.readOnly != p.readOnly || mode != p.mode:
			return false, status.Errorf(codes.AlreadyExists, "volume %s: target %s is published as %s, read-only %t, want %s, read-only %t: unpublish it first",
				id, p.target, mode, m.readOnly, p.mode, p.readOnly)
		}
	}
	if len(there) > 0 {
		return true, nil
	}
	for _, m := range uses {
		// A mount whose mode nobody recorded may be anybody's: it is in the way. A part of a shared volume is not, it belongs to a pod
		// that has the whole too (subPath).
		if p.mode != shared || !m.part && r.Published[m.target] != shared {
			return false, status.Errorf(codes.FailedPrecondition, "volume %s: in use at %s, want no other use for %s: wait until it is unpublished there",
				id, m.target, p.mode)
		}
	}
	return false, nil
}

// publish makes an admitted publication. The mode is recorded before there is a mount: a record too many is nothing, a mount without its
// record keeps everybody else out.
func (s *store) publish(id string, r record, p publication) error {
	uses, err := s.uses(id)
	if err != nil {
		return err
	}
	published := map[string]string{p.target: p.mode}
	for target, mode := range r.Published {
		if at(uses, target) {
			published[target] = mode
		}
	}
	r.Published = published
	if err := s.save(id, r); err != nil {
		return err
	}
	if err := os.Mkdir(p.target, 0o750); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("volume %s: target: %w", id, err)
	}
	if err := bind(s.data(id), p.target, p.readOnly); err != nil {
		return errors.Join(fmt.Errorf("volume %s: %w", id, err), os.Remove(p.target))
	}
	return nil
}

// unpublish removes a publication. It touches no mount but the volume's own, and nothing that lies in the target without a mount.
func (s *store) unpublish(id string, r record, target string) error {
	uses, err := s.uses(id)
	if err != nil {
		return err
	}
	there, err := mountedAt(target)
	if err != nil {
		return err
	}
	for _, m := range there {
		if !whole(uses, m) {
			return fmt.Errorf("volume %s: target %s has another mount, want none or the volume's: unmount it", id, target)
		}
	}
	if len(there) > 0 {
		if err := unmount(target); err != nil {
			return fmt.Errorf("volume %s: %w", id, err)
		}
	}
	if err := os.Remove(target); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("volume %s: target: %w", id, err)
	}
	if _, recorded := r.Published[target]; !recorded {
		return nil
	}
	delete(r.Published, target)
	return s.save(id, r)
}
