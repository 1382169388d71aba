package debian

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// skeleton makes an empty root with the merged /usr that Debian has had since its release 12: some packages say /lib, others /usr/lib, and mean the same.
func skeleton(root string) error {
	for _, name := range []string{"bin", "sbin", "lib", "lib64"} {
		if err := os.MkdirAll(filepath.Join(root, "usr", name), 0o755); err != nil {
			return err
		}
		if err := os.Symlink(filepath.Join("usr", name), filepath.Join(root, name)); err != nil {
			return err
		}
	}
	return nil
}

// extract unpacks one archive and gives its package and version. dpkg-deb --extract would put a folder in the place of the links of the merged /usr, so tar
// is told to go through them.
func extract(ctx context.Context, archive, root string) (name, version string, err error) {
	fields, err := output(ctx, nil, "dpkg-deb", "--showformat=${Package} ${Version}", "--show", archive)
	if err != nil {
		return "", "", err
	}
	name, version, ok := strings.Cut(strings.TrimSpace(fields), " ")
	if !ok {
		return "", "", fmt.Errorf("%s: its fields are %q, want a package and a version: delete the cache and try again", archive, fields)
	}
	from := exec.CommandContext(ctx, "dpkg-deb", "--fsys-tarfile", archive)
	to := exec.CommandContext(ctx, "tar", "--extract", "--keep-directory-symlink", "--preserve-permissions", "--numeric-owner", "--directory", root)
	reader, writer := io.Pipe()
	var said bytes.Buffer
	from.Stdout, from.Stderr = writer, &said
	to.Stdin, to.Stderr = reader, &said
	if err := to.Start(); err != nil {
		return "", "", err
	}
	failed := from.Run()
	writer.CloseWithError(failed)
	if err := errors.Join(failed, to.Wait()); err != nil {
		return "", "", fmt.Errorf("unpacking %s: %w: %s", filepath.Base(archive), err, strings.TrimSpace(said.String()))
	}
	return name, version, nil
}

// link makes a symbolic link where nothing is yet.
func link(path, target string) error {
	if _, err := os.Lstat(path); err == nil {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.Symlink(target, path)
}
