package installer

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

var errFault = errors.New("fault")

// TestErrorAtEveryPoint lets every single change fail once. The swap must then
// have undone everything by itself: no recovery follows.
func TestErrorAtEveryPoint(t *testing.T) {
	t.Parallel()
	c := newCrashWorld(t)
	story := crashStories(c.next)[0]
	for n, point := range c.points(t, story) {
		if n%stride() != 0 {
			continue
		}
		w := c.fresh(t)
		count := 0
		w.stop = func(string) error {
			if count++; count == n+1 {
				return errFault
			}
			return nil
		}
		p := w.open()
		tx, err := w.update(p, c.next, PlanOptions{Preserve: keep})
		if err == nil {
			_ = tx.Commit(t.Context()) // this may be what fails: a recovery finishes it
			if p.settled() != nil {
				must(t, p.Close())
				recoverAndCheck(t, c, w, story, point, map[string]int{})
			}
			continue
		}
		if !errors.Is(err, errFault) || errors.Is(err, ErrNotRestored) {
			t.Errorf("%s: %v", point, err)
		}
		checkBuild(t, c, w, build1, point)
		if err := p.settled(); err != nil {
			t.Errorf("%s: %v", point, err)
		}
	}
}

// TestFullDisk fills a small volume at each point and never makes room again
// before the swap has returned.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	volume := smallVolume(t)
	c := newCrashWorld(t)
	story := crashStories(c.next)[0]
	points := c.points(t, story)
	for n := 0; n < len(points); n += 3 {
		top := filepath.Join(volume, "top")
		copyTree(t, filepath.Dir(filepath.Dir(c.template.place.Dir)), top)
		w := &world{t: t, now: c.template.now, place: Place{Product: "torikomi-soshin",
			Dir: filepath.Join(top, "pc", "Torikomi"), State: filepath.Join(top, "state")}}
		count := 0
		w.stop = func(string) error {
			if count++; count == n+1 {
				fillVolume(t, volume)
			}
			return nil
		}
		p := w.open()
		tx, err := w.update(p, c.next, PlanOptions{Preserve: keep})
		if err == nil {
			_ = tx.Commit(t.Context())
		} else {
			if !errors.Is(err, ErrDiskFull) || errors.Is(err, ErrNotRestored) {
				t.Errorf("%s: %v", points[n], err)
			}
			checkBuild(t, c, w, build1, points[n])
		}
		must(t, p.Close())
		w.stop = nil
		must(t, os.Remove(filepath.Join(volume, "filler")))
		recoverAndCheck(t, c, w, story, points[n], map[string]int{})
		must(t, os.RemoveAll(top))
	}
}

func fillVolume(t testing.TB, volume string) {
	file, err := os.Create(filepath.Join(volume, "filler"))
	must(t, err)
	defer file.Close()
	for size := 1 << 20; size > 0; size /= 2 {
		block := make([]byte, size)
		for err == nil {
			_, err = file.Write(block)
		}
		err = nil
	}
}

func TestStageOnFullDisk(t *testing.T) {
	t.Parallel()
	volume := smallVolume(t)
	w := &world{t: t, place: Place{Product: "torikomi-soshin", Dir: filepath.Join(volume, "Torikomi"), State: t.TempDir()}}
	w.install(w.pack("2.2.0", build1), PlanOptions{})
	k := w.pack("2.3.0", tree{"big": strings.Repeat("x", 16<<20), "small": "s"})
	p := w.open()
	if _, err := p.stageForTest(t.Context(), k); !errors.Is(err, ErrDiskFull) {
		t.Errorf("%v", err)
	}
	w.want(w.place.Dir, build1)
	w.want(w.work(), tree{"previous/": ""})
}

// TestUndoInTwoHalves is the case for which an undo has two halves: the
// new build removed a file of its own, so the old one takes its name back, and
// the undo is killed after that.
func TestUndoInTwoHalves(t *testing.T) {
	t.Parallel()
	c := newCrashWorld(t)
	options := PlanOptions{Preserve: keep}
	for n := 0; ; n += stride() {
		w := c.fresh(t)
		tx, err := w.update(w.open(), c.next, options)
		must(t, err)
		must(t, os.Remove(filepath.Join(w.place.Dir, "client.exe")))
		must(t, os.Remove(filepath.Join(w.place.Dir, "lib", "a.dll")))
		tx.product.disk.stop = stopAt(n)
		tx.journal.stop = tx.product.disk.at
		if err := tx.Undo(t.Context()); !errors.Is(err, errStopped) {
			must(t, err)
			break
		}
		must(t, tx.product.Close())
		recoverAndCheck(t, c, w, crashStories(c.next)[1], "in an undo", map[string]int{})
	}
}

