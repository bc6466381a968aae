package main

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/koshin-updater/koshin/installer/selfswap"
	"github.com/koshin-updater/koshin/updater/schedule"
)

// TestSelfupdate lets real koshins of several versions replace themselves over
// a real host, and kills them on the way.
func TestSelfupdate(t *testing.T) {
	w := newWorld(t)
	w.koshins = koshins(t, w.programs)
	params := w.params(filepath.Join("testdata", "selfupdate"))
	setUp := params.Setup
	params.Setup = func(env *testscript.Env) error {
		env.Setenv("KOSHINS", w.koshins)
		return setUp(env)
	}
	for name, command := range map[string]command{
		"offer-koshin": offerKoshin, "between-renames": betweenRenames, "kill-near": killNear, "kill-in-commit": killInCommit, "whole": whole,
	} {
		params.Cmds[name] = command
	}
	testscript.Run(t, params)
}

// koshins is a folder with real koshins by version: 1.0.0 and 1.1.0, which work,
// and 1.2.0, which only says its version. They are built unless the programs
// were handed over, as they must be where there is no Go toolchain.
func koshins(t *testing.T, handedOver string) string {
	t.Helper()
	if _, err := os.Stat(filepath.Join(handedOver, "koshin-1.0.0")); err == nil {
		return handedOver
	}
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("no go on the PATH, and no koshins in KOSHIN_TEST_PROGRAMS")
	}
	dir := t.TempDir()
	for version, source := range map[string]string{"1.0.0": ".", "1.1.0": ".", "1.2.0": "./testdata/brokenkoshin"} {
		run(t, "go", "build", "-ldflags=-s -w -X main.version="+version, "-o", filepath.Join(dir, "koshin-"+version)+string(filepath.Separator), source)
		if source != "." {
			must(t, os.Rename(filepath.Join(dir, "koshin-"+version, exeName("brokenkoshin")), filepath.Join(dir, "koshin-"+version, exeName("koshin"))))
		}
	}
	return dir
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// offerKoshin: offer-koshin VERSION FILE [CHANNEL] adds a koshin to the
// publisher's builds and promotes it.
func offerKoshin(ts script, neg bool, args []string) {
	usage(ts, neg, args, "offer-koshin VERSION FILE")
	common := []string{ts.Getenv("REPO"), ts.Getenv("KEYS"), "--product", "koshin", "--version", args[0]}
	add := append([]string{"add", "--os", ts.Getenv("GOOS"), "--arch", ts.Getenv("GOARCH"), "--kind", "exe", args[1]}, common...)
	ts.Check(ts.Exec("koshin-release", add...))
	ts.Check(ts.Exec("koshin-release", append([]string{"promote", "--channel", "stable"}, common...)...))
}

// betweenRenames: between-renames EXE STATE makes of a koshin that was killed
// after it was replaced one that was killed between the two renames: the second
// one, and what the journal says after it, are taken back.
func betweenRenames(ts script, neg bool, args []string) {
	usage(ts, neg, args, "between-renames EXE STATE")
	live := ts.MkAbs(args[0])
	ts.Check(os.Rename(live, selfswap.NewPath(live)))
	journal := filepath.Join(ts.MkAbs(args[1]), "products", "koshin", "journal")
	data, err := os.ReadFile(journal)
	ts.Check(err)
	lines := 0
	for i, b := range data {
		if b != '\n' {
			continue
		}
		if lines++; lines == 2 { // the plan, and the step that was begun
			data = data[:i+1]
			break
		}
	}
	ts.Check(os.WriteFile(journal, data, 0o600))
}

// boot: boot STATE is a start of the PC: it runs the boot-time task, to the
// letter.
func boot(ts script, neg bool, args []string) {
	usage(ts, neg, args, "boot STATE")
	config := ts.Getenv("PC")[len("--config="):]
	task := schedule.Recover(filepath.Join(ts.MkAbs(args[0]), "rescue", exeName("koshin")), config)
	ts.Check(ts.Exec(task.Program, task.Args...))
}

// scheduled: scheduled N [ARG…] is the daily run: what the system was given, and
// what it adds; it must exit with N.
func scheduled(ts script, neg bool, args []string) {
	usage(ts, neg, args, "scheduled N [ARG…]")
	_, line, _ := strings.Cut(strings.TrimSuffix(ts.ReadFile("tasks/koshin-update"), "]\n"), "[")
	exitCode(ts, false, slices.Concat([]string{args[0], "whole-pc"}, strings.Fields(line), args[1:]))
}

// whole: whole EXE VERSION… looks whether a koshin is byte for byte one of these
// versions, runs, and has nothing of another one beside it.
func whole(ts script, neg bool, args []string) {
	usage(ts, neg, args, "whole EXE VERSION")
	live := ts.MkAbs(args[0])
	got := ts.ReadFile(args[0])
	for _, version := range args[1:] {
		if got != ts.ReadFile(filepath.Join(ts.Getenv("KOSHINS"), "koshin-"+version, exeName("koshin"))) {
			continue
		}
		ts.Check(ts.Exec(live, "version"))
		for _, left := range []string{selfswap.NewPath(live), filepath.Join(filepath.Dir(live)+".koshin", "retired")} {
			if _, err := os.Lstat(left); !errors.Is(err, fs.ErrNotExist) {
				ts.Fatalf("left behind: %s (%v)", left, err)
			}
		}
		return
	}
	ts.Fatalf("%s is none of %v", args[0], args[1:])
}

// killNear: kill-near N EXE STATE [ARG…] runs a koshin N times and kills it at a
// random instant of its own replacement. After each, the PC is started.
func killNear(ts script, neg bool, args []string) {
	usage(ts, neg, args, "kill-near N EXE STATE VERB")
	runs, err := strconv.Atoi(args[0])
	ts.Check(err)
	missing := 0
	for range runs {
		fresh := filepath.Join(ts.Getenv("KOSHINS"), "koshin-1.0.0", exeName("koshin"))
		writeProgram(ts, args[1], ts.ReadFile(fresh))
		runTo(ts, "swap", args[3:], func(p *os.Process) {
			<-time.After(time.Duration(rand.Int64N(int64(150 * time.Millisecond))))
			_ = p.Kill()
		})
		endAll(ts, filepath.Dir(args[1]))
		if _, err := os.Lstat(ts.MkAbs(args[1])); err != nil {
			missing++
		}
		boot(ts, false, args[2:3])
		whole(ts, false, []string{args[1], "1.0.0", "1.1.0"})
	}
	ts.Logf("%d kills, %d of them with no koshin at its place", runs, missing)
}

// writeProgram waits for the end of what a killed koshin had started: Windows
// does not let go of the file of a running program.
func writeProgram(ts script, name, content string) {
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for range 600 {
		if os.WriteFile(ts.MkAbs(name), []byte(content), 0o755) == nil {
			return
		}
		<-again.C
	}
	ts.Fatalf("%s does not end", name)
}

// exeName is a program's file name on this system.
func exeName(name string) string {
	if runtime.GOOS == "windows" {
		return name + ".exe"
	}
	return name
}
