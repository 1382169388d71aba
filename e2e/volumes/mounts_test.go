package volumes

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

func TestParseMount_ReadsALineOfTheMountTable(t *testing.T) {
	for name, c := range map[string]struct {
		line  string
		want  mount
		wrong string
	}{
		"a bind mount": {
			line: "97 29 254:0 /srv/a /pods/a rw,relatime shared:1 - ext4 /dev/vda rw\n",
			want: mount{id: 97, device: "254:0", root: "/srv/a", target: "/pods/a"},
		},
		"read-only mount of a writable file system": {
			line: "97 29 254:0 / /pods/a ro,relatime - ext4 /dev/vda rw\n",
			want: mount{id: 97, device: "254:0", root: "/", target: "/pods/a", readOnly: true},
		},
		"writable mount whose options merely begin alike": {
			line: "97 29 254:0 / /a rw,rootcontext=x - ext4 /dev/vda ro\n",
			want: mount{id: 97, device: "254:0", root: "/", target: "/a"},
		},
		"spaces and backslashes": {
			line: `97 29 254:0 /a\040b\134040 /\011\303\251 rw - ext4 /dev/vda rw`,
			want: mount{id: 97, device: "254:0", root: `/a b\040`, target: "/\té"},
		},
		"a short line": {line: "97 29 254:0 / /a", wrong: "has 5 fields, want at least 6"},
		"no number":    {line: "x 29 254:0 / /a rw -", wrong: "invalid syntax"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := parseMount(c.line)
			if c.wrong != "" {
				require.ErrorContains(t, err, c.wrong)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.want, got)
		})
	}
}

func TestWithin_KnowsAFolderFromOneThatBeginsAlike(t *testing.T) {
	require.True(t, within("/a", "/a"))
	require.True(t, within("/a", "/a/b"))
	require.True(t, within("/", "/a"))
	require.False(t, within("/a", "/ab"))
	require.False(t, within("/a/b", "/a"))
}

func TestMountsOf_FindsMountsOnEveryKindOfHome(t *testing.T) {
	needsMounts(t)
	for name, home := range map[string]func(t *testing.T, dir string){
		"the machine's file system": func(*testing.T, string) {},
		"a file system of its own": func(t *testing.T, dir string) {
			require.NoError(t, unix.Mount("tmpfs", dir, "tmpfs", 0, ""))
		},
		"a bind mount": func(t *testing.T, dir string) {
			require.NoError(t, unix.Mount(t.TempDir(), dir, "", unix.MS_BIND, ""))
		},
		"a mount over another": func(t *testing.T, dir string) {
			require.NoError(t, unix.Mount(t.TempDir(), dir, "", unix.MS_BIND, ""))
			require.NoError(t, unix.Mount("tmpfs", dir, "tmpfs", 0, ""))
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			t.Cleanup(func() { unmountBelow(t, dir) })
			home(t, dir)
			folder, twin, target := filepath.Join(dir, "a b"), filepath.Join(dir, "a b2"), filepath.Join(dir, "target")
			for _, path := range []string{filepath.Join(folder, "part"), twin, target, target + "2"} {
				require.NoError(t, os.MkdirAll(path, 0o755))
			}
			require.NoError(t, bind(twin, target+"2", false))
			found, err := mountsOf(folder)
			require.NoError(t, err)
			require.Empty(t, found, "neither the home itself nor a neighbour is a mount of the folder")

			require.NoError(t, bind(folder, target, true))
			found, err = mountsOf(folder)
			require.NoError(t, err)
			require.Len(t, found, 1)
			require.Equal(t, target, found[0].target)
			require.True(t, found[0].readOnly)
			require.False(t, found[0].part)

			require.NoError(t, bind(filepath.Join(folder, "part"), target, false))
			found, err = mountsOf(folder)
			require.NoError(t, err)
			require.Len(t, found, 2)
			require.True(t, found[0].part != found[1].part, "one is the whole, one a part")
		})
	}
}

func TestMountsOf_KnowsTheSamePathOnAnotherFileSystem(t *testing.T) {
	needsMounts(t)
	dir := t.TempDir()
	t.Cleanup(func() { unmountBelow(t, dir) })
	for _, home := range []string{"one", "other"} {
		require.NoError(t, os.Mkdir(filepath.Join(dir, home), 0o755))
		require.NoError(t, unix.Mount("tmpfs", filepath.Join(dir, home), "tmpfs", 0, ""))
		require.NoError(t, os.Mkdir(filepath.Join(dir, home, "a"), 0o755))
	}
	require.NoError(t, os.Mkdir(filepath.Join(dir, "target"), 0o755))
	require.NoError(t, bind(filepath.Join(dir, "other", "a"), filepath.Join(dir, "target"), false))
	found, err := mountsOf(filepath.Join(dir, "one", "a"))
	require.NoError(t, err)
	require.Empty(t, found)
}
