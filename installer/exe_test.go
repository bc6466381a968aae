package installer

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/koshin-updater/koshin/installer/selfswap"
	"github.com/koshin-updater/koshin/manifest"
)

const program = "client.exe"

// The three builds of one executable.
func exe0() tree { return tree{program: "oldest program"} }
func exe1() tree { return tree{program: "old program"} }
func exe2() tree { return tree{program: "new program, longer"} }

// newExeWorld is a PC with one executable in a folder that holds much else.
func newExeWorld(t testing.TB) *world {
	w := newWorld(t)
	w.exe = program
	return w
}

// packExe is a package as a publisher makes it: the executable itself.
func (w *world) packExe(version string, build tree) pkg {
	w.t.Helper()
	file := filepath.Join(w.t.TempDir(), version+".exe")
	content := build[program]
	must(w.t, os.WriteFile(file, []byte(content), 0o644))
	v, err := manifest.ParseVersion(version)
	must(w.t, err)
	want := promised{int64(len(content)), sha256.Sum256([]byte(content))}
	return pkg{file, v, want, manifest.Package{OS: runtime.GOOS, Arch: runtime.GOARCH, Kind: manifest.Exe, Target: "t",
		Size: want.size, SHA256: want.sha256, InstalledSize: want.size}}
}

// neighbours are other people's files in the same folder, one of them under a
// name that selfupdate likes.
func neighbours() tree {
	return tree{"other.exe": "somebody's", "." + program + ".old": "somebody's old", "lib/x.dll": "x", "data/claims.txt": "claim 1\n"}
}

func newExeCrashWorld(t testing.TB) *crashWorld {
	w := newExeWorld(t)
	write(t, w.place.Dir, neighbours())
	options := PlanOptions{Preserve: keep}
	w.install(w.packExe("2.1.0", exe0()), options)
	w.install(w.packExe("2.2.0", exe1()), options)
	return &crashWorld{template: w, operator: neighbours(), next: w.packExe("2.3.0", exe2())}
}

// exeStories are the same stories with other builds.
func exeStories(next pkg) []crashStory {
	stories := crashStories(next)
	builds := map[string]tree{"update": exe2(), "undo": exe1(), "rollback": exe0()}
	for i := range stories {
		s := &stories[i]
		s.old, s.new = exe1(), builds[s.name]
		s.previous = map[string]tree{"2.2.0": exe0(), "2.3.0": exe1(), "2.1.0": exe1()}
	}
	return stories
}

func TestExeKilledAtEveryPoint(t *testing.T) {
	t.Parallel()
	c := newExeCrashWorld(t)
	for _, story := range exeStories(c.next) {
		t.Run(story.name, func(t *testing.T) {
			t.Parallel()
			c.killAtEveryPoint(t, story)
		})
	}
}

func TestExeKilledDuringRecovery(t *testing.T) {
	t.Parallel()
	c := newExeCrashWorld(t)
	for _, story := range exeStories(c.next) {
		t.Run(story.name, func(t *testing.T) {
			t.Parallel()
			c.killRecovery(t, story, 9)
		})
	}
}

func TestExeSIGKILL(t *testing.T) {
	t.Parallel()
	c := newExeCrashWorld(t)
	c.killAtRandom(t, exeStories(c.next), 12)
}

// TestBetweenTheRenames dies at each instant of a replacement, the ones inside
// selfupdate included: the journal has announced it and so many renames are
// done. Then the recovery itself dies at each point of its own.
func TestBetweenTheRenames(t *testing.T) {
	t.Parallel()
	c := newExeCrashWorld(t)
	for _, story := range exeStories(c.next) {
		if story.name == "undo" {
			continue
		}
		for done := range 4 {
			for m := 0; ; m += stride() * stride() {
				w := c.fresh(t)
				c.killBefore(t, w, story, "move ")
				renames(t, w, story, done)
				w.stop = stopAt(m)
				p := w.open()
				_, err := p.recover(t.Context())
				must(t, p.Close())
				w.stop = nil
				last := !errors.Is(err, errStopped)
				if last {
					must(t, err)
				}
				outcomes := map[string]int{}
				recoverAndCheck(t, c, w, story, story.name+" after a rename", outcomes)
				if outcomes["2.2.0"] != 1 {
					t.Errorf("%s, %d renames: %v", story.name, done, outcomes)
				}
				if last {
					break
				}
			}
		}
	}
}

