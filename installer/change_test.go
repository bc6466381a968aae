package installer

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// What happens between the plan and the swap: a plan holds unless a file or
// folder that it moves, or that stands beside those, became another one.
func TestChangesBetweenPlanAndSwap(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name    string
		change  tree
		refused bool
	}{
		{"nothing", nil, false},
		{"the user's data changed", tree{"data/claims.txt": "more claims"}, false},
		{"a new file among the user's data", tree{"data/log/today.txt": "x"}, false},
		{"an installed file changed", tree{"client.exe": "patched by hand"}, true},
		{"an installed file changed and kept its size", tree{"client.exe": "odd"}, true},
		{"a new file in a folder that moves whole", tree{"lib/new.txt": "x"}, true},
		{"new data in a folder that had none", tree{"conf/user.ini": "x"}, true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			options := PlanOptions{Preserve: keep}
			w.install(w.pack("2.1.0", tree{"client.exe": "old", "lib/a.dll": "a", "conf/base.ini": "b"}), options)
			write(t, w.place.Dir, tree{"data/claims.txt": "claims"})
			p := w.open()
			staged, err := p.stageForTest(t.Context(), w.pack("2.2.0", tree{"client.exe": "new", "lib/a.dll": "b", "conf/base.ini": "c"}))
			must(t, err)
			plan, err := p.Plan(t.Context(), staged, options)
			must(t, err)
			write(t, w.place.Dir, c.change)
			tx, err := p.Swap(t.Context(), plan)
			if errors.Is(err, ErrFolderChanged) != c.refused || !c.refused && err != nil {
				t.Fatalf("error is %v, refused should be %v", err, c.refused)
			}
			if err == nil {
				must(t, tx.Commit(t.Context()))
			}
		})
	}
}

// A build brings a first version of what becomes the user's data. Going back
// takes it along only as long as nobody has written in it.
func TestUndoLeavesSeededDataThatWasChanged(t *testing.T) {
	t.Parallel()
	for edited, want := range map[string]string{"": "", "the user's settings": "the user's settings"} {
		w := newWorld(t)
		options := PlanOptions{Preserve: keep}
		w.install(w.pack("2.1.0", tree{"client.exe": "old", "conf/base.ini": "b"}), options)
		tx, err := w.update(w.open(), w.pack("2.2.0", tree{"client.exe": "new", "conf/base.ini": "c", "conf/user.ini": "first"}), options)
		must(t, err)
		file := filepath.Join(w.place.Dir, "conf", "user.ini")
		if edited != "" {
			must(t, os.WriteFile(file, []byte(edited), 0o644))
		}
		must(t, tx.Undo(t.Context()))
		got, err := os.ReadFile(file)
		if string(got) != want || (want == "") != errors.Is(err, os.ErrNotExist) {
			t.Errorf("after %q: %q, %v", edited, got, err)
		}
	}
}
