package images

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// tree is the content of one layer: path without a leading slash -> entry. It knows no owners and no times: every file is root's and as old as Unix, so that
// the same content is the same layer, whenever and wherever it was made.
type tree map[string]entry

// entry is a folder (nothing set), a link, a file of this machine or a text.
type entry struct {
	link   string
	file   string
	text   string
	isText bool
	mode   fs.FileMode // permission bits, the sticky bit of /tmp
}

// epoch is the time of everything in an image.
var epoch = time.Unix(0, 0).UTC()

// unwanted are folders of Debian packages that nothing reads in a container.
var unwanted = []string{"usr/share/doc", "usr/share/man", "usr/share/info", "usr/share/locale", "usr/share/lintian", "usr/share/bash-completion", "usr/share/menu"}

func (t tree) put(name string, e entry) {
	name = strings.TrimPrefix(path.Clean("/"+name), "/")
	if name == "" {
		return
	}
	if parent := path.Dir(name); parent != "." {
		if _, ok := t[parent]; !ok {
			t.put(parent, entry{mode: fs.ModeDir | 0o755})
		}
	}
	t[name] = e
}

func (t tree) folder(name string, mode fs.FileMode) { t.put(name, entry{mode: fs.ModeDir | mode}) }

func (t tree) write(name, text string) { t.put(name, entry{text: text, isText: true, mode: 0o644}) }

func (t tree) program(name, file string) { t.put(name, entry{file: file, mode: 0o755}) }

// root adds an unpacked root. Containers run with any user id, so everything is readable, and what somebody may execute everybody may; nothing keeps a setuid
// bit, which pods of the restricted profile cannot use anyway.
func (t tree) root(dir string) error {
	return filepath.WalkDir(dir, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, file)
		if err != nil || name == "." {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		switch mode := info.Mode(); {
		case mode.IsDir():
			if slices.Contains(unwanted, name) {
				return fs.SkipDir
			}
			t.folder(name, 0o755)
		case mode&fs.ModeSymlink != 0:
			target, err := os.Readlink(file)
			if err != nil {
				return err
			}
			t.put(name, entry{link: target, mode: fs.ModeSymlink | 0o777})
		case mode.IsRegular():
			e := entry{file: file, mode: 0o644}
			if mode&0o111 != 0 {
				e.mode = 0o755
			}
			t.put(name, e)
		default:
			return fmt.Errorf("%s: it is a %s, want a file, a folder or a link", file, mode.Type())
		}
		return nil
	})
}

// pack writes the tree as a tar stream, sorted by path.
func (t tree) pack(w io.Writer) error {
	out := tar.NewWriter(w)
	for _, name := range slices.Sorted(maps.Keys(t)) {
		if err := t[name].pack(out, name); err != nil {
			return fmt.Errorf("layer: %s: %w", name, err)
		}
	}
	return out.Close()
}

func (e entry) pack(out *tar.Writer, name string) error {
	header := &tar.Header{Name: name, Mode: int64(e.mode.Perm()), ModTime: epoch}
	if e.mode&fs.ModeSticky != 0 {
		header.Mode |= 0o1000 // S_ISVTX
	}
	switch {
	case e.mode.IsDir():
		header.Typeflag, header.Name = tar.TypeDir, name+"/"
	case e.link != "":
		header.Typeflag, header.Linkname = tar.TypeSymlink, e.link
	case e.isText:
		header.Typeflag, header.Size = tar.TypeReg, int64(len(e.text))
	default:
		return e.packFile(out, header)
	}
	if err := out.WriteHeader(header); err != nil {
		return err
	}
	_, err := io.WriteString(out, e.text)
	return err
}

func (e entry) packFile(out *tar.Writer, header *tar.Header) error {
	file, err := os.Open(e.file)
	if err != nil {
		return err
	}
	info, err := file.Stat()
	if err != nil {
		return errors.Join(err, file.Close())
	}
	header.Typeflag, header.Size = tar.TypeReg, info.Size()
	if err := out.WriteHeader(header); err != nil {
		return errors.Join(err, file.Close())
	}
	_, err = io.Copy(out, file)
	return errors.Join(err, file.Close())
}
