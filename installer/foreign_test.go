package installer

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/koshin-updater/koshin/installer/foreign"
	"github.com/koshin-updater/koshin/manifest"
)

func TestSetupUpdateAndRollback(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v1, v2, v3 := w.setup("2.1.0", fine), w.setup("2.2.0", fine), w.setup("2.3.0", restarts)
	w.install(v1, foreignOptions())
	w.wantVersion("2.1.0", Recorded)
	w.wantSettled()
	if _, err := w.open().PlanRollback(t.Context(), foreignOptions()); !errors.Is(err, ErrNoPrevious) {
		t.Errorf("rollback of a first install: %v", err)
	}
	write(t, w.place.Dir, data)
	w.install(v2, foreignOptions())
	tx, err := w.update(w.open(), v3, foreignOptions())
	must(t, err)
	if !tx.RestartNeeded() {
		t.Error("nobody says that a restart is needed")
	}
	must(t, tx.Commit(t.Context()))
	w.wantVersion("2.3.0", Recorded)
	w.want(w.place.Dir, with(client("2.3.0"), data))
	if got := w.installerIn(current, v1, v2, v3) + " " + w.installerIn(previous, v1, v2, v3); got != "2.3.0 2.2.0" {
		t.Errorf("installers kept: %s", got)
	}
	w.wantSettled()

	for _, back := range []string{"2.2.0", "2.3.0"} {
		tx, err := w.rollBack(t.Context(), w.open())
		must(t, err)
		must(t, tx.Commit(t.Context()))
		w.wantVersion(back, Recorded)
		w.want(w.place.Dir, with(client(back), data))
		w.wantSettled()
	}
	if _, err := os.Stat(w.work("logs")); err != nil {
		t.Error("no logs:", err)
	}
}

// TestSetupGoesWrong: whatever the new installer does, the old version, its
// installer and every byte of the data are there afterwards.
func TestSetupGoesWrong(t *testing.T) {
	t.Parallel()
	for does, want := range map[string]error{fails: foreign.ErrFailed, half: foreign.ErrFailed, breaks: foreign.ErrFailed, nothing: ErrNotInstalled} {
		t.Run(does, func(t *testing.T) {
			t.Parallel()
			w := foreignWorld(t)
			before := read(t, w.work(current))
			if _, err := w.update(w.open(), w.setup("2.3.0", does), foreignOptions()); !errors.Is(err, want) || errors.Is(err, ErrNotRestored) {
				t.Fatal(err)
			}
			w.wantVersion("2.2.0", Recorded)
			w.want(w.place.Dir, with(client("2.2.0"), data))
			if !maps.Equal(read(t, w.work(current)), before) {
				t.Error("the old installer is gone")
			}
			w.wantSettled()
		})
	}
}

// TestSetupEatsData: what an installer deletes or rewrites is put back, and
// what it made of it is kept.
func TestSetupEatsData(t *testing.T) {
	t.Parallel()
	w := foreignWorld(t)
	tx, err := w.update(w.open(), w.setup("2.3.0", eats), foreignOptions())
	must(t, err)
	w.want(w.place.Dir, with(client("2.3.0"), data))
	if got := keptContents(t, w); !slices.Equal(got, []string{"default\n", "eaten\n"}) {
		t.Errorf("kept %q", got)
	}
	put := slices.Clone(tx.plan.Report.PutBack)
	slices.Sort(put)
	if !slices.Equal(put, []string{"conf/user.ini", "data/2021/四月.txt", "data/claims.txt"}) {
		t.Errorf("put back %q", put)
	}
	// What the operator does since stays, also on the way back.
	since := tree{"data/claims.txt": "claim 2\n", "data/new.txt": "n"}
	write(t, w.place.Dir, since)
	must(t, tx.Undo(t.Context()))
	w.want(w.place.Dir, with(with(client("2.2.0"), data), since))
	w.wantSettled()
}

// TestOldSetupEatsData: the installer that leads back is no better.
func TestOldSetupEatsData(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.install(w.setup("2.2.0", eats), foreignOptions())
	must(t, os.RemoveAll(filepath.Join(w.place.Dir, "data"))) // it had written a file there
	write(t, w.place.Dir, data)
	tx, err := w.update(w.open(), w.setup("2.3.0", fine), foreignOptions())
	must(t, err)
	since := tree{"data/claims.txt": "claim 2\n"}
	write(t, w.place.Dir, since)
	must(t, tx.Undo(t.Context()))
	w.want(w.place.Dir, with(with(client("2.2.0"), data), since))
}

