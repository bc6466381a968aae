//go:build unix

package confirm

import (
	"errors"
	"os/exec"
	"syscall"
)

// group is the client and the processes that it starts.
type group struct{}

// newGroup puts the client, which is not started yet, into a process group of
// its own: a Ctrl+C meant for koshin does not reach it, and stopping it stops
// its children.
func newGroup(cmd *exec.Cmd) (group, error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	return group{}, nil
}

// join takes the started client in.
func (group) join(*exec.Cmd) {}

// close lets go of what still runs.
func (group) close() {}

// isBusy says that the program's file is still open for writing somewhere,
// perhaps only in a process that is just being forked.
func isBusy(err error) bool { return errors.Is(err, syscall.ETXTBSY) }
