package installer

import (
	"os"
	"testing"
)

func TestUpdateCommitRollback(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	options := PlanOptions{Preserve: keep}
	w.install(w.pack("2.2.0", build1), options)
	w.want(w.place.Dir, build1)

	extra := tree{"lib/mine.txt": "operator's note", "top.log": "log"}
	write(t, w.place.Dir, data)
	write(t, w.place.Dir, extra)
	w.install(w.pack("2.3.0", build2), options)
	stays := with(with(data, extra), tree{"data/seed.db": "seed 1"})
	w.want(w.place.Dir, with(build2, stays))

	p := w.open()
	found, err := p.Detect(ctx, rule(t, "koshin-record"))
	must(t, err)
	if found.State != Recorded || found.Version.String() != "2.3.0" {
		t.Errorf("found %+v", found)
	}
	plan, err := p.PlanRollback(ctx, PlanOptions{Preserve: keep})
	must(t, err)
	tx, err := p.Swap(ctx, plan)
	must(t, err)
	must(t, tx.Commit(ctx))
	back := with(with(build1, stays), tree{"data/sample.db": "sample"})
	w.want(w.place.Dir, back)
	if _, err := os.Stat(p.state(journalName)); !os.IsNotExist(err) {
		t.Error("the journal is still there:", err)
	}
}

func TestUndoKeepsWhatChangedSince(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	options := PlanOptions{Preserve: keep}
	w.install(w.pack("2.2.0", build1), options)
	write(t, w.place.Dir, data)
	tx, err := w.update(w.open(), w.pack("2.3.0", build2), options)
	must(t, err)
	since := tree{"data/claims.txt": "claim 1\nclaim 2\n", "data/sample.db": "edited by the user", "lib/deep/cache": "made by the new build", "doc/note": "n"}
	write(t, w.place.Dir, since)
	must(t, tx.Undo(ctx))
	w.want(w.place.Dir, with(with(build1, data), since))
}
