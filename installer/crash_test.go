package installer

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"
)

// A crash story is something that is killed at every point of itself.
type crashStory struct {
	name     string
	run      func(ctx context.Context, w *world, p *Product) error
	old, new tree // the build before and after, without anything of the operator's
	previous map[string]tree
}

// crashWorld is a PC on which build 0, then build 1 was installed, with the
// operator's data and files, one of them where build 2 needs its place.
type crashWorld struct {
	template *world
	operator tree
	next     pkg
}

func newCrashWorld(t testing.TB) *crashWorld {
	w := newWorld(t)
	options := PlanOptions{Preserve: keep}
	w.install(w.pack("2.1.0", build0()), options)
	w.install(w.pack("2.2.0", build1), options)
	operator := with(data, tree{"lib/mine.txt": "operator's note", "doc": "a file where build 2 has a folder"})
	write(t, w.place.Dir, operator)
	return &crashWorld{template: w, operator: operator, next: w.pack("2.3.0", build2)}
}

func build0() tree { return tree{"VERSION": "2.1.0\n", "client.exe": "oldest", "lib/zero.dll": "0"} }

func crashStories(next pkg) []crashStory {
	update := func(ctx context.Context, w *world, p *Product) (*Transaction, error) {
		return w.update(p, next, PlanOptions{Preserve: keep})
	}
	return []crashStory{
		{"update", func(ctx context.Context, w *world, p *Product) error {
			tx, err := update(ctx, w, p)
			if err != nil {
				return err
			}
			return tx.Commit(ctx)
		}, build1, build2, map[string]tree{"2.2.0": build0(), "2.3.0": build1}},
		{"undo", func(ctx context.Context, w *world, p *Product) error {
			tx, err := update(ctx, w, p)
			if err != nil {
				return err
			}
			return tx.Undo(ctx)
		}, build1, build1, map[string]tree{"2.2.0": build0()}},
		{"rollback", func(ctx context.Context, w *world, p *Product) error {
			plan, err := p.PlanRollback(ctx, PlanOptions{Preserve: keep})
			if err != nil {
				return err
			}
			tx, err := p.Swap(ctx, plan)
			if err != nil {
				return err
			}
			return tx.Commit(ctx)
		}, build1, build0(), map[string]tree{"2.2.0": build0(), "2.1.0": build1}},
	}
}

// TestKilledAtEveryPoint stops before and after every journal line, every move
// and every state file, recovers, and compares everything.
func TestKilledAtEveryPoint(t *testing.T) {
	t.Parallel()
	c := newCrashWorld(t)
	for _, story := range crashStories(c.next) {
		t.Run(story.name, func(t *testing.T) {
			t.Parallel()
			c.killAtEveryPoint(t, story)
		})
	}
}

func (c *crashWorld) killAtEveryPoint(t *testing.T, story crashStory) {
	points := c.points(t, story)
	if len(points) < 40 {
		t.Fatalf("only %d points: the seam is gone", len(points))
	}
	outcomes := map[string]int{}
	for n := 0; n < len(points); n += stride() {
		w := c.fresh(t)
		c.killAt(t, w, story, n)
		recoverAndCheck(t, c, w, story, points[n], outcomes)
	}
	if outcomes["2.2.0"] == 0 || story.name != "undo" && len(outcomes) != 2 {
		t.Errorf("outcomes %v: a kill must be able to end both ways", outcomes)
	}
	t.Logf("%d points, outcomes %v", len(points), outcomes)
}

// TestKilledDuringRecovery stops the recovery itself at every point, after the
// first run was stopped at some.
func TestKilledDuringRecovery(t *testing.T) {
	t.Parallel()
	c := newCrashWorld(t)
	for _, story := range crashStories(c.next) {
		t.Run(story.name, func(t *testing.T) {
			t.Parallel()
			c.killRecovery(t, story, 37) // an odd stride meets both before and after
		})
	}
}

func (c *crashWorld) killRecovery(t *testing.T, story crashStory, each int) {
	points := c.points(t, story)
	runs, outcomes := 0, map[string]int{}
	for n := 0; n < len(points); n += each * stride() {
		for m := 0; ; m += stride() {
			w := c.fresh(t)
			c.killAt(t, w, story, n)
			w.stop = stopAt(m)
			p := w.open()
			_, err := p.recover(t.Context())
			must(t, p.Close())
			if !errors.Is(err, errStopped) {
				must(t, err)
				break
			}
			w.stop = nil
			recoverAndCheck(t, c, w, story, points[n], outcomes)
			runs++
		}
	}
	t.Logf("%d runs, outcomes %v", runs, outcomes)
}

