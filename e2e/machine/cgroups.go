package machine

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"
)

const cgroupMount = "/sys/fs/cgroup"

// cgroupRoots are the hierarchies in which the machine gets a group: all of version 1, or the one of version 2.
func cgroupRoots() ([]string, error) {
	if _, err := os.Stat(filepath.Join(cgroupMount, "cgroup.controllers")); err == nil {
		return []string{cgroupMount}, nil
	}
	entries, err := os.ReadDir(cgroupMount)
	if err != nil {
		return nil, err
	}
	var roots []string
	for _, entry := range entries {
		root := filepath.Join(cgroupMount, entry.Name())
		// Of two names for one hierarchy one is a link.
		if _, err := os.Stat(filepath.Join(root, "cgroup.procs")); err == nil && entry.Type()&fs.ModeSymlink == 0 {
			roots = append(roots, root)
		}
	}
	return roots, nil
}

// makeCgroups makes the group below which kubelet makes those of its pods.
func makeCgroups(name string) error {
	roots, err := cgroupRoots()
	if err != nil {
		return err
	}
	for _, root := range roots {
		group := filepath.Join(root, name)
		if err := os.MkdirAll(group, 0o755); err != nil {
			return fmt.Errorf("control group %s: %w", group, err)
		}
		for _, file := range []string{"cpuset.cpus", "cpuset.mems"} {
			// A new group of version 1 has no processors and no memory, and nothing can run in it until somebody gives it some.
			if all, err := os.ReadFile(filepath.Join(root, file)); err == nil && len(strings.TrimSpace(string(all))) > 0 {
				if err := os.WriteFile(filepath.Join(group, file), all, 0o644); err != nil {
					return fmt.Errorf("control group %s: %w", group, err)
				}
			}
		}
		if root == cgroupMount {
			controllers, err := os.ReadFile(filepath.Join(root, "cgroup.controllers"))
			if err != nil {
				return err
			}
			for _, controller := range strings.Fields(string(controllers)) {
				for _, parent := range []string{root, group} {
					// What is refused for one, such as rdma, is missed by nobody.
					_ = os.WriteFile(filepath.Join(parent, "cgroup.subtree_control"), []byte("+"+controller), 0o644)
				}
			}
		}
	}
	return nil
}

// removeCgroups removes the machine's groups with all below. They are empty a moment after their last process has ended.
func removeCgroups(name string) error {
	roots, err := cgroupRoots()
	if err != nil {
		return err
	}
	var all []error
	for _, root := range roots {
		group := filepath.Join(root, name)
		var folders []string
		_ = filepath.WalkDir(group, func(path string, entry fs.DirEntry, err error) error {
			if err == nil && entry.IsDir() {
				folders = append(folders, path)
			}
			return nil
		})
		sort.Sort(sort.Reverse(sort.StringSlice(folders)))
		for _, folder := range folders {
			all = append(all, removeCgroup(folder))
		}
	}
	return errors.Join(all...)
}

func removeCgroup(folder string) error {
	var err error
	for range 100 {
		if err = os.Remove(folder); err == nil || errors.Is(err, os.ErrNotExist) {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return fmt.Errorf("control group: %w", err)
}
