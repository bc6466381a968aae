package installer

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// heldWorld is a PC whose client has this test binary as its program, and the
// next build, staged and planned.
func heldWorld(t *testing.T, program string) (*world, *Product, *Plan) {
	t.Helper()
	w := newWorld(t)
	w.install(w.pack("2.2.0", with(build1, tree{"bin/helper.exe": program})), PlanOptions{Preserve: keep})
	p := w.open()
	st, err := p.stageForTest(t.Context(), w.pack("2.3.0", build2))
	must(t, err)
	plan, err := p.Plan(t.Context(), st, PlanOptions{Preserve: keep})
	must(t, err)
	return w, p, plan
}

// A scanner lets go after a moment: the update waits, says so, and succeeds.
func TestSwapWaitsForAScanner(t *testing.T) {
	w, p, plan := heldWorld(t, "no program")
	held := filepath.Join(w.place.Dir, "client.exe")
	h := holdFile(t, os.Args[0], held)
	var told []string
	p.disk.waits.tell = func(path string, _ []Process) {
		told = append(told, path)
		h.release()
	}
	tx, err := p.Swap(t.Context(), plan)
	must(t, err)
	if len(told) != 1 || told[0] != held {
		t.Errorf("told of %q, not of %s", told, held)
	}
	must(t, tx.Commit(t.Context()))
	w.want(w.place.Dir, with(build2, tree{"data/seed.db": "seed 1"}))
}

// A program that does not let go is named, and the old build is complete.
func TestSwapNamesTheHolder(t *testing.T) {
	self, err := os.ReadFile(os.Args[0])
	must(t, err)
	w, p, plan := heldWorld(t, string(self))
	held := filepath.Join(w.place.Dir, "client.exe")
	h := holdFile(t, filepath.Join(w.place.Dir, "bin", "helper.exe"), held)
	_, err = p.Swap(t.Context(), plan)
	use, ok := errors.AsType[*InUseError](err)
	if !ok || !errors.Is(err, ErrInUse) || errors.Is(err, ErrNotRestored) {
		t.Fatalf("%v", err)
	}
	if use.Path != held || len(use.Holders) != 1 || use.Holders[0].PID != h.cmd.Process.Pid || use.Holders[0].Name != "helper.exe" || use.Holders[0].User == "" {
		t.Errorf("%+v, want pid %d", use, h.cmd.Process.Pid)
	}
	must(t, p.settled())
	h.release()
	_ = h.cmd.Wait()
	w.want(w.place.Dir, with(build1, tree{"bin/helper.exe": string(self)}))
}

// A file that is still held when a killed run is recovered: the old build comes
// back, or the journal stays open until it can.
func TestUndoWaitsForAScanner(t *testing.T) {
	w, p, plan := heldWorld(t, "no program")
	tx, err := p.Swap(t.Context(), plan)
	must(t, err)
	h := holdFile(t, os.Args[0], filepath.Join(w.place.Dir, "client.exe"))
	told := 0
	p.disk.waits.tell = func(string, []Process) {
		told++
		h.release()
	}
	must(t, tx.Undo(t.Context()))
	if told != 1 {
		t.Errorf("told %d times", told)
	}
	w.want(w.place.Dir, with(build1, tree{"bin/helper.exe": "no program"}))
}

// The real Restart Manager, or Wine's stub, answers without an error.
func TestRestartManagerAnswers(t *testing.T) {
	w, _, _ := heldWorld(t, "no program")
	h := holdFile(t, os.Args[0], filepath.Join(w.place.Dir, "client.exe"))
	found, err := Holders(t.Context(), w.place.Dir)
	must(t, err)
	for _, p := range found { // Wine lists nobody
		if p.PID != h.cmd.Process.Pid || p.Name == "" {
			t.Errorf("%+v", p)
		}
	}
}

// A file of koshin's own is waited for just so, and is in use when nobody lets
// go: no lack of rights, as Windows says.
func TestStateFileInUse(t *testing.T) {
	w := newWorld(t)
	p := w.open()
	must(t, p.prepare())
	content := func(text string) func(io.Writer) error {
		return func(to io.Writer) error { _, err := io.WriteString(to, text); return err }
	}
	must(t, p.saveFile(t.Context(), "x.json", content("old")))
	h := holdFile(t, os.Args[0], p.state("x.json"))
	var told []string
	p.disk.waits.tell = func(path string, _ []Process) { told = append(told, path) }
	p.disk.waits.begin(patience{each: time.Second, all: 10 * time.Second})
	for what, err := range map[string]error{
		"save": p.saveFile(t.Context(), "x.json", content("new")), "remove": p.removeState(t.Context(), "x.json"),
	} {
		use, ok := errors.AsType[*InUseError](err)
		if !ok || use.Path != p.state("x.json") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if len(told) != 2 {
		t.Errorf("told of %q", told)
	}
	p.disk.waits.tell = func(string, []Process) { h.release() }
	must(t, p.saveFile(t.Context(), "x.json", content("new")))
	if got, err := os.ReadFile(p.state("x.json")); err != nil || string(got) != "new" {
		t.Errorf("%q, %v", got, err)
	}
}
