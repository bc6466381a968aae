//go:build unix

package confirm

import (
	"errors"
	"os/exec"
	"syscall"
)

// alone puts the client in a process group of its own: a Ctrl+C meant for
// koshin does not reach it, and stopping it stops its children.
func alone(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}

// isBusy says that the program's file is still open for writing somewhere,
// perhaps only in a process that is just being forked.
func isBusy(err error) bool { return errors.Is(err, syscall.ETXTBSY) }