// TestSetupWithoutBackup: an installer is not let loose on data of which there
// is no copy, or an old one.
func TestSetupWithoutBackup(t *testing.T) {
	t.Parallel()
	for name, between := range map[string]func(p *Product, plan *Plan){
		"none":     func(*Product, *Plan) {},
		"outdated": func(p *Product, plan *Plan) { must(t, p.Backup(t.Context(), plan)) },
	} {
		w := foreignWorld(t)
		p := w.open()
		staged, err := p.stageForTest(t.Context(), w.setup("2.3.0", eats))
		must(t, err)
		plan, err := p.Plan(t.Context(), staged, foreignOptions())
		must(t, err)
		between(p, plan)
		later := tree{"data/claims.txt": "claim 2\n", "data/new.txt": "n"}
		write(t, w.place.Dir, later)
		tx, err := p.Swap(t.Context(), plan)
		must(t, err)
		must(t, tx.Commit(t.Context()))
		if got := read(t, w.place.Dir); !maps.Equal(got, with(with(client("2.3.0"), data), later)) {
			t.Errorf("%s:\n%s", name, show(got))
		}
	}
}

// TestRepairThatIsRefused: the old version is installed, its installer will not
// run again. The client that is there stays.
func TestRepairThatIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.install(w.setup("2.2.0", refuses), foreignOptions())
	if _, err := w.update(w.open(), w.setup("2.3.0", fails), foreignOptions()); !errors.Is(err, foreign.ErrFailed) || errors.Is(err, ErrNotRestored) {
		t.Error(err)
	}
	w.wantVersion("2.2.0", Recorded)
	w.wantSettled()
}

// TestFirstSetup: nothing leads back from a first install by a setup; that is
// said, and the PC keeps what it has.
func TestFirstSetup(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v := w.setup("2.2.0", fine)
	tx, err := w.update(w.open(), v, foreignOptions())
	must(t, err)
	if err := tx.Undo(t.Context()); !errors.Is(err, ErrStays) || errors.Is(err, ErrNotRestored) {
		t.Error(err)
	}
	w.wantVersion("2.2.0", Recorded)
	w.wantSettled()
	if got := w.installerIn(current, v); got != "2.2.0" {
		t.Errorf("kept the installer of %s", got)
	}
	// One that only failed has left nothing.
	w = newWorld(t)
	if _, err := w.update(w.open(), w.setup("2.2.0", fails), foreignOptions()); !errors.Is(err, foreign.ErrFailed) || errors.Is(err, ErrStays) {
		t.Error(err)
	}
	w.wantSettled()
}

// TestInstalledByHand: without the installer of what is there, an update needs
// somebody's word, or that installer.
func TestInstalledByHand(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	write(t, w.place.Dir, with(client("2.2.0"), data))
	if _, err := w.update(w.open(), w.setup("2.3.0", fine), foreignOptions()); !errors.Is(err, ErrNoWayBack) {
		t.Fatal(err)
	}
	w.want(w.place.Dir, with(client("2.2.0"), data))

	v2 := w.setup("2.2.0", fine)
	p := w.open()
	if has, err := p.HasWayBack(t.Context(), v2.version); has || err != nil {
		t.Error(has, err)
	}
	must(t, p.keepInstaller(t.Context(), v2.file, v2.promise, v2.entry, v2.version, foreignOptions()))
	if has, err := p.HasWayBack(t.Context(), v2.version); !has || err != nil {
		t.Error(has, err)
	}
	w.wantVersion("2.2.0", Recorded)
	if _, err := w.update(w.open(), w.setup("2.3.0", half), foreignOptions()); !errors.Is(err, foreign.ErrFailed) || errors.Is(err, ErrNotRestored) {
		t.Error(err)
	}
	w.want(w.place.Dir, with(client("2.2.0"), data))

	// The wrong installer is not taken.
	other := w.setup("2.1.0", fine)
	if err := p.keepInstaller(t.Context(), other.file, other.promise, other.entry, other.version, foreignOptions()); !errors.Is(err, ErrFolderChanged) {
		t.Error(err)
	}
	if err := p.keepInstaller(t.Context(), other.file, v2.promise, v2.entry, v2.version, foreignOptions()); !errors.Is(err, ErrPackage) {
		t.Error(err)
	}
}

// TestAgreedWithoutWayBack: somebody said yes, and it went wrong. What stands is
// said, and nothing is taken from the PC.
func TestAgreedWithoutWayBack(t *testing.T) {
	t.Parallel()
	agreed := foreignOptions()
	agreed.KeepUnknown = true
	for does, want := range map[string]string{fine: "2.3.0", fails: "2.2.0"} {
		w := newWorld(t)
		write(t, w.place.Dir, with(client("2.2.0"), data))
		tx, err := w.update(w.open(), w.setup("2.3.0", does), agreed)
		if err == nil {
			err = tx.Undo(t.Context())
		}
		if errors.Is(err, ErrStays) != (does == fine) || errors.Is(err, ErrNotRestored) {
			t.Errorf("%s: %v", does, err)
		}
		w.want(w.place.Dir, with(client(want), data))
		w.wantSettled()
		record, err := w.open().Installed()
		if err != nil || (record != nil) != (does == fine) || record != nil && record.Version.String() != want {
			t.Errorf("%s: recorded %+v, %v", does, record, err)
		}
	}
}

