package installer

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"github.com/koshin-updater/koshin/manifest"
)

func TestDetect(t *testing.T) {
	t.Parallel()
	installed := func(w *world) { w.install(w.pack("2.2.0", build1), PlanOptions{Preserve: keep}) }
	const byFile = `file:VERSION:^([0-9.]+)`
	tests := []struct {
		name    string
		rule    string
		prepare func(w *world)
		state   State
		version string
		missing []string
	}{
		{"nothing", "", func(*world) {}, Absent, "", nil},
		{"empty folder", "", func(w *world) { write(t, w.place.Dir, nil) }, Absent, "", nil},
		{"somebody's files", "", func(w *world) { write(t, w.place.Dir, tree{"x": "x"}) }, Unknown, "", nil},
		{"installed", "", installed, Recorded, "2.2.0", nil},
		{"data removed", "", func(w *world) { installed(w); must(t, os.RemoveAll(filepath.Join(w.place.Dir, "data"))) }, Recorded, "2.2.0", nil},
		{"file gone", "", func(w *world) { installed(w); must(t, os.Remove(filepath.Join(w.place.Dir, "lib", "a.dll"))) }, Damaged, "2.2.0", []string{"lib/a.dll"}},
		{"file cut", "", func(w *world) { installed(w); write(t, w.place.Dir, tree{"lib/a.dll": "a"}) }, Edited, "2.2.0", nil},
		{"folder gone", "", func(w *world) { installed(w); must(t, os.RemoveAll(w.place.Dir)) }, Damaged, "2.2.0",
			[]string{"VERSION", "client.exe", "conf", "conf/default.ini", "empty", "lib", "lib/a.dll", "lib/deep", "lib/deep/b.dll", "lib/gone.dll", "plugins", "plugins/p.dll"}},
		{"file rule, nothing", byFile, func(*world) {}, Absent, "", nil},
		{"file rule, not ours", byFile, func(w *world) { write(t, w.place.Dir, tree{"VERSION": "2.1.0.7\n"}) }, Unknown, "2.1.0.7", nil},
		{"file rule, ours", byFile, installed, Recorded, "2.2.0", nil},
		{"file rule, updated by hand", byFile, func(w *world) { installed(w); write(t, w.place.Dir, tree{"VERSION": "2.2.5\n"}) }, ByHand, "2.2.5", nil},
		{"file rule, no version", byFile, func(w *world) { write(t, w.place.Dir, tree{"VERSION": "beta\n"}) }, Unknown, "", nil},
		{"file rule, no file", byFile, func(w *world) { write(t, w.place.Dir, tree{"x": "x"}) }, Unknown, "", nil},
	}
	for _, test := range tests {
		w := newWorld(t)
		test.prepare(w)
		found, err := w.open().Detect(t.Context(), rule(t, test.rule))
		must(t, err)
		if found.State != test.state || found.Version.String() != test.version || !slices.Equal(found.Missing, test.missing) {
			t.Errorf("%s: %+v", test.name, found)
		}
	}
}

func TestAdopt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	plain := tree{"VERSION": "2.2.0\n", "lib/a.dll": "a1"}
	k := w.pack("2.2.0", plain)
	known := map[manifest.Digest]manifest.Version{k.entry.TreeSHA256: k.version}
	write(t, w.place.Dir, with(plain, data))
	write(t, w.place.Dir, tree{"conf/other": "x"})
	if _, err := w.open().Adopt(t.Context(), keep, known); !errors.Is(err, ErrNoMatch) {
		t.Errorf("one file more: %v", err)
	}
	must(t, os.RemoveAll(filepath.Join(w.place.Dir, "conf")))
	record, err := w.open().Adopt(t.Context(), keep, known)
	must(t, err)
	if record.Version.String() != "2.2.0" {
		t.Errorf("%+v", record)
	}
	found, err := w.open().Detect(t.Context(), rule(t, ""))
	if err != nil || found.State != Recorded {
		t.Errorf("%+v, %v", found, err)
	}
	w.install(w.pack("2.3.0", build2), PlanOptions{Preserve: keep})
	p := w.open()
	plan, err := p.PlanRollback(t.Context(), PlanOptions{Preserve: keep})
	must(t, err)
	_, err = p.Swap(t.Context(), plan)
	must(t, err)
	w.want(w.place.Dir, with(with(plain, tree{"data/claims.txt": data["data/claims.txt"], "data/2021/四月.txt": "報酬"}),
		tree{"data/seed.db": "seed 2", "data/sample.db": "sample"}))
}