func (c *crashWorld) killAt(t testing.TB, w *world, story crashStory, n int) {
	t.Helper()
	w.stop = stopAt(n)
	p := w.open()
	defer p.Close() // as the system does for the dead
	if err := story.run(t.Context(), w, p); !errors.Is(err, errStopped) {
		t.Fatalf("not stopped at point %d: %v", n, err)
	}
	w.stop = nil
}

func stopAt(n int) func(string) error {
	return func(string) error {
		if n--; n < 0 {
			return errStopped
		}
		return nil
	}
}

// stride is how many points a test goes on at once: in Wine a flush takes so
// long that it has to choose.
func stride() int {
	if runtime.GOOS == "windows" {
		return 7 // odd, to meet both before and after
	}
	return 1
}

// points is every point at which a whole run can be stopped.
func (c *crashWorld) points(t testing.TB, story crashStory) (points []string) {
	w := c.fresh(t)
	w.stop = func(point string) error {
		points = append(points, point)
		return nil
	}
	p := w.open()
	must(t, story.run(t.Context(), w, p))
	must(t, p.Close())
	return points
}

func recoverAndCheck(t *testing.T, c *crashWorld, w *world, story crashStory, point string, outcomes map[string]int) {
	t.Helper()
	ctx := t.Context()
	if _, err := Recover(ctx, w.place, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatalf("killed %s: %v", point, err)
	}
	p := w.open()
	defer p.Close()
	found, err := p.Detect(ctx, rule(t, "koshin-record"))
	if err != nil || found.State != Recorded {
		t.Fatalf("killed %s: found %+v, %v", point, found, err)
	}
	version := found.Version.String()
	outcomes[version]++
	build := story.old
	if version != "2.2.0" {
		build = story.new
	}
	checkBuild(t, c, w, build, point)
	if got := read(t, w.work(previous)); !maps.Equal(got, withoutData(story.previous[version])) {
		t.Errorf("killed %s: at %s the previous build is\n%s", point, version, show(got))
	}
	if _, err := os.Lstat(w.work(retired)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("killed %s: something is still retired", point)
	}
}

// checkBuild compares every file of the build, and looks for every byte of the
// operator's: where it was, or in kept/.
func checkBuild(t *testing.T, c *crashWorld, w *world, build tree, point string) {
	t.Helper()
	live, aside := read(t, w.place.Dir), slices.Collect(maps.Values(read(t, w.work(kept))))
	for name, content := range withoutData(build) {
		if got, there := live[name]; !there || got != content {
			t.Errorf("killed %s: build file %s is %q, not %q", point, name, got, content)
		}
	}
	for name, content := range c.operator {
		if live[name] != content && !slices.Contains(aside, content) {
			t.Errorf("killed %s: the operator's %s is lost", point, name)
		}
	}
	for name := range live {
		_, ofBuild := build[name]
		_, ofOperator := c.operator[name]
		if !ofBuild && !ofOperator && !globs(keep).match(name) {
			t.Errorf("killed %s: %s belongs to neither build nor operator", point, name)
		}
	}
}

func withoutData(build tree) tree {
	rest := tree{}
	for name, content := range build {
		if !globs(keep).match(filepath.ToSlash(filepath.Clean(name))) {
			rest[name] = content
		}
	}
	return rest
}

// fresh is a copy of the template.
func (c *crashWorld) fresh(t testing.TB) *world {
	t.Helper()
	w := newWorld(t)
	w.exe = c.template.exe
	from, to := filepath.Dir(filepath.Dir(c.template.place.Dir)), filepath.Dir(filepath.Dir(w.place.Dir))
	copyTree(t, from, to)
	w.now = c.template.now.Add(time.Hour)
	return w
}

// copyTree copies with modification times, which tell an untouched file.
func copyTree(t testing.TB, from, to string) {
	t.Helper()
	must(t, os.CopyFS(to, os.DirFS(from)))
	must(t, filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(from, path)
		return os.Chtimes(filepath.Join(to, rel), time.Time{}, info.ModTime())
	}))
}
