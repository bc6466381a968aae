package installer

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/pack"
)

// TestStageRefuses gives every package that is not the promised one, and looks
// that nothing of it stays on the disk.
func TestStageRefuses(t *testing.T) {
	t.Parallel()
	flip := func(t *testing.T, k pkg) pkg {
		data, err := os.ReadFile(k.file)
		must(t, err)
		data[len(data)/2] ^= 1
		k.file = filepath.Join(t.TempDir(), "flipped")
		must(t, os.WriteFile(k.file, data, 0o644))
		return k
	}
	tests := []struct {
		name   string
		change func(t *testing.T, k pkg) pkg
		want   error
	}{
		{"one bit", flip, ErrPackage},
		{"one byte less", func(t *testing.T, k pkg) pkg { k.promise.size++; return k }, ErrPackage},
		{"one byte more", func(t *testing.T, k pkg) pkg { k.promise.size--; return k }, ErrPackage},
		{"another hash", func(t *testing.T, k pkg) pkg { k.promise.sha256[0] ^= 1; return k }, ErrPackage},
		{"another tree", func(t *testing.T, k pkg) pkg { k.entry.TreeSHA256[0] ^= 1; return k }, pack.ErrTree},
		{"larger than said", func(t *testing.T, k pkg) pkg { k.entry.InstalledSize--; return k }, manifest.ErrTooLarge},
		{"another kind", func(t *testing.T, k pkg) pkg { k.entry.Kind = "deb"; return k }, errors.ErrUnsupported},
		{"no file", func(t *testing.T, k pkg) pkg { k.file += "x"; return k }, fs.ErrNotExist},
	}
	for _, test := range tests {
		w := newWorld(t)
		w.install(w.pack("2.2.0", build1), PlanOptions{})
		before := read(t, filepath.Dir(w.place.Dir))
		if _, err := w.open().stageForTest(t.Context(), test.change(t, w.pack("2.3.0", build2))); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, not %v", test.name, err, test.want)
		}
		w.want(filepath.Dir(w.place.Dir), before)
	}
}

func TestStageNeedsAPromise(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	k := w.pack("2.3.0", build2)
	if _, err := w.open().Stage(t.Context(), k.file, manifest.Promise{}, k.entry, k.version, nil); !errors.Is(err, ErrNoPromise) {
		t.Error(err)
	}
	w.want(filepath.Dir(w.place.Dir), tree{})
}

func TestStageStops(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	k := w.pack("2.3.0", build2)
	ctx, cancel := context.WithCancel(t.Context())
	last := int64(0)
	_, err := w.open().stage(ctx, k.file, k.promise, k.entry, k.version, func(done, total int64) {
		if last = done; total != k.entry.InstalledSize {
			t.Errorf("total %d", total)
		}
		cancel()
	})
	if !errors.Is(err, context.Canceled) || last == 0 {
		t.Error(err, last)
	}
	w.want(w.work(), tree{})
}

// TestStageDiscards stages twice, with what a rehearsal left in the first.
func TestStageDiscards(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.open()
	_, err := p.stageForTest(t.Context(), w.pack("2.2.0", build1))
	must(t, err)
	write(t, w.work(staging), tree{"trace.log": "made by the rehearsal", "VERSION": "edited"})
	st, err := p.stageForTest(t.Context(), w.pack("2.3.0", build2))
	must(t, err)
	w.want(st.Dir, build2)
	names := keptContents(t, w)
	if !slices.Equal(names, []string{"edited", "made by the rehearsal"}) {
		t.Errorf("kept %q", names)
	}
	must(t, p.Unstage(t.Context()))
	w.want(st.Dir, tree{})
}

func keptContents(t *testing.T, w *world) (contents []string) {
	for _, content := range read(t, w.work(kept)) {
		contents = append(contents, content)
	}
	slices.Sort(contents)
	return contents
}

func TestSwapRefusesADamagedStage(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]func(dir string) error{
		"missing": func(dir string) error { return os.Remove(filepath.Join(dir, "client.exe")) },
		"changed": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "client.exe"), []byte("new grogram"), 0o644)
		},
		"folder": func(dir string) error { return os.RemoveAll(filepath.Join(dir, "lib")) },
	} {
		w := newWorld(t)
		w.install(w.pack("2.2.0", build1), PlanOptions{})
		p := w.open()
		st, err := p.stageForTest(t.Context(), w.pack("2.3.0", build2))
		must(t, err)
		plan, err := p.Plan(t.Context(), st, PlanOptions{})
		must(t, err)
		must(t, damage(st.Dir))
		if _, err := p.Swap(t.Context(), plan); !errors.Is(err, ErrStaged) && !errors.Is(err, ErrFolderChanged) {
			t.Errorf("%s: %v", name, err)
		}
		w.want(w.place.Dir, build1)
	}
}