// TestUnknownFolder keeps a whole folder as the previous build, and gives it
// back.
func TestUnknownFolder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	theirs := tree{"setup.log": "l", "lib/a.dll": "theirs", "prog.exe": "p", "empty/": ""}
	write(t, w.place.Dir, with(theirs, data))
	w.install(w.pack("2.3.0", build2), PlanOptions{Preserve: keep, KeepUnknown: true})
	w.want(w.place.Dir, with(build2, data))
	p := w.open()
	previous, err := p.Previous()
	if err != nil || previous == nil || !previous.Version.IsZero() {
		t.Fatalf("%+v, %v", previous, err)
	}
	plan, err := p.PlanRollback(t.Context(), PlanOptions{Preserve: keep})
	must(t, err)
	tx, err := p.Swap(t.Context(), plan)
	must(t, err)
	must(t, tx.Commit(t.Context()))
	w.want(w.place.Dir, with(with(theirs, data), tree{"data/seed.db": "seed 2", "data/sample.db": "sample"}))
}

// TestPutBack mends a half deleted installation.
func TestPutBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	k := w.pack("2.2.0", build1)
	w.install(k, PlanOptions{})
	must(t, os.RemoveAll(w.place.Dir))
	w.install(k, PlanOptions{KeepUnknown: true})
	w.want(w.place.Dir, build1)
}

func TestFirstInstallUndone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.place.Dir = filepath.Join(w.place.Dir, "deep", "Client") // none of these folders exists
	tx, err := w.update(w.open(), w.pack("2.3.0", build2), PlanOptions{Preserve: keep})
	must(t, err)
	w.want(w.place.Dir, build2)
	must(t, tx.Undo(t.Context()))
	if _, err := os.Stat(w.place.Dir); !os.IsNotExist(err) {
		t.Error("the folder is still there:", err)
	}
	found, err := w.open().Detect(t.Context(), rule(t, ""))
	if err != nil || found.State != Absent {
		t.Errorf("%+v, %v", found, err)
	}
}

// TestChangedFilesAreKept: what the operator edited outside the data comes back
// with a rollback, and is never deleted.
func TestChangedFilesAreKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.install(w.pack("2.2.0", build1), PlanOptions{})
	write(t, w.place.Dir, tree{"conf/default.ini": "edited"})
	must(t, os.Chmod(filepath.Join(w.place.Dir, "client.exe"), 0o444))
	p := w.open()
	st, err := p.stageForTest(t.Context(), w.pack("2.3.0", build2))
	must(t, err)
	plan, err := p.Plan(t.Context(), st, PlanOptions{})
	must(t, err)
	if !slices.Equal(plan.Report.Changed, []string{"conf/default.ini"}) {
		t.Errorf("%+v", plan.Report)
	}
	tx, err := p.Swap(t.Context(), plan)
	must(t, err)
	must(t, tx.Commit(t.Context()))
	w.want(w.work(previous), with(build1, tree{"conf/default.ini": "edited"}))
	write(t, w.work(previous), tree{"lib/note": "left in our folder"})
	w.install(w.pack("2.4.0", tree{"VERSION": "2.4.0\n"}), PlanOptions{})
	if got := keptContents(t, w); !slices.Equal(got, []string{"edited", "left in our folder"}) {
		t.Errorf("kept %q", got)
	}
}

// TestEditedFileOfAnUndoneUpdate: the original is back, so no copy stays.
func TestEditedFileOfAnUndoneUpdate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.install(w.pack("2.2.0", build1), PlanOptions{})
	write(t, w.place.Dir, tree{"conf/default.ini": "edited"})
	tx, err := w.update(w.open(), w.pack("2.3.0", build2), PlanOptions{})
	must(t, err)
	must(t, tx.Undo(t.Context()))
	w.want(w.place.Dir, with(build1, tree{"conf/default.ini": "edited"}))
	if got := keptContents(t, w); got != nil {
		t.Errorf("kept %q", got)
	}
}

