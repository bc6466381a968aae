package main

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"strings"

	"github.com/koshin-updater/koshin/installer/selfswap"
)

// killInCommit: kill-in-commit EXE ARG… runs a koshin that is killed on its way
// into the second rename of its replacement: strace delivers the signal when the
// kernel is asked for it, and the rename never happens.
func killInCommit(ts script, neg bool, args []string) {
	usage(ts, neg, args, "kill-in-commit EXE ARG")
	if _, err := exec.LookPath("strace"); err != nil {
		skip(ts, "no strace on the PATH")
	}
	live := ts.MkAbs(args[0])
	fresh := selfswap.NewPath(live)
	const renames = "renameat,renameat2"
	trace := []string{"-f", "-o", os.DevNull, "-e", "trace=" + renames, "-P", fresh, "-e", "inject=" + renames + ":signal=SIGKILL:when=1", live}
	cmd := exec.Command("strace", append(trace, args[1:]...)...) //nolint:noctx // it is killed
	cmd.Dir = ts.MkAbs(".")
	out, err := cmd.CombinedOutput()
	if strings.Contains(string(out), "ptrace") {
		skip(ts, "nobody may trace here")
	}
	if err == nil {
		ts.Fatalf("it was not killed: %s", out)
	}
	if _, err := os.Lstat(live); !errors.Is(err, fs.ErrNotExist) {
		ts.Fatalf("killed elsewhere: %v\n%s", err, out)
	}
	_, err = os.Lstat(fresh)
	ts.Check(err)
}
