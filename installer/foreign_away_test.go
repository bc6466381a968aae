package installer

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/koshin-updater/koshin/installer/uninstallkey"
)

// What an uninstaller of these tests does.
const (
	removes = "removes" // the client, and leaves the data
	late    = "late"    // the same, by a copy that goes on after it has ended
	eatsAll = "eats"    // the data, too
)

// takeOut is the uninstaller: this test binary, run with DIR and what it does.
func takeOut(args []string) int {
	dir, does := args[0], args[1]
	switch does {
	case fails:
		return 3
	case nothing:
		return 0
	case late:
		if exec.Command(os.Args[0], "take-out", dir, "later").Start() != nil { //nolint:noctx // it goes on
			return 4
		}
		return 0
	case "later":
		time.Sleep(300 * time.Millisecond) //nolint:forbidigo // another process, which takes its time
	case eatsAll:
		_ = os.RemoveAll(filepath.Join(dir, "data"))
	}
	_, _ = os.Remove(filepath.Join(dir, "client")), os.Remove(filepath.Join(dir, "VERSION"))
	_ = os.Remove(filepath.Join(dir, "conf"))
	_ = os.Remove(dir) // if nothing else is in it
	return 0
}

const awayRule = "uninstall-key:torikomi"

func awayOptions() PlanOptions { return PlanOptions{Preserve: keep, Detect: awayRule} }

// listed has Windows list the client as its setup leaves it: while VERSION is
// there.
func (w *world) listed(p *Product, entry uninstallkey.Entry) *Product {
	entry.Key = "torikomi"
	has := func(v uninstallkey.View) bool {
		_, err := os.Stat(filepath.Join(w.place.Dir, "VERSION"))
		return err == nil && v == entry.View
	}
	p.uninstall = uninstallkey.Registry{
		Keys: func(v uninstallkey.View) ([]string, error) {
			if !has(v) {
				return nil, fs.ErrNotExist
			}
			return []string{entry.Key}, nil
		},
		Read: func(uninstallkey.View, string) (uninstallkey.Entry, error) {
			text, err := os.ReadFile(filepath.Join(w.place.Dir, "VERSION"))
			entry.Version = strings.TrimSpace(string(text))
			return entry, err
		},
	}
	p.bounds = bounds{run: time.Minute, other: time.Second, pause: 10 * time.Millisecond}
	return p
}

// awayEntry is an entry whose uninstaller does this.
func (w *world) awayEntry(does string) uninstallkey.Entry {
	return uninstallkey.Entry{View: uninstallkey.Machine64, Location: w.place.Dir, QuietUninstall: `"` + os.Args[0] + `" take-out ` + w.place.Dir + " " + does}
}

// firstInstall goes as far as the open transaction of a first install, with data
// that came after it.
func (w *world) firstInstall(entry uninstallkey.Entry) (*Product, *Transaction) {
	w.t.Helper()
	p := w.listed(w.open(), entry)
	tx, err := w.update(p, w.setup("2.2.0", fine), awayOptions())
	must(w.t, err)
	write(w.t, w.place.Dir, tree{"data/claims.txt": "claim\n"})
	return p, tx
}

// TestFirstSetupGoesAgain: a broken first install takes itself out, and the data
// stays, whatever the uninstaller thinks of it.
func TestFirstSetupGoesAgain(t *testing.T) {
	t.Parallel()
	for _, does := range []string{removes, late, eatsAll} {
		t.Run(does, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p, tx := w.firstInstall(w.awayEntry(does))
			must(t, tx.Undo(t.Context()))
			w.want(w.place.Dir, tree{"data/claims.txt": "claim\n"})
			if record, err := p.Installed(); record != nil || err != nil {
				t.Errorf("%+v, %v is recorded", record, err)
			}
			w.wantSettled()
			if got := keptContents(t, w); len(got) != 1 || got[0] != "claim\n" {
				t.Errorf("kept %q", got)
			}
			if found, err := p.installedVersion(t.Context(), awayRule); !found.IsZero() || err != nil {
				t.Errorf("version %q, %v", found, err)
			}
		})
	}
}

// TestFirstSetupGoesLater: what was run has ended, and what it started outside
// of all that koshin can see has not.
func TestFirstSetupGoesLater(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p, tx := w.firstInstall(w.awayEntry(removes))
	read, more := p.uninstall, 5
	p.uninstall.Keys = func(v uninstallkey.View) ([]string, error) {
		keys, err := read.Keys(v)
		if v == uninstallkey.Machine64 && errors.Is(err, fs.ErrNotExist) && more > 0 {
			more--
			return []string{"torikomi"}, nil
		}
		return keys, err
	}
	p.uninstall.Read = func(v uninstallkey.View, key string) (uninstallkey.Entry, error) {
		entry, err := read.Read(v, key)
		if errors.Is(err, fs.ErrNotExist) {
			return uninstallkey.Entry{Key: key, Version: "2.2.0"}, nil
		}
		return entry, err
	}
	must(t, tx.Undo(t.Context()))
	if more > 0 {
		t.Errorf("%d looks are left", more)
	}
	w.wantSettled()
}