// TestUpdatedByHand: the installer in current/ belongs to a build that is no
// longer there, so it does not count as the way back.
func TestUpdatedByHand(t *testing.T) {
	t.Parallel()
	w := foreignWorld(t)
	write(t, w.place.Dir, client("2.2.5"))
	w.wantVersion("2.2.5", ByHand)
	if _, err := w.update(w.open(), w.setup("2.3.0", fine), foreignOptions()); !errors.Is(err, ErrNoWayBack) {
		t.Fatal(err)
	}
	agreed := foreignOptions()
	agreed.KeepUnknown = true
	v3 := w.setup("2.3.0", fine)
	w.install(v3, agreed)
	w.wantVersion("2.3.0", Recorded)
	if got := w.installerIn(current, v3) + " " + w.installerIn(previous, v3); got != "2.3.0 none" {
		t.Errorf("installers kept: %s", got)
	}
}

// TestMSIElsewhere: an MSI is refused before anything is done where nothing can
// run it.
func TestMSIElsewhere(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("here it can be run")
	}
	w := newWorld(t)
	k := w.setup("2.3.0", fine)
	k.entry.Kind = manifest.MSI
	if _, err := w.open().stageForTest(t.Context(), k); !errors.Is(err, errors.ErrUnsupported) {
		t.Error(err)
	}
}

// TestKindChanges: nothing leads from files to an installer and back.
func TestKindChanges(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.install(w.pack("2.2.0", build1), PlanOptions{})
	if _, err := w.update(w.open(), w.setup("2.3.0", fine), foreignOptions()); !errors.Is(err, ErrKindChanged) {
		t.Error(err)
	}
	w = foreignWorld(t)
	if _, err := w.update(w.open(), w.pack("2.3.0", build2), PlanOptions{KeepUnknown: true}); !errors.Is(err, ErrKindChanged) {
		t.Error(err)
	}
}

// TestDamagedInstaller: an installer that was changed is not run, in neither
// direction.
func TestDamagedInstaller(t *testing.T) {
	t.Parallel()
	spoil := func(w *world, area string) {
		name := w.work(area, installerName(manifest.Setup))
		data, err := os.ReadFile(name)
		must(t, err)
		info, err := os.Stat(name)
		must(t, err)
		must(t, os.WriteFile(name, append(data[:len(data)-1], '#'), 0o755))
		must(t, os.Chtimes(name, info.ModTime(), info.ModTime()))
	}
	for _, area := range []string{staging, current} {
		w := foreignWorld(t)
		p := w.open()
		staged, err := p.stageForTest(t.Context(), w.setup("2.3.0", fine))
		must(t, err)
		plan, err := p.Plan(t.Context(), staged, foreignOptions())
		must(t, err)
		spoil(w, area)
		if _, err := p.Swap(t.Context(), plan); !errors.Is(err, ErrStaged) {
			t.Errorf("%s: %v", area, err)
		}
		w.want(w.place.Dir, with(client("2.2.0"), data))
	}
	w := foreignWorld(t)
	spoil(w, previous)
	if _, err := w.rollBack(t.Context(), w.open()); !errors.Is(err, ErrStaged) {
		t.Error(err)
	}
}

// TestSettle: an installer that outlives its koshin is waited for, within
// bounds, before the way back is run.
func TestSettle(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("a copied program that only waits is at hand on Linux")
	}
	w := foreignWorld(t)
	p := w.open()
	tx, err := w.update(p, w.setup("2.3.0", fine), foreignOptions())
	must(t, err)
	must(t, p.Close())
	sleep, err := exec.LookPath("sleep")
	must(t, err)
	program, err := os.ReadFile(sleep)
	must(t, err)
	orphan := w.work(staging, "orphan")
	must(t, os.WriteFile(orphan, program, 0o755))
	child := exec.Command(orphan, "300")
	must(t, child.Start())
	defer func() { _ = child.Process.Kill() }()
	again := w.quick()
	if _, err := again.recover(t.Context()); !errors.Is(err, foreign.ErrOther) || !errors.Is(err, ErrNotRestored) {
		t.Errorf("while it runs: %v", err)
	}
	w.wantVersion("2.3.0", ByHand)
	must(t, child.Process.Kill())
	_ = child.Wait()
	must(t, os.Remove(orphan))
	r, err := w.open().recover(t.Context())
	must(t, err)
	if r.Action != Reverted || tx == nil {
		t.Errorf("%+v", r)
	}
	w.wantVersion("2.2.0", Recorded)
	w.wantSettled()
}

