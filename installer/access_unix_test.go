//go:build !windows

package installer

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// accessOf is who may do what with the files of the access stories.
func accessOf(t *testing.T, dir string) map[string]access {
	t.Helper()
	all := map[string]access{}
	must(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(dir, path)
		owner := info.Sys().(*syscall.Stat_t)
		all[filepath.ToSlash(rel)] = access{info.Mode(), owner.Uid, owner.Gid, listOf(path)}
		return nil
	}))
	return all
}

type access struct {
	mode     fs.FileMode
	uid, gid uint32
	list     string // POSIX access list, as bytes
}

// administered is a build that an administrator has made changes to.
func administered(t *testing.T, w *world, options PlanOptions) map[string]access {
	t.Helper()
	w.install(w.pack("2.2.0", build1), options)
	dir := w.place.Dir
	must(t, errors.Join(
		os.Chmod(filepath.Join(dir, "client.exe"), 0o750|fs.ModeSetuid), // the right to run as its owner is not for other bytes
		os.Chmod(filepath.Join(dir, "VERSION"), 0o600),
		os.Chmod(filepath.Join(dir, "lib"), 0o2775|fs.ModeSetgid),
		os.Chmod(filepath.Join(dir, "conf"), 0o770),
	))
	if os.Geteuid() == 0 {
		must(t, errors.Join(
			os.Chown(filepath.Join(dir, "lib", "a.dll"), 1234, 5678),
			os.Chown(filepath.Join(dir, "plugins"), 0, 5678),
		))
	}
	setTestList(t, filepath.Join(dir, "plugins", "p.dll"), 4) // which its mode does not show
	setTestList(t, filepath.Join(dir, "VERSION"), 6)
	return accessOf(t, dir)
}

// same compares the access of some paths, but for the right to run as the owner.
func sameAccess(t *testing.T, when string, got, want map[string]access, paths ...string) {
	t.Helper()
	for _, path := range paths {
		was := want[path]
		was.mode &^= fs.ModeSetuid
		if got[path] != was {
			t.Errorf("%s, %s is %+v, not %+v", when, path, got[path], was)
		}
	}
}

func TestAccessSurvives(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	options := PlanOptions{Preserve: keep}
	old := administered(t, w, options)
	changed := []string{"client.exe", "VERSION", "lib", "lib/a.dll", "conf", "plugins", "plugins/p.dll"}

	next := w.pack("2.3.0", with(build2, tree{"conf/user.ini": "the user's data from now on, so that conf is made and filled"}))

	// Undone: the old build is exactly as it was.
	tx, err := w.update(w.open(), next, options)
	must(t, err)
	must(t, tx.Undo(t.Context()))
	again := accessOf(t, w.place.Dir)
	for path, was := range old {
		if again[path] != was {
			t.Errorf("after an undo %s is %+v, not %+v", path, again[path], was)
		}
	}

	w.install(next, options)
	now := accessOf(t, w.place.Dir)
	sameAccess(t, "after an update", now, old, changed...)
	if mode := now["doc/read.txt"].mode; mode != 0o644 {
		t.Errorf("a new file has mode %v", mode)
	}
	if mode := now["doc"].mode.Perm(); mode != 0o755 {
		t.Errorf("a new folder has mode %v", mode)
	}

	// Rolled back: the previous build has what it had, whatever happened since.
	must(t, os.Chmod(filepath.Join(w.place.Dir, "VERSION"), 0o666))
	p := w.open()
	plan, err := p.PlanRollback(t.Context(), options)
	must(t, err)
	tx, err = p.Swap(t.Context(), plan)
	must(t, err)
	must(t, tx.Commit(t.Context()))
	back := accessOf(t, w.place.Dir)
	for _, path := range changed {
		if back[path] != old[path] {
			t.Errorf("after a rollback %s is %+v, not %+v", path, back[path], old[path])
		}
	}
}

// A mode that nobody changed is the package's to choose.
func TestPackageChoosesItsModes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for n, mode := range []fs.FileMode{0o644, 0o755, 0o644} {
		version := fmt.Sprintf("2.%d.0", n)
		dir := t.TempDir()
		write(t, dir, tree{"run.sh": "#!/bin/sh\necho " + version})
		must(t, os.Chmod(filepath.Join(dir, "run.sh"), mode))
		w.install(packFolder(t, version, dir), PlanOptions{})
		info, err := os.Stat(filepath.Join(w.place.Dir, "run.sh"))
		must(t, err)
		if info.Mode() != mode {
			t.Errorf("%s: mode %v", version, info.Mode())
		}
	}
}

// The old build has its access back, and the new one what was carried on,
// wherever the update was killed.
func TestAccessSurvivesAKill(t *testing.T) {
	t.Parallel()
	options := PlanOptions{Preserve: keep}
	changed := []string{"client.exe", "VERSION", "lib", "lib/a.dll", "conf", "plugins", "plugins/p.dll"}
	for n := 0; ; n += 5 {
		w := newWorld(t)
		old := administered(t, w, options)
		next := w.pack("2.3.0", build2)
		w.stop = stopAt(n)
		p := w.open()
		tx, err := w.update(p, next, options)
		if err == nil {
			err = tx.Commit(t.Context())
		}
		must(t, p.Close())
		if err == nil {
			return // there is no such point any more
		}
		if !errors.Is(err, errStopped) {
			t.Fatal(err)
		}
		w.stop = nil
		must(t, second(Recover(t.Context(), w.place, slog.New(slog.DiscardHandler))))
		sameAccess(t, "after a kill", accessWithout(accessOf(t, w.place.Dir)), accessWithout(old), changed...)
	}
}

// accessWithout leaves out the right to run as the owner.
func accessWithout(all map[string]access) map[string]access {
	for path, a := range all {
		a.mode &^= fs.ModeSetuid
		all[path] = a
	}
	return all
}