// killBefore stops before the first change of the announced step.
func (c *crashWorld) killBefore(t *testing.T, w *world, story crashStory, change string) {
	t.Helper()
	announced := false
	w.stop = func(point string) error {
		announced = announced || strings.HasPrefix(point, "after journal line") && strings.Contains(point, "step")
		if announced && strings.HasPrefix(point, "before "+change) {
			return errStopped
		}
		return nil
	}
	p := w.open()
	defer p.Close()
	if err := story.run(t.Context(), w, p); !errors.Is(err, errStopped) {
		t.Fatalf("not stopped: %v", err)
	}
	w.stop = nil
}

// renames does the first so many renames of a replacement.
func renames(t *testing.T, w *world, story crashStory, so int) {
	t.Helper()
	source := staging
	if story.name == "rollback" {
		source = previous
	}
	live := filepath.Join(w.place.Dir, program)
	for _, r := range [][2]string{
		{w.work(source, program), selfswap.NewPath(live)},
		{live, w.work(retired, program)},
		{selfswap.NewPath(live), live},
	}[:so] {
		must(t, os.Rename(r[0], r[1]))
	}
}

func TestExeInstallUpdateRollback(t *testing.T) {
	t.Parallel()
	w := newExeWorld(t)
	write(t, w.place.Dir, neighbours())
	if found, err := w.open().Detect(t.Context(), rule(t, "")); err != nil || found.State != Absent {
		t.Errorf("other files are not the product: %+v, %v", found, err)
	}
	w.install(w.packExe("2.2.0", exe1()), PlanOptions{})
	w.want(w.place.Dir, with(neighbours(), exe1()))
	if found, err := w.open().Detect(t.Context(), rule(t, "")); err != nil || found.State != Recorded || found.Version.String() != "2.2.0" {
		t.Errorf("%+v, %v", found, err)
	}
	live := filepath.Join(w.place.Dir, program)
	if runtime.GOOS != "windows" {
		must(t, os.Chmod(live, 0o750))
	}
	w.install(w.packExe("2.3.0", exe2()), PlanOptions{})
	w.want(w.place.Dir, with(neighbours(), exe2()))
	w.want(w.work(previous), exe1())
	if info, err := os.Stat(live); err != nil || runtime.GOOS != "windows" && info.Mode() != 0o750 {
		t.Errorf("mode %v, %v: the old one's is gone", info.Mode(), err)
	}
	p := w.open()
	plan, err := p.PlanRollback(t.Context(), PlanOptions{})
	must(t, err)
	if plan.Kind != manifest.Exe || len(plan.Steps) != 1 || plan.Steps[0].Op != Replace {
		t.Errorf("%s %v", plan.Kind, plan.Steps)
	}
	tx, err := p.Swap(t.Context(), plan)
	must(t, err)
	must(t, tx.Commit(t.Context()))
	w.want(w.place.Dir, with(neighbours(), exe1()))
	w.want(w.work(previous), exe2())
}

