package installer

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestOtherVolumes mounts a volume inside the install folder. Where the user's
// data or nobody's files are on it, it stays; a folder of the build on it is
// refused before anything is touched, since no rename leads there.
func TestOtherVolumes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		within tree
		want   error
	}{
		{"data", tree{"claims.txt": "claim 1\n"}, nil},
		{"mine", tree{"x": "nobody's"}, nil},
		{"lib", tree{"a.dll": "a1", "deep/b.dll": "b1", "gone.dll": "only in 1"}, ErrOtherVolume},
		{"lib/deep", tree{"b.dll": "b1"}, ErrOtherVolume},
		{"lib/deep", tree{"b.dll": "b1", "mine.dll": "nobody's"}, ErrOtherVolume},
		{"lib/deep", tree{}, ErrOtherVolume},
		{"doc", tree{"read.txt": "nobody's"}, ErrOtherVolume},   // the next build has that folder
		{"doc/read.txt", tree{"x": "nobody's"}, ErrOtherVolume}, // and that file
	}
	for _, test := range tests {
		w := newWorld(t)
		options := PlanOptions{Preserve: keep}
		first := with(build1, tree{"data/sample.db": "sample"})
		w.install(w.pack("2.2.0", first), options)
		mountPoint := filepath.Join(w.place.Dir, filepath.FromSlash(test.name))
		must(t, os.RemoveAll(mountPoint))
		must(t, os.MkdirAll(mountPoint, 0o755))
		mountSmall(t, mountPoint)
		write(t, mountPoint, with(test.within, map[bool]tree{true: {"seed.db": "seed 1", "sample.db": "sample"}}[test.name == "data"]))
		want := read(t, w.place.Dir)
		tx, err := w.update(w.open(), w.pack("2.3.0", build2), options)
		if !errors.Is(err, test.want) || errors.Is(err, ErrInUse) || errors.Is(err, ErrNotRestored) || (err == nil) != (test.want == nil) {
			t.Errorf("%s: %v, not %v", test.name, err, test.want)
		}
		if err == nil {
			must(t, tx.Undo(t.Context()))
		}
		w.want(w.place.Dir, want)
		if err == nil {
			w.install(w.pack("2.3.0", build2), options)
			rollBack(t, w, options)
			w.want(w.place.Dir, want)
		}
	}
}

// TestLargeFileOfTheOperator: what is nobody's stays where it is, and is not
// read, however large it is.
func TestLargeFileOfTheOperator(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	options := PlanOptions{Preserve: keep}
	w.install(w.pack("2.2.0", build1), options)
	write(t, w.place.Dir, with(data, tree{"lib/rec.mdb": "", "probe": "x"}))
	long := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	age := func(name string) string {
		name = filepath.Join(w.place.Dir, name)
		must(t, os.Chtimes(name, long, long))
		return name
	}
	probe := age("probe")
	if _, err := os.ReadFile(probe); err != nil || !wasRead(t, probe, long) {
		t.Skip("this volume does not say when a file was read:", err)
	}
	must(t, os.Truncate(filepath.Join(w.place.Dir, "lib", "rec.mdb"), 5<<30))
	large := age("lib/rec.mdb")
	w.install(w.pack("2.3.0", build2), options)
	rollBack(t, w, options)
	info, err := os.Lstat(large)
	must(t, err)
	if info.Size() != 5<<30 || !info.ModTime().Equal(long) || wasRead(t, large, long) {
		t.Errorf("%d bytes of %v, read: %v", info.Size(), info.ModTime(), wasRead(t, large, long))
	}
}

func wasRead(t *testing.T, name string, before time.Time) bool {
	t.Helper()
	info, err := os.Lstat(name)
	must(t, err)
	at := info.Sys().(*syscall.Stat_t).Atim
	return time.Unix(at.Unix()).After(before)
}
