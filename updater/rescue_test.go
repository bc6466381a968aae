package updater

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/koshin-updater/koshin/installer"
	"github.com/koshin-updater/koshin/manifest"
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