// TestExeRunning updates a program twice while both old ones still run. On
// Windows neither can be deleted; nothing waits for that, and nothing fails.
func TestExeRunning(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	must(t, err)
	image, err := os.ReadFile(self)
	must(t, err)
	w := newExeWorld(t)
	builds := []tree{{program: string(image) + "0"}, {program: string(image) + "1"}, {program: string(image) + "2"}}
	for n, build := range builds {
		w.install(w.packExe(fmt.Sprintf("2.%d.0", n), build), PlanOptions{})
		child := exec.Command(filepath.Join(w.place.Dir, program))
		child.Env = append(os.Environ(), childEnv+"=wait")
		in, err := child.StdinPipe()
		must(t, err)
		out, err := child.StdoutPipe()
		must(t, err)
		must(t, child.Start())
		defer func() { must(t, errors.Join(in.Close(), child.Wait())) }()
		_, err = io.ReadFull(out, make([]byte, 1))
		must(t, err)
	}
	w.want(w.place.Dir, builds[2])
	w.want(w.work(previous), builds[1])
	aside := read(t, w.work(kept))
	if _, err := os.Lstat(w.work(kept)); runtime.GOOS == "windows" && !slices.Contains(slices.Collect(maps.Values(aside)), builds[0][program]) {
		t.Errorf("the program that still runs is not in kept/: %v", err)
	}
}

// TestNewNameIsTaken: somebody's file stands where selfupdate wants the new
// program. It is moved to kept/, and comes back when the update is undone.
func TestNewNameIsTaken(t *testing.T) {
	t.Parallel()
	for _, commit := range []bool{true, false} {
		w := newExeWorld(t)
		w.install(w.packExe("2.2.0", exe1()), PlanOptions{})
		taken := tree{selfswap.NewName(program): "somebody's"}
		write(t, w.place.Dir, taken)
		tx, err := w.update(w.open(), w.packExe("2.3.0", exe2()), PlanOptions{})
		must(t, err)
		if commit {
			must(t, tx.Commit(t.Context()))
			w.want(w.place.Dir, exe2())
			w.want(w.work(kept, tx.plan.ID, "live"), taken)
			continue
		}
		must(t, tx.Undo(t.Context()))
		w.want(w.place.Dir, with(exe1(), taken))
	}
	// It came after the plan was made.
	w := newExeWorld(t)
	w.install(w.packExe("2.2.0", exe1()), PlanOptions{})
	p := w.open()
	st, err := p.stageForTest(t.Context(), w.packExe("2.3.0", exe2()))
	must(t, err)
	plan, err := p.Plan(t.Context(), st, PlanOptions{})
	must(t, err)
	late := tree{selfswap.NewName(program): "somebody's"}
	write(t, w.place.Dir, late)
	if _, err := p.Swap(t.Context(), plan); !errors.Is(err, os.ErrExist) {
		t.Errorf("%v", err)
	}
	w.want(w.place.Dir, with(exe1(), late))
}

// TestSomebodyElseBetween: between the death and the recovery a scanner takes
// the new program away, or somebody puts a file under its name.
func TestSomebodyElseBetween(t *testing.T) {
	t.Parallel()
	c := newExeCrashWorld(t)
	story := exeStories(c.next)[0]
	theirs := strings.Repeat("x", len(exe2()[program]))
	for done := range 4 {
		for _, quarantine := range []bool{true, false} {
			w := c.fresh(t)
			c.killBefore(t, w, story, "move ")
			renames(t, w, story, done)
			live := filepath.Join(w.place.Dir, program)
			places := []string{w.work(staging, program), selfswap.NewPath(live), selfswap.NewPath(live), live}
			if quarantine {
				must(t, os.Remove(places[done]))
			} else if done == 0 || done == 3 {
				must(t, os.WriteFile(selfswap.NewPath(live), []byte(theirs), 0o644))
			}
			_, err := Recover(t.Context(), w.place, slog.New(slog.DiscardHandler))
			must(t, err)
			checkBuild(t, &crashWorld{operator: c.operator}, w, with(exe1(), keptTheirs(t, w, theirs)), fmt.Sprintf("after %d renames", done))
			if found := keptTheirs(t, w, theirs); !quarantine && (done == 0 || done == 3) && len(found) == 0 && !slices.Contains(slices.Collect(maps.Values(read(t, w.work(kept)))), theirs) {
				t.Errorf("after %d renames: somebody's file is lost", done)
			}
		}
	}
}

