//go:build !windows

package logbook_test

import (
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/koshin-updater/koshin/installer/protect"
	"github.com/koshin-updater/koshin/updater/logbook"
)

// A folder that others can write in is not written in: one of them may have put
// a link there.
func TestUnprotectedFolder(t *testing.T) {
	for _, which := range []func(string) string{func(dir string) string { return dir }, logbook.Dir} {
		dir := state(t)
		for _, one := range []string{dir, logbook.Dir(dir)} {
			if err := os.MkdirAll(one, 0o755); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Chmod(which(dir), 0o777); err != nil {
			t.Fatal(err)
		}
		b := &logbook.Book{StateDir: dir}
		fmt.Fprint(b, "x")
		if err := b.Err(); !errors.Is(err, protect.ErrWritable) {
			t.Errorf("error is %v", err)
		}
		if all := files(t, dir); len(all) != 0 {
			t.Errorf("%q", all)
		}
	}
}

// Everybody may read the log, and nobody else may write, whatever the umask.
func TestReaders(t *testing.T) {
	dir := state(t)
	fmt.Fprint(&logbook.Book{StateDir: dir}, "x")
	for path, want := range map[string]os.FileMode{dir: 0o755, logbook.Dir(dir): 0o755, logbook.Dir(dir) + "/koshin.log": 0o644} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != want {
			t.Errorf("%s: %v", path, info.Mode())
		}
	}
}
