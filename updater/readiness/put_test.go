package readiness

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// moment is the one at which the tests happen.
func moment() time.Time { return time.Date(2026, 11, 20, 9, 30, 0, 0, time.UTC) }

const installation = "ABCDEFGHIJKLMNOPQRSTUVWXY2"

// document is a PC that is as it should be.
func document(computer, installation string) Document {
	yes, ready := true, "2.2.0"
	return Document{
		Schema: Schema, Written: moment(), Computer: computer, Installation: installation, Koshin: "1.0.0", System: "windows/amd64 10.0.19045", Submission: "self",
		LastRun: &Run{moment(), 0},
		Products: []Product{{
			Product: "torikomi-soshin", Channel: "stable", Installed: &ready, Floor: &ready, Latest: &ready, TLSReady: &yes, Held: []string{},
			Decided:   &Decided{Time: moment(), Action: "none", Gates: []Gate{}},
			Confirmed: &Confirmed{moment(), "confirmed", "all-good"},
			Ended:     &Ended{Time: moment(), Verb: "update", Outcome: "up-to-date"},
		}},
	}
}

func TestPutIsRead(t *testing.T) {
	dir := t.TempDir()
	for range 2 { // the second one takes the place of the first
		if err := Put(t.Context(), dir, document("事務 PC/01", installation), time.Minute); err != nil {
			t.Fatal(err)
		}
	}
	names, _ := os.ReadDir(dir)
	if len(names) != 1 || names[0].Name() != "___PC_01-"+installation+".json" {
		t.Fatalf("%v", names)
	}
	all, err := Read(t.Context(), dir, Options{Now: moment(), Stale: time.Hour, Within: time.Minute})
	if err != nil || len(all.PCs) != 1 || all.PCs[0].Computer != "事務 PC/01" || all.LeftOutCount != 0 {
		t.Errorf("%+v, %v", all, err)
	}
}

// Whatever a PC is called, its file is one in the folder, and none that Windows
// takes for a device.
func TestNamesAreSafe(t *testing.T) {
	for _, computer := range []string{"..", "../../x", `C:\x`, "CON", "a/b", "", "x\x00y", strings.Repeat("長", 200), "a:stream", "*", "nul.json"} {
		name := Name(computer, installation)
		if !nameShape.MatchString(name) && computer != "" || filepath.Base(name) != name || len(name) > 80 {
			t.Errorf("%q becomes %q", computer, name)
		}
	}
}

// What nobody would read is not written.
func TestPutRefuses(t *testing.T) {
	dir := t.TempDir()
	nameless, long := document("", installation), document("PC", installation)
	for range 20 {
		long.Products = append(long.Products, long.Products[0])
	}
	for name, d := range map[string]Document{"no name": nameless, "no installation": document("PC", ""), "very many products": long} {
		if err := Put(t.Context(), dir, d, time.Minute); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := Put(t.Context(), filepath.Join(dir, "none"), document("PC", installation), time.Minute); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	if names, _ := os.ReadDir(dir); len(names) != 0 {
		t.Errorf("%v", names)
	}
}

// A share that hangs is left behind; so it is when somebody interrupts.
func TestAHangingFolderIsLeftBehind(t *testing.T) {
	gate := make(chan struct{})
	defer close(gate)
	hang := func() error { <-gate; return nil }
	if err := inTime(t.Context(), time.Millisecond, hang); !errors.Is(err, ErrAway) {
		t.Errorf("a folder that hangs: %v", err)
	}
	interrupted, cancel := context.WithCancel(t.Context())
	cancel()
	synctest.Test(t, func(t *testing.T) {
		begun := false
		if err := inTime(interrupted, time.Hour, func() error { begun = true; return nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("interrupted before: %v", err)
		}
		if synctest.Wait(); begun {
			t.Error("an interrupted run reports")
		}
	})
	during, cancel := context.WithCancel(t.Context())
	if err := inTime(during, time.Hour, func() error { cancel(); return hang() }); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
}