// TestUnknownBuildIsNeverDeleted: what koshin did not install stays in kept/
// when the build after the next one comes.
func TestUnknownBuildIsNeverDeleted(t *testing.T) {
	t.Parallel()
	for _, by := range []string{"", "1.0"} { // an unknown version, one that was recognised
		w := newWorld(t)
		standing, _ := manifest.ParseVersion(by)
		write(t, w.place.Dir, tree{"client.exe": "somebody's", "letter.txt": "the operator's"})
		w.install(w.pack("2.2.0", build1), PlanOptions{KeepUnknown: true, Standing: standing})
		plan, err := w.open().PlanRollback(t.Context(), PlanOptions{})
		must(t, err)
		tx, err := w.open().Swap(t.Context(), plan)
		must(t, err)
		must(t, tx.Commit(t.Context()))
		w.install(w.pack("2.3.0", build2), PlanOptions{})
		w.install(w.pack("2.4.0", build1), PlanOptions{})
		if got := keptContents(t, w); !slices.Equal(got, []string{"somebody's", "the operator's"}) {
			t.Errorf("kept %q", got)
		}
	}
}

func TestBackup(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.install(w.pack("2.2.0", build1), PlanOptions{Preserve: keep})
	write(t, w.place.Dir, data)
	tx, err := w.update(w.open(), w.pack("2.3.0", build2), PlanOptions{Preserve: keep})
	must(t, err)
	w.want(tx.plan.Snapshot, with(data, tree{"data/seed.db": "seed 1"}))
	must(t, tx.Undo(t.Context()))
	w.want(w.work("snapshot-2.2.0"), with(data, tree{"data/seed.db": "seed 1"}))
}

// TestLinksAreNotFollowed: a link in the folder is the operator's, and what it
// leads to is nobody's business.
func TestLinksAreNotFollowed(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("links need rights there")
	}
	w := newWorld(t)
	w.install(w.pack("2.2.0", build1), PlanOptions{Preserve: keep})
	outside := t.TempDir()
	write(t, outside, tree{"a.dll": "outside", "deep/b.dll": "outside"})
	must(t, os.RemoveAll(filepath.Join(w.place.Dir, "lib")))
	must(t, os.Symlink(outside, filepath.Join(w.place.Dir, "lib")))
	w.install(w.pack("2.3.0", build2), PlanOptions{Preserve: keep})
	w.want(w.place.Dir, with(build2, tree{"data/seed.db": "seed 1"}))
	w.want(outside, tree{"a.dll": "outside", "deep/b.dll": "outside"})
}

func TestModes(t *testing.T) { // not parallel: the umask is the whole process's
	strictUmask(t)
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such modes")
	}
	dir := t.TempDir()
	write(t, dir, tree{"bin/run": "#!", "text": "t"})
	must(t, os.Chmod(filepath.Join(dir, "bin", "run"), 0o755))
	w := newWorld(t)
	w.install(packFolder(t, "1.0", dir), PlanOptions{})
	for name, want := range map[string]os.FileMode{"Torikomi": 0o755, "Torikomi/bin": 0o755, "Torikomi/bin/run": 0o755, "Torikomi/text": 0o644, "Torikomi.koshin": 0o700} {
		info, err := os.Stat(filepath.Join(filepath.Dir(w.place.Dir), name))
		must(t, err)
		if info.Mode().Perm() != want {
			t.Errorf("%s has mode %o, not %o", name, info.Mode().Perm(), want)
		}
	}
}

func TestCaseOnlyRename(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.install(w.pack("1.0", tree{"ReadMe.txt": "1", "Lib/A.dll": "1"}), PlanOptions{})
	w.install(w.pack("2.0", tree{"README.txt": "2", "lib/a.dll": "2"}), PlanOptions{})
	w.want(w.place.Dir, tree{"README.txt": "2", "lib/a.dll": "2"})
}

func TestFreeSpace(t *testing.T) {
	t.Parallel()
	free, err := FreeSpace(filepath.Join(t.TempDir(), "not", "there"))
	if err != nil || free <= 0 {
		t.Error(free, err)
	}
}

func TestRunning(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	must(t, err)
	program, err := os.ReadFile(self)
	must(t, err)
	dir := t.TempDir()
	name := filepath.Join(dir, "client.exe")
	must(t, os.WriteFile(name, program, 0o755))
	cmd := exec.Command(name)
	cmd.Env = append(os.Environ(), childEnv+"=wait")
	in, err := cmd.StdinPipe()
	must(t, err)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	_, _ = out.Read(make([]byte, 1))
	found, err := Running(dir)
	_ = in.Close()
	_ = cmd.Wait()
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skip(err)
	}
	must(t, err)
	if len(found) != 1 || found[0].PID != cmd.Process.Pid || found[0].Name != "client.exe" || found[0].User == "" {
		t.Errorf("%+v, started %d", found, cmd.Process.Pid)
	}
}
