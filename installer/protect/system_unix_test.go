//go:build !windows

package protect

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestMakeHasItsMode(t *testing.T) {
	old := syscall.Umask(0o077)
	defer syscall.Umask(old)
	for readers, want := range map[Readers]os.FileMode{Nobody: 0o700, Everyone: 0o755} {
		dir := filepath.Join(t.TempDir(), "made")
		if err := Make(dir, readers); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != want {
			t.Errorf("%v, %v", info.Mode(), err)
		}
	}
}

func TestFolderRefuses(t *testing.T) {
	t.Parallel()
	made := func(change func(dir string) error) string {
		dir := filepath.Join(t.TempDir(), "made")
		if err := Make(dir, Nobody); err != nil {
			t.Fatal(err)
		}
		if err := change(dir); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	mode := func(m os.FileMode) func(string) error { return func(dir string) error { return os.Chmod(dir, m) } }
	link := func(dir string) error { return errors.Join(os.Rename(dir, dir+"-real"), os.Symlink(dir+"-real", dir)) }
	for name, c := range map[string]struct {
		dir  string
		want error
	}{
		"group may write":    {made(mode(0o770)), ErrWritable},
		"everybody may":      {made(mode(0o702)), ErrWritable},
		"like /tmp":          {made(mode(0o777 | os.ModeSticky)), ErrWritable},
		"everybody may look": {made(mode(0o755)), nil},
		"a link":             {made(link), ErrNotPlain},
	} {
		err := Folder(c.dir)
		if !errors.Is(err, c.want) || c.want == nil && err != nil {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if where, ok := errors.AsType[*Error](err); c.want != nil && (!ok || where.Path != c.dir) {
			t.Errorf("%s: %v does not say where", name, err)
		}
		if again := Make(c.dir, Nobody); !errors.Is(again, c.want) {
			t.Errorf("%s: Make gives %v", name, again)
		}
	}
	if os.Geteuid() != 0 {
		t.Skip("only root can give a folder away")
	}
	theirs := made(func(dir string) error { return os.Chown(dir, 12345, 12345) })
	if err := Folder(theirs); !errors.Is(err, ErrOwner) {
		t.Error(err)
	}
}