// TestFirstSetupThatStays: where it cannot be taken out, that is said, and the
// PC keeps what it has.
func TestFirstSetupThatStays(t *testing.T) {
	t.Parallel()
	elsewhere := t.TempDir()
	for name, change := range map[string]func(*testing.T, *uninstallkey.Entry, *Product){
		"its uninstaller fails": func(_ *testing.T, e *uninstallkey.Entry, _ *Product) {
			e.QuietUninstall = strings.Replace(e.QuietUninstall, removes, fails, 1)
		},
		"its uninstaller does nothing": func(_ *testing.T, e *uninstallkey.Entry, _ *Product) {
			e.QuietUninstall = strings.Replace(e.QuietUninstall, removes, nothing, 1)
		},
		"it left only a line that opens a window": func(_ *testing.T, e *uninstallkey.Entry, _ *Product) {
			e.Uninstall, e.QuietUninstall = e.QuietUninstall, ""
		},
		"its line names no whole path":  func(_ *testing.T, e *uninstallkey.Entry, _ *Product) { e.QuietUninstall = "uninstall.exe /S" },
		"its entry is another folder's": func(_ *testing.T, e *uninstallkey.Entry, _ *Product) { e.Location = elsewhere },
		"an ordinary user wrote the line": func(_ *testing.T, e *uninstallkey.Entry, p *Product) {
			e.View, p.elevated = uninstallkey.User, func() bool { return true }
		},
		"an ordinary user can write the program": func(t *testing.T, e *uninstallkey.Entry, p *Product) {
			if runtime.GOOS == "windows" {
				t.Skip("package protect tests the access lists")
			}
			program := filepath.Join(elsewhere, "uninstall.exe")
			self, err := os.ReadFile(os.Args[0])
			must(t, err)
			must(t, os.WriteFile(program, self, 0o777))
			must(t, os.Chmod(program, 0o777))
			e.QuietUninstall, p.elevated = strings.Replace(e.QuietUninstall, os.Args[0], program, 1), func() bool { return true }
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			entry := w.awayEntry(removes)
			p := w.open()
			change(t, &entry, p)
			w.listed(p, entry)
			tx, err := w.update(p, w.setup("2.2.0", fine), awayOptions())
			must(t, err)
			if err := tx.Undo(t.Context()); !errors.Is(err, ErrStays) || errors.Is(err, ErrNotRestored) {
				t.Fatal(err)
			}
			w.want(w.place.Dir, with(client("2.2.0"), tree{"conf/": ""}))
			record, err := p.Installed()
			if err != nil || record == nil || record.Version.String() != "2.2.0" {
				t.Errorf("recorded %+v, %v", record, err)
			}
			w.wantSettled()
		})
	}
}

// TestGoingAwayKilledAtEveryPoint: the removal of a first install is stopped at
// every point; after the recovery it is gone or whole, and the data is there.
func TestGoingAwayKilledAtEveryPoint(t *testing.T) {
	t.Parallel()
	for n := 0; ; n += stride() {
		w := newWorld(t)
		entry := w.awayEntry(eatsAll)
		p, tx := w.firstInstall(entry)
		p.disk.stop = stopAt(n)
		tx.journal.stop = p.disk.stop
		err := tx.Undo(t.Context())
		must(t, p.Close())
		if !errors.Is(err, errStopped) {
			must(t, err)
			if n < 10 {
				t.Errorf("only %d points: the seam is gone", n)
			}
			return
		}
		again := w.listed(w.open(), entry)
		r, err := again.recover(context.WithoutCancel(t.Context()))
		if err != nil || r.Action == Finished {
			t.Fatalf("point %d: %+v, %v", n, r, err)
		}
		w.want(w.place.Dir, tree{"data/claims.txt": "claim\n"})
		must(t, again.settled())
	}
}

// TestFlushFiles: every file is flushed, and one that cannot be is no reason to
// go back.
func TestFlushFiles(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	write(t, w.place.Dir, with(build1, data))
	p := w.open()
	flushed, left, err := p.flushFiles(t.Context(), p.live)
	names := slices.Collect(maps.Keys(read(t, w.place.Dir)))
	names = slices.DeleteFunc(names, func(name string) bool { return strings.HasSuffix(name, "/") })
	if err != nil || left != 0 || flushed != len(names) {
		t.Errorf("%d flushed, %d left, %v", flushed, left, err)
	}
	if flushed, left, err := p.flushFiles(t.Context(), "none"); flushed+left != 0 || err != nil {
		t.Errorf("no folder: %d, %d, %v", flushed, left, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := p.flushFiles(ctx, p.live); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// TestInstalledIsFlushed: what the installer wrote is flushed after its run.
func TestInstalledIsFlushed(t *testing.T) {
	t.Parallel()
	if !flushEach {
		t.Skip("here the volume is flushed; the power cuts of .ci/crash show that")
	}
	w := newWorld(t)
	var log strings.Builder
	p, err := Open(w.place, slog.New(slog.NewTextHandler(&log, nil)))
	must(t, err)
	w.t.Cleanup(func() { _ = p.Close() })
	_, err = w.update(p, w.setup("2.2.0", fine), foreignOptions())
	must(t, err)
	if !strings.Contains(log.String(), "files=2 not_flushed=0") {
		t.Error(log.String())
	}
}
