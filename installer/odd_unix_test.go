//go:build !windows

package installer

import (
	"errors"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// kinds is what stands in a folder that is neither file nor folder, by path.
func kinds(t *testing.T, dir string) map[string]fs.FileMode {
	t.Helper()
	odd := map[string]fs.FileMode{}
	must(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !d.Type().IsRegular() {
			rel, _ := filepath.Rel(dir, path)
			odd[filepath.ToSlash(rel)] = d.Type()
		}
		return err
	}))
	return odd
}

// TestPipesAndSockets puts them where they are nobody's, where the user's data
// is, and where a build has a file or a folder. Whoever opened a pipe to read it
// would wait for ever.
func TestPipesAndSockets(t *testing.T) {
	for _, known := range []bool{true, false} {
		w := newWorld(t)
		options := PlanOptions{Preserve: keep, KeepUnknown: true}
		if known {
			w.install(w.pack("2.2.0", build1), options)
		} else {
			write(t, w.place.Dir, build1)
		}
		write(t, w.place.Dir, data)
		in := func(name string) string { return filepath.Join(w.place.Dir, filepath.FromSlash(name)) }
		must(t, errors.Join(os.Remove(in("client.exe")), os.RemoveAll(in("lib/deep")), os.Mkdir(in("doc"), 0o755)))
		for _, name := range []string{"pipe", "lib/pipe", "data/pipe", "client.exe", "lib/deep", "doc/read.txt"} {
			must(t, syscall.Mkfifo(in(name), 0o600))
		}
		t.Chdir(w.place.Dir) // the name of a socket may have 100 bytes
		socket, err := net.Listen("unix", "data/socket")
		must(t, err)
		defer socket.Close()
		tx, err := w.update(w.open(), w.pack("2.3.0", build2), options)
		must(t, err)
		inNew := kinds(t, w.place.Dir)
		for _, name := range []string{"pipe", "lib/pipe", "data/pipe", "data/socket"} {
			if inNew[name] == 0 {
				t.Errorf("known %v: %s is gone", known, name)
			}
		}
		if len(inNew) != 4 {
			t.Errorf("known %v: new build has %v", known, inNew)
		}
		must(t, tx.Undo(t.Context()))
		if got := kinds(t, w.place.Dir); len(got) != 7 {
			t.Errorf("known %v: after the undo %v", known, got)
		}
		w.install(w.pack("2.3.0", build2), options)
		if got := kinds(t, w.work(kept)); len(got) != 3 {
			t.Errorf("known %v: kept %v", known, got)
		}
		rollBack(t, w, options)
		if got := kinds(t, w.place.Dir); len(got) != 4 {
			t.Errorf("known %v: after the rollback %v", known, got)
		}
	}
}

// TestLinksThatLeadNowhere in place of folders of the build, and beside them.
func TestLinksThatLeadNowhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	options := PlanOptions{Preserve: keep}
	w.install(w.pack("2.2.0", build1), options)
	write(t, w.place.Dir, data)
	in := func(name string) string { return filepath.Join(w.place.Dir, name) }
	must(t, errors.Join(os.RemoveAll(in("lib")), os.RemoveAll(in("plugins")), os.RemoveAll(in("empty"))))
	for name, target := range map[string]string{"lib": "lib", "plugins": "/", "empty": "nowhere", "up": "..", "data/loop": "../data"} {
		must(t, os.Symlink(target, in(name)))
	}
	tx, err := w.update(w.open(), w.pack("2.3.0", build2), options)
	must(t, err)
	if got := kinds(t, w.place.Dir); len(got) != 3 { // up, data/loop, and empty, which 2.3.0 does not have
		t.Errorf("new build has %v", got)
	}
	must(t, tx.Undo(t.Context()))
	if got := kinds(t, w.place.Dir); len(got) != 5 {
		t.Errorf("after the undo %v", got)
	}
	w.install(w.pack("2.3.0", build2), options)
	rollBack(t, w, options)
	got := read(t, w.place.Dir)
	for name, content := range data {
		if got[name] != content {
			t.Errorf("%s is %q", name, got[name])
		}
	}
}

const asUserEnv = "KOSHIN_TEST_AS_USER"

// modesCount says whether the modes of files mean anything to this program.
// Where they do not, it runs the test once more in a process without root's
// right to ignore them.
func modesCount(t *testing.T) bool {
	t.Helper()
	dir := t.TempDir()
	must(t, os.Chmod(dir, 0o500))
	if err := os.Mkdir(filepath.Join(dir, "x"), 0o755); errors.Is(err, fs.ErrPermission) {
		return true
	}
	setpriv, err := exec.LookPath("setpriv")
	if err != nil || os.Getenv(asUserEnv) != "" {
		t.Skip("modes do not count here, and there is no setpriv:", err)
	}
	again := exec.CommandContext(t.Context(), setpriv, "--bounding-set=-dac_override,-dac_read_search", os.Args[0], "-test.run=^"+t.Name()+"$")
	again.Env = append(os.Environ(), asUserEnv+"=1")
	if out, err := again.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	return false
}

// TestFoldersWithoutRights: an ordinary user's koshin may not change a folder.
// It says so, and what it had begun is undone.
func TestFoldersWithoutRights(t *testing.T) {
	t.Parallel()
	if !modesCount(t) {
		return
	}
	options := PlanOptions{Preserve: keep}
	for _, name := range []string{"..", ".", "lib", "plugins", "data"} {
		w := newWorld(t)
		w.install(w.pack("2.2.0", build1), options)
		write(t, w.place.Dir, with(data, tree{"plugins/mine.dll": "m"}))
		want := read(t, w.place.Dir)
		if name == ".." {
			must(t, os.RemoveAll(w.work()))
		}
		may := func(mode fs.FileMode) { must(t, os.Chmod(filepath.Join(w.place.Dir, name), mode)) }
		may(0o555)
		_, err := w.update(w.open(), w.pack("2.3.0", build2), options)
		if !errors.Is(err, fs.ErrPermission) || errors.Is(err, ErrNotRestored) {
			t.Errorf("%s: %v", name, err)
		}
		may(0o755)
		w.want(w.place.Dir, want)
		w.install(w.pack("2.3.0", build2), options)
	}
}

// TestUndoWithoutRights: the right is lost after the swap. The way back waits
// until it is there again.
func TestUndoWithoutRights(t *testing.T) {
	t.Parallel()
	if !modesCount(t) {
		return
	}
	w := newWorld(t)
	options := PlanOptions{Preserve: keep}
	w.install(w.pack("2.2.0", build1), options)
	write(t, w.place.Dir, data)
	want := read(t, w.place.Dir)
	p := w.open()
	tx, err := w.update(p, w.pack("2.3.0", build2), options)
	must(t, err)
	must(t, os.Chmod(w.place.Dir, 0o555))
	if err := tx.Undo(t.Context()); !errors.Is(err, ErrNotRestored) || !errors.Is(err, fs.ErrPermission) {
		t.Error(err)
	}
	must(t, p.Close())
	must(t, os.Chmod(w.place.Dir, 0o755))
	r, err := Recover(t.Context(), w.place, slog.New(slog.DiscardHandler))
	if err != nil || r.Action != Reverted {
		t.Error(r, err)
	}
	w.want(w.place.Dir, want)
}
