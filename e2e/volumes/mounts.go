package volumes

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// mount is a line of /proc/self/mountinfo (proc_pid_mountinfo(5)).
type mount struct {
	id       uint64
	device   string // major:minor
	root     string // what of the file system is mounted
	target   string
	readOnly bool
	// part is for mountsOf to say: what is mounted is in the folder, and not the folder itself.
	part bool
}

// mountTable reads what is mounted where. It is the only truth about publications: it survives this process, and a mount that somebody
// else removed or left behind is in it.
func mountTable() ([]mount, error) {
	content, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return nil, fmt.Errorf("mount table: %w", err)
	}
	var table []mount
	for line := range strings.Lines(string(content)) {
		m, err := parseMount(line)
		if err != nil {
			return nil, err
		}
		table = append(table, m)
	}
	return table, nil
}

func parseMount(line string) (mount, error) {
	f := strings.Fields(line)
	if len(f) < 6 {
		return mount{}, fmt.Errorf("mount table: line %q has %d fields, want at least 6", line, len(f))
	}
	id, err := strconv.ParseUint(f[0], 10, 64)
	if err != nil {
		return mount{}, fmt.Errorf("mount table: line %q: %w", line, err)
	}
	m := mount{id: id, device: f[2], root: unescape(f[3]), target: unescape(f[4])}
	for _, option := range strings.Split(f[5], ",") {
		m.readOnly = m.readOnly || option == "ro"
	}
	return m, nil
}

// octal is how the mount table writes a space, a tab, a line break, a backslash and a number sign.
var octal = regexp.MustCompile(`\\[0-7]{3}`)

func unescape(field string) string {
	return octal.ReplaceAllStringFunc(field, func(code string) string {
		n, err := strconv.ParseUint(code[1:], 8, 8)
		if err != nil {
			return code
		}
		return string([]byte{byte(n)})
	})
}

// mountsOf returns the mounts that lead into a folder: of the folder itself, and of anything in it, as kubelet makes them for a subPath.
func mountsOf(folder string) ([]mount, error) {
	table, err := mountTable()
	if err != nil {
		return nil, err
	}
	var s unix.Statx_t
	if err := unix.Statx(unix.AT_FDCWD, folder, unix.AT_SYMLINK_NOFOLLOW, unix.STATX_MNT_ID, &s); err != nil {
		return nil, fmt.Errorf("mount table: %s: %w", folder, err)
	}
	for _, home := range table {
		if home.id != s.Mnt_id {
			continue
		}
		below, err := filepath.Rel(home.target, folder)
		if err != nil {
			return nil, fmt.Errorf("mount table: %w", err)
		}
		source := filepath.Join(home.root, below)
		var found []mount
		for _, m := range table {
			if m.device == home.device && within(source, m.root) {
				m.part = m.root != source
				found = append(found, m)
			}
		}
		return found, nil
	}
	return nil, fmt.Errorf("mount table: %s is on mount %d, want a mount of the table", folder, s.Mnt_id)
}

// within says whether a path is a folder or in it.
func within(folder, path string) bool {
	return path == folder || strings.HasPrefix(path, strings.TrimSuffix(folder, "/")+"/")
}

// mountedAt returns what is mounted at a target.
func mountedAt(target string) ([]mount, error) {
	table, err := mountTable()
	if err != nil {
		return nil, err
	}
	var found []mount
	for _, m := range table {
		if m.target == target {
			found = append(found, m)
		}
	}
	return found, nil
}

// bind mounts a folder at a target, which is a folder too. The mount gets its attributes before it gets its place, so a read-only mount
// can at no moment be written through, not even when this process is killed half-way. Needs Linux 5.12 (mount_setattr(2)).
func bind(folder, target string, readOnly bool) error {
	tree, err := unix.OpenTree(unix.AT_FDCWD, folder, unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC|unix.AT_SYMLINK_NOFOLLOW)
	if err != nil {
		return fmt.Errorf("bind %s: %w", folder, err)
	}
	defer unix.Close(tree)
	if readOnly {
		if err := unix.MountSetattr(tree, "", unix.AT_EMPTY_PATH, &unix.MountAttr{Attr_set: unix.MOUNT_ATTR_RDONLY}); err != nil {
			return fmt.Errorf("bind %s read-only: %w", folder, err)
		}
	}
	if err := unix.MoveMount(tree, "", unix.AT_FDCWD, target, unix.MOVE_MOUNT_F_EMPTY_PATH); err != nil {
		return fmt.Errorf("bind %s at %s: %w", folder, target, err)
	}
	return nil
}

// unmount takes a mount away, and fails while somebody uses it. It never detaches lazily: a process that still writes would go on
// writing with nothing of it left in the mount table, and the volume would pass for free.
func unmount(target string) error {
	if err := unix.Unmount(target, unix.UMOUNT_NOFOLLOW); err != nil {
		return fmt.Errorf("unmount %s: %w", target, err)
	}
	return nil
}