// keptTheirs is somebody's file where the new program would be, if it is there.
func keptTheirs(t *testing.T, w *world, theirs string) tree {
	fresh := selfswap.NewName(program)
	if read(t, w.place.Dir)[fresh] == theirs {
		return tree{fresh: theirs}
	}
	return nil
}

// TestExeTakenAway: what stands at the executable's place is not what koshin
// put there.
func TestExeTakenAway(t *testing.T) {
	t.Parallel()
	w := newExeWorld(t)
	write(t, w.place.Dir, exe0())
	k := w.packExe("2.2.0", exe1())
	if _, err := w.update(w.open(), k, PlanOptions{}); !errors.Is(err, ErrUnknownFolder) {
		t.Errorf("unknown: %v", err)
	}
	w.install(k, PlanOptions{KeepUnknown: true})
	w.want(w.work(previous), exe0())
	write(t, w.place.Dir, tree{program: "changed by hand"})
	tx, err := w.update(w.open(), w.packExe("2.3.0", exe2()), PlanOptions{})
	must(t, err)
	if got := tx.plan.Report.Changed; len(got) != 1 || got[0] != program {
		t.Errorf("changed: %q", got)
	}
	must(t, tx.Commit(t.Context()))
	w.want(w.work(previous), tree{program: "changed by hand"})
	must(t, os.Remove(filepath.Join(w.place.Dir, program)))
	w.install(w.packExe("2.4.0", exe1()), PlanOptions{})
	w.want(w.place.Dir, exe1())
}

func TestAdoptExe(t *testing.T) {
	t.Parallel()
	w := newExeWorld(t)
	k := w.packExe("2.2.0", exe1())
	write(t, w.place.Dir, with(neighbours(), exe1()))
	if runtime.GOOS != "windows" {
		must(t, os.Chmod(filepath.Join(w.place.Dir, program), 0o755))
	}
	digest, err := ExeTree(program, k.entry)
	must(t, err)
	record, err := w.open().Adopt(t.Context(), nil, map[manifest.Digest]manifest.Version{digest: k.version})
	must(t, err)
	if record.Version.String() != "2.2.0" || record.Tree != digest {
		t.Errorf("%+v", record)
	}
}

// TestTreeBecomesExe: a product that was a folder of files becomes one
// executable, and the other way round.
func TestTreeBecomesExe(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.install(w.pack("2.2.0", build1), PlanOptions{Preserve: keep})
	write(t, w.place.Dir, data)
	w.exe = program
	w.install(w.packExe("2.3.0", exe2()), PlanOptions{Preserve: keep})
	w.want(w.place.Dir, with(exe2(), with(data, tree{"data/seed.db": "seed 1"})))
	w.exe = ""
	w.install(w.pack("2.4.0", build2), PlanOptions{Preserve: keep})
	w.want(w.place.Dir, with(build2, with(data, tree{"data/seed.db": "seed 1"})))
}

// TestExePromise: a file that is not the promised one never gets near.
func TestExePromise(t *testing.T) {
	t.Parallel()
	w := newExeWorld(t)
	k := w.packExe("2.2.0", exe1())
	must(t, os.WriteFile(k.file, []byte("bad program"), 0o644))
	if _, err := w.open().stageForTest(t.Context(), k); !errors.Is(err, ErrPackage) {
		t.Errorf("%v", err)
	}
	p := w.open()
	must(t, p.prepare())
	must(t, os.Mkdir(w.work(unpacking), 0o755))
	if err := p.copyPackage(t.Context(), strings.NewReader("bad program"), p.exe, k.promise, w.now, nil); !errors.Is(err, ErrPackage) {
		t.Errorf("changed while it is copied: %v", err)
	}
	for _, name := range []string{"../client.exe", "a/b", "", "nul"} {
		if p.Executable(name) == nil {
			t.Errorf("%q is a name", name)
		}
	}
	_ = p.Close()
	if _, err := Recover(t.Context(), w.place, slog.New(slog.DiscardHandler)); err != nil {
		t.Error(err)
	}
}
