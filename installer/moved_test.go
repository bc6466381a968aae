package installer

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

func TestRenamed(t *testing.T) {
	t.Parallel()
	const byFile = `file:VERSION:^([0-9.]+)`
	tests := []struct {
		name   string
		change func(w *world, moved string)
		state  State
	}{
		{"as it was", func(*world, string) {}, Moved},
		{"an empty folder in its place", func(w *world, _ string) { write(t, w.place.Dir, nil) }, Moved},
		{"only data in its place", func(w *world, _ string) { write(t, w.place.Dir, data) }, Moved},
		{"with an edited file", func(_ *world, moved string) { write(t, moved, tree{"conf/default.ini": "edited"}) }, Moved},
		{"half of it", func(_ *world, moved string) { must(t, os.RemoveAll(filepath.Join(moved, "lib"))) }, Damaged},
		{"only the names", func(_ *world, moved string) {
			write(t, moved, tree{"VERSION": "", "client.exe": "", "lib/a.dll": "", "lib/gone.dll": ""})
		}, Damaged},
		{"put back in part", func(w *world, _ string) { write(t, w.place.Dir, tree{"VERSION": build1["VERSION"]}) }, Damaged},
	}
	for _, test := range tests {
		w := newWorld(t)
		w.install(w.pack("2.2.0", build1), PlanOptions{Preserve: keep})
		moved := filepath.Join(filepath.Dir(w.place.Dir), "取込 (古い)")
		must(t, os.Rename(w.place.Dir, moved))
		test.change(w, moved)
		for _, text := range []string{"", byFile} {
			found, err := w.open().Detect(t.Context(), rule(t, text))
			must(t, err)
			if found.State != test.state || found.Version.String() != "2.2.0" || (found.State == Moved) != (found.Elsewhere == moved) {
				t.Errorf("%s, %q: %+v", test.name, text, found)
			}
		}
	}
}

// TestEdited: same version, other content.
func TestEdited(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.install(w.pack("2.2.0", build1), PlanOptions{Preserve: keep})
	write(t, w.place.Dir, tree{"conf/default.ini": "two", "lib/a.dll": "longer", "data/seed.db": "mine", "note": "n"})
	touched := time.Now().Add(-time.Hour)
	must(t, os.Chtimes(filepath.Join(w.place.Dir, "client.exe"), touched, touched)) // as a copy does
	found, err := w.open().Detect(t.Context(), rule(t, ""))
	must(t, err)
	if found.State != Edited || found.Version.String() != "2.2.0" || !slices.Equal(found.Edited, []string{"conf/default.ini", "lib/a.dll"}) {
		t.Errorf("%+v", found)
	}
}

// TestByHand: a client that somebody updated over ours is kept whole under its
// own version, and comes back whole.
func TestByHand(t *testing.T) {
	t.Parallel()
	const byFile = `file:VERSION:^([0-9.]+)`
	w := newWorld(t)
	w.install(w.pack("2.2.0", build1), PlanOptions{Preserve: keep})
	theirs := tree{"VERSION": "2.2.5\n", "client.exe": "their program", "lib/theirs.dll": "t", "new/deep/x.dll": "x"}
	write(t, w.place.Dir, with(theirs, data))
	must(t, os.RemoveAll(filepath.Join(w.place.Dir, "plugins")))
	before := read(t, w.place.Dir)
	found, err := w.open().Detect(t.Context(), rule(t, byFile))
	must(t, err)
	if found.State != ByHand || found.Version.String() != "2.2.5" || found.Recorded.String() != "2.2.0" {
		t.Fatalf("%+v", found)
	}
	options := PlanOptions{Preserve: keep, KeepUnknown: true, Standing: found.Version}
	tx, err := w.update(w.open(), w.pack("2.3.0", build2), options)
	must(t, err)
	must(t, tx.Undo(t.Context()))
	w.want(w.place.Dir, before)
	w.install(w.pack("2.3.0", build2), options)
	w.want(w.place.Dir, with(with(build2, data), tree{"data/seed.db": "seed 1"}))
	p := w.open()
	previous, err := p.Previous()
	if err != nil || previous.Version.String() != "2.2.5" {
		t.Fatalf("%+v, %v", previous, err)
	}
	plan, err := p.PlanRollback(t.Context(), PlanOptions{Preserve: keep})
	must(t, err)
	tx, err = p.Swap(t.Context(), plan)
	must(t, err)
	must(t, tx.Commit(t.Context()))
	w.want(w.place.Dir, with(before, tree{"data/sample.db": "sample"}))
}