func foreignStories(next pkg) []crashStory {
	end := func(ctx context.Context, tx *Transaction, err error, how func(*Transaction, context.Context) error) error {
		if err != nil {
			return err
		}
		return how(tx, ctx)
	}
	return []crashStory{
		{name: "update", run: func(ctx context.Context, w *world, p *Product) error {
			tx, err := w.update(p, next, foreignOptions())
			return end(ctx, tx, err, (*Transaction).Commit)
		}},
		{name: "undo", run: func(ctx context.Context, w *world, p *Product) error {
			tx, err := w.update(p, next, foreignOptions())
			return end(ctx, tx, err, (*Transaction).Undo)
		}},
		{name: "rollback", run: func(ctx context.Context, w *world, p *Product) error {
			tx, err := w.rollBack(ctx, p)
			return end(ctx, tx, err, (*Transaction).Commit)
		}},
	}
}

// TestForeignKilledAtEveryPoint stops an update by an installer at every point
// of itself, and the recovery at some: the old or the new version is installed,
// its installer and the data are there, and the next update works.
func TestForeignKilledAtEveryPoint(t *testing.T) {
	t.Parallel()
	template := foreignWorld(t)
	next, after := template.setup("2.3.0", eats), template.setup("2.4.0", fine)
	c := &crashWorld{template: template}
	for _, story := range foreignStories(next) {
		t.Run(story.name, func(t *testing.T) {
			t.Parallel()
			points := c.points(t, story)
			if len(points) < 40 {
				t.Fatalf("only %d points: the seam is gone", len(points))
			}
			outcomes := map[string]int{}
			for n := 0; n < len(points); n += stride() {
				w := c.fresh(t)
				c.killAt(t, w, story, n)
				for m := n % 11; ; m += 11 { // a recovery that is killed, too
					w.stop = stopAt(m)
					p := w.quick()
					_, err := p.recover(t.Context())
					must(t, p.Close())
					if !errors.Is(err, errStopped) {
						if err != nil {
							t.Fatalf("killed %s: %v", points[n], err)
						}
						break
					}
				}
				w.stop = nil
				checkForeign(t, w, points[n], outcomes)
				if n%9 == 0 {
					w.install(after, foreignOptions())
					w.wantVersion("2.4.0", Recorded)
				}
			}
			if outcomes["2.2.0"] == 0 || story.name != "undo" && len(outcomes) != 2 {
				t.Errorf("outcomes %v: a kill must be able to end both ways", outcomes)
			}
			t.Logf("%d points, outcomes %v", len(points), outcomes)
		})
	}
}

func checkForeign(t *testing.T, w *world, point string, outcomes map[string]int) {
	t.Helper()
	p := w.open()
	defer p.Close()
	found, err := p.Detect(t.Context(), rule(t, "koshin-record"))
	if err != nil || found.State != Recorded {
		t.Fatalf("killed %s: found %+v, %v", point, found, err)
	}
	outcomes[found.Version.String()]++
	if got := read(t, w.place.Dir); !maps.Equal(got, with(client(found.Version.String()), data)) {
		t.Errorf("killed %s: the folder holds\n%s", point, show(got))
	}
	if has, err := p.HasWayBack(t.Context(), found.Version); !has || err != nil {
		t.Errorf("killed %s: the installer of %s is not kept: %v", point, found.Version, err)
	}
	previous, index, err := p.loadBuild(previousName)
	if err != nil || previous == nil {
		t.Fatalf("killed %s: no previous build: %v", point, err)
	}
	if kept, err := p.holds(t.Context(), "previous", index); !kept || err != nil || previous.Version.Equal(found.Version) {
		t.Errorf("killed %s: the previous build is %s, kept %v, %v", point, previous.Version, kept, err)
	}
	if settled := p.settled(); settled != nil {
		t.Errorf("killed %s: %v", point, settled)
	}
}

// TestForeignRecoverIsSilent: a recovery without anything to recover runs
// nothing.
func TestForeignRecoverIsSilent(t *testing.T) {
	t.Parallel()
	w := foreignWorld(t)
	before := read(t, w.work("logs"))
	r, err := Recover(t.Context(), w.place, slog.New(slog.DiscardHandler))
	must(t, err)
	if r.Action != Nothing || len(read(t, w.work("logs"))) != len(before) || strings.Contains(w.place.Dir, "\x00") {
		t.Errorf("%+v", r)
	}
}
