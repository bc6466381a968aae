//go:build unix

package foreign

import (
	"errors"
	"fmt"
	"os/exec"
	"syscall"
)

// process is the installer and what it starts.
type process struct{}

// prepare puts the installer, which is not started yet, into a process group of
// its own: a Ctrl+C meant for koshin does not reach it, and stopping it stops
// its children.
func prepare(cmd *exec.Cmd, _ Run) (process, error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	return process{}, nil
}

func (process) join(*exec.Cmd) {}

func (process) close() {}

// Alive cannot say on this system; a program can be found by its file.
func Alive(string) bool { return false }

func msiexec() (string, error) {
	return "", fmt.Errorf("windows installer: %w", errors.ErrUnsupported)
}

// isBusy says that the program's file is still open for writing somewhere,
// perhaps only in a process that is just being forked.
func isBusy(err error) bool { return errors.Is(err, syscall.ETXTBSY) }
