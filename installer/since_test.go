package installer

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
)

func TestDataSince(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.install(w.pack("2.2.0", build1), PlanOptions{Preserve: keep})
	write(t, w.place.Dir, data)
	p := w.open()
	if got := p.SnapshotOf(ver(t, "2.2.0")); got != "" {
		t.Errorf("no snapshot yet, but %s", got)
	}
	for range 2 { // two snapshots: the newest counts
		write(t, w.place.Dir, tree{"data/claims.txt": data["data/claims.txt"] + "more"})
		tx, err := w.update(w.open(), w.pack("2.3.0", build2), PlanOptions{Preserve: keep})
		must(t, err)
		must(t, tx.Undo(t.Context()))
	}
	snapshot := p.SnapshotOf(ver(t, "2.2.0"))
	if filepath.Base(snapshot) != "snapshot-2.2.0~2" {
		t.Fatalf("newest snapshot %q", snapshot)
	}
	since, err := p.DataSince(t.Context(), keep, snapshot)
	if err != nil || since.Files != 4 || len(since.Changed)+len(since.Gone) != 0 {
		t.Errorf("%+v, %v", since, err)
	}
	write(t, w.place.Dir, tree{"data/claims.txt": "claim 1\nMORE", "data/new.txt": "n", "data/2021/四月.txt": "報酬!", "elsewhere": "x"})
	must(t, os.Remove(filepath.Join(w.place.Dir, "conf", "user.ini")))
	want := []string{"data/2021/四月.txt", "data/claims.txt", "data/new.txt"}
	if runtime.GOOS != "windows" { // links need rights there
		must(t, os.Remove(filepath.Join(w.place.Dir, "data", "seed.db")))
		must(t, os.Symlink("new.txt", filepath.Join(w.place.Dir, "data", "seed.db")))
		want = append(want, "data/seed.db")
	}
	since, err = p.DataSince(t.Context(), keep, snapshot)
	if err != nil || !slices.Equal(since.Changed, want) || !slices.Equal(since.Gone, []string{"conf/user.ini"}) {
		t.Errorf("%+v, %v", since, err)
	}
	since, err = p.DataSince(t.Context(), keep, "")
	if err != nil || since.Files == 0 || since.Changed != nil || since.Gone != nil {
		t.Errorf("without a snapshot: %+v, %v", since, err)
	}
}