// TestChangedBetweenKillAndRecovery: the operator worked with the client before
// koshin ran again. The recovery ends, and says what differs.
func TestChangedBetweenKillAndRecovery(t *testing.T) {
	t.Parallel()
	c := newCrashWorld(t)
	story := crashStories(c.next)[0]
	for n, point := range c.points(t, story) {
		if n%(2*stride()) != 0 {
			continue
		}
		w := c.fresh(t)
		c.killAt(t, w, story, n)
		write(t, w.place.Dir, tree{"VERSION": "edited while it was open\n"})
		r, err := Recover(t.Context(), w.place, slog.New(slog.DiscardHandler))
		if err != nil && !errors.Is(err, ErrDiffers) || errors.Is(err, ErrNotRestored) {
			t.Errorf("%s: %v", point, err)
		}
		if err != nil && r.Action == "" {
			t.Errorf("%s: no action beside %v", point, err)
		}
		if r, err := Recover(t.Context(), w.place, slog.New(slog.DiscardHandler)); err != nil || r.Action != Nothing {
			t.Errorf("%s: the transaction is still open: %+v, %v", point, r, err)
		}
		everything := maps.Clone(read(t, w.place.Dir))
		maps.Copy(everything, read(t, w.work()))
		found := false
		for _, content := range everything {
			found = found || content == "edited while it was open\n"
		}
		if !found {
			t.Errorf("%s: the edited file is lost", point)
		}
	}
}

// TestRecoverySaysWhatDiffers: a file of the old build was changed, and kept its
// size, before it was moved anywhere.
func TestRecoverySaysWhatDiffers(t *testing.T) {
	t.Parallel()
	c := newCrashWorld(t)
	story := crashStories(c.next)[0]
	w := c.fresh(t)
	c.killAt(t, w, story, slices.Index(c.points(t, story), "after journal"))
	write(t, w.place.Dir, tree{"client.exe": "OLD PROGRAM"})
	r, err := Recover(t.Context(), w.place, slog.New(slog.DiscardHandler))
	if !errors.Is(err, ErrDiffers) || !strings.Contains(err.Error(), "client.exe") || r.Action != Reverted {
		t.Errorf("%+v, %v", r, err)
	}
}

// TestUndoNeedsNoRoom: the journal's last block is full, and so is the disk.
func TestUndoNeedsNoRoom(t *testing.T) {
	t.Parallel()
	volume := smallVolume(t)
	w := &world{t: t, place: Place{Product: "torikomi-soshin", Dir: filepath.Join(volume, "Torikomi"), State: filepath.Join(volume, "state")}}
	w.install(w.pack("2.2.0", build1), PlanOptions{Preserve: keep})
	tx, err := w.update(w.open(), w.pack("2.3.0", build2), PlanOptions{Preserve: keep})
	must(t, err)
	for os.Getpagesize()-int(tx.journal.size)%os.Getpagesize() > 50 {
		must(t, tx.journal.append(line{Mark: swapped}))
	}
	fillVolume(t, volume)
	must(t, tx.Undo(t.Context()))
	must(t, os.Remove(filepath.Join(volume, "filler")))
	w.want(w.place.Dir, build1)
}

func TestSwapStopsWithContext(t *testing.T) {
	t.Parallel()
	c := newCrashWorld(t)
	for n, point := range c.points(t, crashStories(c.next)[0]) {
		if n%stride() != 0 {
			continue
		}
		w := c.fresh(t)
		ctx, cancel := context.WithCancel(t.Context())
		p := w.open()
		st, err := p.stageForTest(ctx, c.next)
		must(t, err)
		plan, err := p.Plan(ctx, st, PlanOptions{Preserve: keep})
		must(t, err)
		count := 0
		p.disk.stop = func(string) error {
			if count++; count == n+1 {
				cancel()
			}
			return nil
		}
		tx, err := p.Swap(ctx, plan)
		cancel()
		if err == nil {
			must(t, tx.Undo(t.Context()))
			break
		}
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", point, err)
		}
		checkBuild(t, c, w, build1, point)
	}
}

func smallVolume(t *testing.T) string {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("needs a small volume, which only Linux gives a test")
	}
	dir := t.TempDir()
	mountSmall(t, dir)
	return dir
}

// A program that still runs from the build that was taken out holds its file.
// The old build is back all the same, and the next Stage discards the rest.
func TestUndoWhileTheStagedBuildIsInUse(t *testing.T) {
	t.Parallel()
	c := newCrashWorld(t)
	w := c.fresh(t)
	inUse, refused := false, 0
	w.stop = func(point string) error {
		if inUse && strings.HasPrefix(point, "before remove") && strings.Contains(point, "/"+staging+"/") {
			refused++
			return ErrInUse
		}
		return nil
	}
	p := w.open()
	tx, err := w.update(p, c.next, PlanOptions{Preserve: keep})
	must(t, err)
	inUse = true
	if err := tx.Undo(t.Context()); err != nil {
		t.Fatalf("undo: %v", err)
	}
	if refused == 0 {
		t.Fatal("nothing was in use")
	}
	checkBuild(t, c, w, build1, "undo")
	must(t, p.settled())
	if _, err := p.stageForTest(t.Context(), c.next); !errors.Is(err, ErrInUse) {
		t.Errorf("stage over a build in use: %v", err)
	}
	inUse = false
	_, err = p.stageForTest(t.Context(), c.next)
	must(t, err)
}
