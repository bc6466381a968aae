package installer

import (
	"testing"
)

// TestTheirsAreNeverDeleted follows a file that the operator changed, and a
// client that somebody else installed, through as many updates and ways back as
// it takes until their build is discarded.
func TestTheirsAreNeverDeleted(t *testing.T) {
	t.Parallel()
	plain := func(version string) tree { return tree{"VERSION": version, "conf/default.ini": version} }
	rollback := func(w *world) {
		p := w.open()
		plan, err := p.PlanRollback(t.Context(), PlanOptions{Preserve: keep})
		must(t, err)
		tx, err := p.Swap(t.Context(), plan)
		must(t, err)
		must(t, tx.Commit(t.Context()))
	}
	update := func(version string) func(*world) {
		return func(w *world) {
			w.install(w.pack(version, plain(version)), PlanOptions{Preserve: keep, KeepUnknown: true})
		}
	}
	edit := func(w *world) { write(t, w.place.Dir, tree{"conf/default.ini": "edited"}) }
	strange := func(w *world) {
		write(t, w.place.Dir, tree{"conf/default.ini": "edited", "prog.exe": "theirs", "手順書.txt": "mine"})
	}
	tests := []struct {
		name  string
		story []func(*world)
		lost  []string // contents that must be somewhere
	}{
		{"edited", []func(*world){update("1.0"), edit, update("1.1"), update("1.2"), update("1.3")}, []string{"edited"}},
		{"edited, back, on", []func(*world){update("1.0"), edit, update("1.1"), rollback, update("1.2"), update("1.3"), update("1.4")}, []string{"edited"}},
		{"there and back twice", []func(*world){update("1.0"), edit, update("1.1"), rollback, rollback, rollback, update("1.2"), update("1.3")}, []string{"edited"}},
		{"unknown", []func(*world){strange, update("1.0"), update("1.1"), update("1.2")}, []string{"edited", "theirs", "mine"}},
		{"unknown, back, on", []func(*world){strange, update("1.0"), rollback, update("1.1"), update("1.2"), update("1.3")}, []string{"edited", "theirs", "mine"}},
	}
	for _, test := range tests {
		w := newWorld(t)
		for _, step := range test.story {
			step(w)
		}
		all := map[string]bool{}
		for _, content := range with(read(t, w.place.Dir), read(t, w.work())) {
			all[content] = true
		}
		for _, content := range test.lost {
			if !all[content] {
				t.Errorf("%s: %q is lost\n%s", test.name, content, show(read(t, w.work())))
			}
		}
	}
}

// TestKeptIsSaid: the commit that moves a client of another hand to kept/ names
// the folder.
func TestKeptIsSaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	theirs := tree{"prog.exe": "theirs", "手順書.txt": "mine"}
	write(t, w.place.Dir, theirs)
	for n, version := range []string{"1.0", "1.1", "1.2"} {
		tx, err := w.update(w.open(), w.pack(version, build2), PlanOptions{KeepUnknown: true})
		must(t, err)
		must(t, tx.Commit(t.Context()))
		if (tx.Kept() != "") != (n == 1) {
			t.Errorf("%s: kept in %q", version, tx.Kept())
		}
		if n == 1 {
			w.want(tx.Kept(), theirs)
		}
	}
}