func TestSwapRefusesAnotherFolderThanPlanned(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.install(w.pack("2.2.0", build1), PlanOptions{})
	p := w.open()
	st, err := p.stageForTest(t.Context(), w.pack("2.3.0", build2))
	must(t, err)
	plan, err := p.Plan(t.Context(), st, PlanOptions{})
	must(t, err)
	write(t, w.place.Dir, tree{"lib/deep/since.txt": "s"})
	if _, err := p.Swap(t.Context(), plan); !errors.Is(err, ErrFolderChanged) {
		t.Error(err)
	}
	w.want(w.place.Dir, with(build1, tree{"lib/deep/since.txt": "s"}))
}

func TestPlanRefuses(t *testing.T) {
	t.Parallel()
	dataIsFile := tree{"VERSION": "3", "data": "a file where the data is"}
	tests := []struct {
		name    string
		prepare func(w *world)
		next    tree
		options PlanOptions
		want    error
	}{
		{"unknown folder", func(w *world) { write(t, w.place.Dir, tree{"x": "x"}) }, build2, PlanOptions{}, ErrUnknownFolder},
		{"folder missing", func(w *world) {
			w.install(w.pack("2.2.0", build1), PlanOptions{})
			must(t, os.RemoveAll(w.place.Dir))
		}, build2, PlanOptions{}, ErrFolderMissing},
		{"data in the way", func(w *world) { write(t, w.place.Dir, data) }, dataIsFile, PlanOptions{Preserve: keep, KeepUnknown: true}, ErrDataInTheWay},
		{"damaged record", func(w *world) {
			w.install(w.pack("2.2.0", build1), PlanOptions{})
			write(t, w.place.State, tree{"installed.json": "{}"})
		}, build2, PlanOptions{}, ErrRecord},
		{"damaged index", func(w *world) {
			w.install(w.pack("2.2.0", build1), PlanOptions{})
			write(t, w.place.State, tree{"installed.index": `{"schema":"koshin/tree/1"}` + "\n"})
		}, build2, PlanOptions{}, ErrRecord},
	}
	for _, test := range tests {
		w := newWorld(t)
		test.prepare(w)
		before := read(t, w.place.Dir)
		p := w.open()
		st, err := p.stageForTest(t.Context(), w.pack("3.0.0", test.next))
		must(t, err)
		if _, err := p.Plan(t.Context(), st, test.options); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, not %v", test.name, err, test.want)
		}
		w.want(w.place.Dir, before)
	}
	if _, err := newWorld(t).open().PlanRollback(t.Context(), PlanOptions{}); !errors.Is(err, ErrNoPrevious) {
		t.Error(err)
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	write(t, filepath.Dir(w.place.Dir), tree{"Torikomi": "a file"})
	if _, err := Open(w.place, nil); !errors.Is(err, ErrNotFolder) {
		t.Error(err)
	}
	if runtime.GOOS == "windows" {
		return // links need rights there
	}
	must(t, os.Remove(w.place.Dir))
	must(t, os.Symlink(t.TempDir(), w.place.Dir))
	if _, err := Open(w.place, nil); !errors.Is(err, ErrNotFolder) {
		t.Error(err)
	}
}

// TestPlanIsCoarse: without data and strangers, a plan does not grow with the
// number of files.
func TestPlanIsCoarse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.install(w.pack("2.2.0", build1), PlanOptions{Preserve: keep})
	write(t, w.place.Dir, tree{"data/claims.txt": "c", "plugins/mine.dll": "m"})
	p := w.open()
	st, err := p.stageForTest(t.Context(), w.pack("2.3.0", build2))
	must(t, err)
	plan, err := p.Plan(t.Context(), st, PlanOptions{Preserve: keep})
	must(t, err)
	var steps []string
	for _, s := range plan.Steps {
		steps = append(steps, s.String())
	}
	want := "retire VERSION|retire client.exe|retire conf|retire empty|retire lib|retire plugins/p.dll|" +
		"put VERSION|put client.exe|put conf|seed data/sample.db|put doc|put lib|put plugins/p.dll"
	if got := strings.Join(steps, "|"); got != want {
		t.Errorf("steps are\n%s\nnot\n%s", got, want)
	}
	if r := plan.Report; !slices.Equal(r.Preserved, []string{"data/claims.txt", "data/seed.db"}) ||
		!slices.Equal(r.Unlisted, []string{"plugins/mine.dll"}) || r.Aside != nil || r.Changed != nil || r.Missing != nil {
		t.Errorf("%+v", r)
	}
}

// A package that only serves to fill the disk is refused by its two sizes alone.
func TestStageRefusesABomb(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	k := w.pack("2.2.0", build1)
	k.entry.InstalledSize = 10_000_000_000
	if _, err := w.open().stageForTest(t.Context(), k); !errors.Is(err, pack.ErrRatio) {
		t.Error(err)
	}
	if _, err := os.Lstat(w.work()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("something was begun: %v", err)
	}
}
