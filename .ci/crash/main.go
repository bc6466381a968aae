package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

func main() {
	if guardEnv != "" && os.Getenv(guardEnv) != "" {
		fmt.Fprintln(os.Stderr, "crash:", becomeGuarded())
		os.Exit(1)
	}
	l := &lab{scenes: map[string][]scene{}}
	flag.IntVar(&l.random, "runs", 150, "`times` that each plan is killed at random")
	flag.IntVar(&l.stride, "stride", 1, "try every `n`-th call only, where every call is tried")
	flag.Uint64Var(&l.seed, "seed", uint64(time.Now().UnixNano())%1_000_000, "`number` from which the random instants come")
	flag.StringVar(&l.only, "only", "", "rows whose name contains `text`")
	flag.IntVar(&l.number, "number", -1, "run `n` of those rows alone, and keep its folder")
	flag.BoolVar(&l.keep, "keep", false, "keep the folder of every run")
	flag.BoolVar(&l.first, "first", false, "end with the first run that ends badly")
	parent := flag.String("dir", memory(), "`folder` to work in")
	flag.IntVar(&l.jobs, "jobs", runtime.NumCPU(), "runs at a time")
	quick := flag.Bool("quick", false, "a minute's worth of all that")
	flag.Parse()
	if *quick {
		l.random, l.stride = 3, 131
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := crash(ctx, l, *parent, flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, "crash:", err)
		os.Exit(1)
	}
}

// programsEnv is a folder with the programs, where there is no Go to build them.
const programsEnv = "KOSHIN_CRASH_PROGRAMS"

func crash(ctx context.Context, l *lab, parent, page string) (err error) {
	dir, err := os.MkdirTemp(parent, "koshin-crash-")
	if err != nil {
		return err
	}
	defer func() {
		if err == nil && !l.keep && l.number < 0 {
			_ = os.RemoveAll(dir) // what stays behind is only space
			return
		}
		fmt.Fprintln(os.Stderr, "crash: everything is in", dir)
	}()
	programs := os.Getenv(programsEnv)
	if programs == "" {
		programs = filepath.Join(dir, "bin")
		if err := build(ctx, programs); err != nil {
			return err
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "runs"), 0o755); err != nil {
		return err
	}
	if l.world, err = newWorld(ctx, dir, programs); err != nil {
		return err
	}
	l.own = map[string]tree{}
	for _, name := range []string{pcBlank, pcInstalled, pcWaiting, pcExe, pcSetup, pcSelf} {
		if l.own[name], err = l.operators(name); err != nil {
			return err
		}
	}
	var text bytes.Buffer
	out := io.MultiWriter(os.Stdout, &text)
	fmt.Fprintf(out, "%s, `%s`, %s:\n\n", time.Now().Format(time.DateOnly), strings.Join(append([]string{filepath.Base(os.Args[0])}, os.Args[1:]...), " "), machine())
	if err := l.table(ctx, out); err != nil || page == "" {
		return err
	}
	return os.WriteFile(page, append([]byte(heading), text.Bytes()...), 0o644)
}

const heading = `# The crash matrix

What became of a client when koshin was stopped: ` + "`make crash`" + ` on Linux, ` + "`make crash-windows`" + ` for koshin.exe in
Wine. ` + "`.ci/crash/doc.go`" + ` says what each row does and what the columns mean; ` + "`.ci/crash/run docs/CRASH.md`" + ` writes this page.

A package of kind msi is Windows Installer's own transaction and exists on Windows only; what koshin makes of one is
shown by ` + "`go test -run TestInstallers ./cmd/koshin`" + ` in Wine. A setup program is a script here, ended at any instant like koshin.

## Linux

`

// machine says on what this was run.
func machine() string {
	return fmt.Sprintf("%d cores, %s/%s, %s", runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version())
}

// memory is where files cost least: what is looked at here is what koshin does
// to them, and the rows that need a real disk make one.
func memory() string {
	const shared = "/dev/shm"
	if _, err := os.Stat(shared); err != nil || runtime.GOOS != "linux" {
		return ""
	}
	return shared
}

func build(ctx context.Context, into string) error {
	if err := goBuild(ctx, into, "", "./cmd/koshin", "./cmd/koshin-release", "./cmd/sample-client"); err != nil {
		return err
	}
	for _, version := range selfBuilds() {
		if err := goBuild(ctx, filepath.Join(into, "koshin-"+version), " -X main.version="+version, "./cmd/koshin"); err != nil {
			return err
		}
	}
	return nil
}

func goBuild(ctx context.Context, into, flags string, programs ...string) error {
	c := exec.CommandContext(ctx, "go", append([]string{"build", "-trimpath", "-ldflags=-s -w" + flags, "-o", into + string(filepath.Separator)}, programs...)...)
	c.Env = append(os.Environ(), "CGO_ENABLED=0")
	c.Stdout, c.Stderr = os.Stderr, os.Stderr
	return c.Run()
}
