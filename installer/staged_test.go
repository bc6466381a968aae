package installer

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/koshin-updater/koshin/manifest"
)

// The build that could not be put into place stays staged, whatever step met the
// file in use, and the next run puts it into place.
func TestStagedSurvivesAFileInUse(t *testing.T) {
	t.Parallel()
	c := newCrashWorld(t)
	options := PlanOptions{Preserve: keep, KeepStaged: true}
	for n := 0; ; n += stride() {
		w := c.fresh(t)
		p := w.open()
		st, err := p.stageForTest(t.Context(), c.next)
		must(t, err)
		plan, err := p.Plan(t.Context(), st, options)
		must(t, err)
		if n >= len(plan.Steps) {
			break
		}
		must(t, p.Backup(t.Context(), plan))
		moves := 0
		p.disk.stop = func(point string) error {
			if strings.HasPrefix(point, "before m") { // move or make
				if moves++; moves == n+1 {
					return ErrInUse
				}
			}
			return nil
		}
		if _, err := p.Swap(t.Context(), plan); !errors.Is(err, ErrInUse) || errors.Is(err, ErrNotRestored) {
			t.Fatalf("step %d: %v", n, err)
		}
		must(t, p.DropSnapshot(t.Context(), plan))
		checkBuild(t, c, w, build1, plan.Steps[n].String())
		must(t, p.settled())
		if _, err := os.Stat(w.work("snapshot-2.2.0")); !os.IsNotExist(err) {
			t.Errorf("a snapshot of nothing is left: %v", err)
		}
		must(t, p.Close())

		p = w.open()
		p.disk.stop = nil
		again, err := p.Staged(t.Context(), manifest.Package{})
		must(t, err)
		if again.Tree != st.Tree || !again.Version.Equal(st.Version) || again.Dir != st.Dir {
			t.Fatalf("step %d: %+v, staged was %+v", n, again, st)
		}
		plan, err = p.Plan(t.Context(), again, options)
		must(t, err)
		tx, err := p.Swap(t.Context(), plan)
		must(t, err)
		must(t, tx.Commit(t.Context()))
		checkBuild(t, c, w, build2, "after another try")
		if _, err := p.Staged(t.Context(), manifest.Package{}); !errors.Is(err, ErrStaged) {
			t.Errorf("after the commit: %v", err)
		}
		must(t, p.Close())
	}
}

// Without that option, and after any other error, it goes.
func TestStagedGoesWithTheUndo(t *testing.T) {
	t.Parallel()
	c := newCrashWorld(t)
	for _, k := range []struct {
		keep bool
		err  error
	}{{false, ErrInUse}, {true, errFault}} {
		w := c.fresh(t)
		w.stop = func(point string) error {
			if strings.Contains(point, "before move") && strings.Contains(point, "/"+retired+"/") {
				return k.err
			}
			return nil
		}
		p := w.open()
		if _, err := w.update(p, c.next, PlanOptions{Preserve: keep, KeepStaged: k.keep}); !errors.Is(err, k.err) {
			t.Fatal(err)
		}
		if _, err := p.Staged(t.Context(), manifest.Package{}); !errors.Is(err, ErrStaged) {
			t.Errorf("%v: %v", k, err)
		}
	}
}

// A build that waited is checked again, byte for byte: its times may be right.
func TestStagedIsCheckedAgain(t *testing.T) {
	t.Parallel()
	edit := func(name string, do func(path string, info os.FileInfo)) func(*world) {
		return func(w *world) {
			path := w.work(staging, filepath.FromSlash(name))
			info, err := os.Stat(path)
			must(t, err)
			do(path, info)
		}
	}
	state := func(w *world, name string) string { return filepath.Join(w.place.State, name) }
	for name, damage := range map[string]func(*world){
		"one byte, same size and time": edit("client.exe", func(path string, info os.FileInfo) {
			must(t, os.WriteFile(path, []byte("new prograM"), 0o755))
			must(t, os.Chtimes(path, time.Time{}, info.ModTime()))
		}),
		"a file is gone":     edit("lib/new.dll", func(path string, _ os.FileInfo) { must(t, os.Remove(path)) }),
		"a file is longer":   edit("lib/new.dll", func(path string, _ os.FileInfo) { must(t, os.WriteFile(path, []byte("longer than before"), 0o644)) }),
		"a file is a folder": edit("lib/new.dll", func(path string, _ os.FileInfo) { must(t, os.Remove(path)); must(t, os.Mkdir(path, 0o755)) }),
		"all of it is gone":  edit(".", func(path string, _ os.FileInfo) { must(t, os.RemoveAll(path)) }),
		"its record is gone": func(w *world) { must(t, os.Remove(state(w, "staged.json"))) },
		"its record is cut":  func(w *world) { must(t, os.Truncate(state(w, "staged.json"), 10)) },
		"its index is gone":  func(w *world) { must(t, os.Remove(state(w, "staged.index"))) },
		"its index is another": func(w *world) {
			must(t, os.WriteFile(state(w, "staged.index"), []byte("koshin/tree/1\n"), 0o644))
		},
	} {
		w := newWorld(t)
		w.install(w.pack("2.2.0", build1), PlanOptions{Preserve: keep})
		p := w.open()
		_, err := p.stageForTest(t.Context(), w.pack("2.3.0", build2))
		must(t, err)
		_, err = p.Staged(t.Context(), manifest.Package{})
		must(t, err)
		damage(w)
		if _, err := p.Staged(t.Context(), manifest.Package{}); !errors.Is(err, ErrStaged) {
			t.Errorf("%s: %v", name, err)
		}
		w.want(w.place.Dir, build1)
	}
}

// While a transaction is open its staged build is nobody else's, and its
// snapshot stays.
func TestStagedWhileATransactionIsOpen(t *testing.T) {
	t.Parallel()
	c := newCrashWorld(t)
	w := c.fresh(t)
	p := w.open()
	tx, err := w.update(p, c.next, PlanOptions{Preserve: keep, KeepStaged: true})
	must(t, err)
	if _, err := p.Staged(t.Context(), manifest.Package{}); !errors.Is(err, ErrInterrupted) {
		t.Errorf("%v", err)
	}
	if err := p.DropSnapshot(t.Context(), tx.plan); !errors.Is(err, ErrInterrupted) {
		t.Errorf("%v", err)
	}
	must(t, tx.Undo(t.Context()))
	if _, err := p.Staged(t.Context(), manifest.Package{}); !errors.Is(err, ErrStaged) {
		t.Errorf("an undo after the swap discards the build: %v", err)
	}
}
