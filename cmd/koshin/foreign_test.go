package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestInstallers is the same as the stories for builds that come with a real
// installer of Windows: MSIs and NSIS setups, as .ci/installers makes them.
func TestInstallers(t *testing.T) {
	dir := os.Getenv("KOSHIN_TEST_INSTALLERS")
	if dir == "" {
		t.Skip("KOSHIN_TEST_INSTALLERS is not set: nothing to install, see .ci/installers")
	}
	w := newWorld(t)
	params := w.params(filepath.Join("testdata", "installers"))
	setUp := params.Setup
	params.Setup = func(env *testscript.Env) error {
		env.Setenv("INSTALLERS", dir)
		for _, kind := range []string{"msi", "setup"} {
			name, err := os.ReadFile(filepath.Join(dir, kind+".name"))
			if err != nil {
				return err
			}
			env.Setenv(strings.ToUpper(kind)+"_NAME", strings.TrimSpace(string(name)))
		}
		return setUp(env)
	}
	testscript.Run(t, params)
}

// setupProgram: setup-program FILE BUILD [LINE…] writes a setup program that
// copies a build of the sample client to the folder in its first argument. It
// does there what the lines say, before, or behind "--" after that.
func setupProgram(ts script, neg bool, args []string) {
	usage(ts, neg, args, "setup-program FILE BUILD [LINE…]")
	before, after := args[2:], []string(nil)
	if at := slices.Index(before, "--"); at >= 0 {
		before, after = before[:at], before[at+1:]
	}
	text := fmt.Sprintf("#!/bin/sh\nmkdir -p \"$1\" && cd \"$1\" || exit 3\n%s\nrm -f VERSION\ncp -R '%s/'* . || exit 4\n%s\n",
		strings.Join(before, "\n"), ts.MkAbs(args[1]), strings.Join(after, "\n"))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o755))
}

// killDuringRun: kill-during-run DIR PROGRAM [ARG…] kills koshin a second after
// it has started an installer for the install folder. The installer goes on.
func killDuringRun(ts script, neg bool, args []string) {
	usage(ts, neg, args, "kill-during-run DIR PROGRAM [ARG…]")
	runs := func() int {
		names, err := filepath.Glob(ts.MkAbs(args[0]) + ".koshin/logs/*")
		ts.Check(err)
		return len(names)
	}
	before := runs()
	program, err := exec.LookPath(args[1])
	ts.Check(err)
	cmd := exec.Command(program, args[2:]...) //nolint:noctx // it is killed
	cmd.Dir = ts.MkAbs(".")
	ts.Check(cmd.Start())
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for n := 0; runs() == before; n++ {
		if n == 1200 {
			_ = cmd.Process.Kill()
			ts.Fatalf("no installer was started")
		}
		<-again.C
	}
	<-time.After(time.Second)
	ts.Check(cmd.Process.Kill())
	_ = cmd.Wait()
}

// forgetAtEnd: forget-at-end [MSI…] leaves nothing of these in the registry,
// which is that of all tests.
func forgetAtEnd(ts script, neg bool, args []string) {
	usage(ts, neg, args, "forget-at-end [MSI…]")
	ts.Defer(func() {
		for _, file := range args {
			_ = exec.Command("msiexec", "/x", file, "/qn").Run() //nolint:noctx // the others were taken out before
		}
		key := `HKLM\Software\Microsoft\Windows\CurrentVersion\Uninstall\` + ts.Getenv("SETUP_NAME")
		_ = exec.Command("reg", "delete", key, "/f").Run() //nolint:noctx // perhaps there is none
	})
}
