package updater

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/koshin-updater/koshin/installer"
	"github.com/koshin-updater/koshin/installer/protect"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/schedule"
)

// TestNewestJournal is the gate: as long as an older koshin may have to recover
// what this one leaves, it writes what that one can read.
func TestNewestJournal(t *testing.T) {
	t.Parallel()
	one, two := version(t, "1.0.0"), version(t, "1.1.0")
	copyOf := func(v manifest.Version) *selfRecord { return &selfRecord{Executable: "/opt/koshin", Rescue: v} }
	tests := []struct {
		name string
		own  ownState
		want int
	}{
		{"never updated itself", ownState{running: one}, installer.AnyJournal},
		{"committed, and the copy is this one", ownState{record: copyOf(two), inPlace: true, running: two}, installer.AnyJournal},
		{"its update is open", ownState{record: copyOf(one), open: true, inPlace: true, running: two}, installer.OldestJournal},
		{"open, and the old one runs", ownState{record: copyOf(one), open: true, inPlace: true, running: one}, installer.OldestJournal},
		{"open and committed", ownState{record: copyOf(one), open: true, committed: true, inPlace: true, running: two}, installer.AnyJournal},
		{"the copy is still the old one", ownState{record: copyOf(one), inPlace: true, running: two}, installer.OldestJournal},
		{"another koshin, beside the installed one", ownState{record: copyOf(one), running: two}, installer.AnyJournal},
		{"the copy itself", ownState{record: copyOf(one), running: one}, installer.AnyJournal},
		{"the copy, while the update is open", ownState{record: copyOf(one), open: true, running: one}, installer.OldestJournal},
		{"a development build", ownState{record: copyOf(one), inPlace: true}, installer.AnyJournal},
	}
	for _, test := range tests {
		if got := newestJournal(test.own); got != test.want {
			t.Errorf("%s: %d, not %d", test.name, got, test.want)
		}
	}
	for kind, held := range map[manifest.Kind]bool{manifest.Tree: false, manifest.Exe: true, manifest.MSI: true, manifest.Setup: true} {
		err := installer.Place{Journal: installer.OldestJournal}.MayJournal(kind)
		if errors.Is(err, installer.ErrJournalHeld) != held || (err == nil) == held {
			t.Errorf("%s: %v", kind, err)
		}
		if err := (installer.Place{}).MayJournal(kind); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

// TestOthersFirst: koshin does not touch itself while any product's transaction
// is open, not even one that is no longer configured.
func TestOthersFirst(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	u := New(Options{StateDir: dir, Self: Self{Executable: filepath.Join(dir, "koshin"), Version: version(t, "1.0.0")}})
	if err := u.othersSettled(); err != nil {
		t.Errorf("nothing there: %v", err)
	}
	for _, id := range []string{"koshin", "forgotten"} {
		if err := os.MkdirAll(filepath.Join(dir, "products", id), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := u.othersSettled(); err != nil {
		t.Errorf("nothing open: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "products", "forgotten", "journal"), []byte("damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	reports, err := u.SelfUpdate(t.Context(), UpdateOptions{})
	if err != nil || len(reports) != 1 || !errors.Is(reports[0].Err, installer.ErrInterrupted) || reports[0].Outcome != Failed {
		t.Errorf("%+v, %v", reports, err)
	}
}

func TestSelfRecord(t *testing.T) {
	t.Parallel()
	u := New(Options{StateDir: t.TempDir()})
	for _, text := range []string{"", "{}", `{"schema":"koshin/self/2","executable":"/x"}`, `{"schema":"koshin/self/1","executable":"koshin"}`} {
		if err := os.WriteFile(u.selfFile(), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := u.selfRecord(); !errors.Is(err, installer.ErrRecord) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// TestPrepareBoot: the copy is the running koshin, and the system is asked to
// run it; but for SYSTEM nothing is copied that ordinary users could have put
// there, and while koshin's own update is open the copy that heals it stays.
func TestPrepareBoot(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	state, program := filepath.Join(dir, "state"), filepath.Join(dir, "opt", "koshin")
	write := func(name, text string) {
		t.Helper()
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o700), os.WriteFile(name, []byte(text), 0o700)); err != nil {
			t.Fatal(err)
		}
	}
	var asked []schedule.Task
	u := New(Options{StateDir: state, Self: Self{
		Executable: program, ConfigFile: filepath.Join(dir, "koshin.toml"),
		Boot: func(_ context.Context, task schedule.Task) error { asked = append(asked, task); return nil },
	}})
	copied := func(want string) {
		t.Helper()
		if got, err := os.ReadFile(u.rescueFile()); err != nil || string(got) != want {
			t.Errorf("copy is %q, not %q: %v", got, want, err)
		}
	}
	for n, text := range []string{"one", "two"} { // a development build may be another one each time
		write(program, text)
		if err := u.PrepareBoot(t.Context()); err != nil || len(asked) != n+1 || asked[n].Program != u.rescueFile() {
			t.Fatalf("%v, %+v", err, asked)
		}
		copied(text)
	}
	if r, err := u.selfRecord(); err != nil || r.Executable != program || !r.Rescue.IsZero() {
		t.Errorf("%+v, %v", r, err)
	}

	write(program, "changed")
	if runtime.GOOS != "windows" { // there: package protect
		for _, name := range []string{program, filepath.Dir(program)} {
			if err := os.Chmod(name, 0o777); err != nil {
				t.Fatal(err)
			}
			if err := u.PrepareBoot(t.Context()); !errors.Is(err, protect.ErrWritable) {
				t.Errorf("%s: %v", name, err)
			}
			copied("two")
			if err := os.Chmod(name, 0o700); err != nil {
				t.Fatal(err)
			}
		}
	}

	write(filepath.Join(state, "products", "koshin", "journal"), "damaged")
	if err := u.PrepareBoot(t.Context()); err != nil && !errors.Is(err, installer.ErrJournal) {
		t.Errorf("open: %v", err)
	}
	copied("two")
}
