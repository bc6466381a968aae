//go:build unix

package process

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
)

// Group is a program and the processes that it starts.
type Group struct{ leader *os.Process }

// prepare puts a program that is not started yet into a process group of its
// own: a Ctrl+C meant for koshin does not reach it, and stopping it stops its
// children. On this system it never ends with koshin.
func prepare(cmd *exec.Cmd, _ life) (*Group, error) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	return &Group{}, nil
}

// join takes the started program in.
func (g *Group) join(cmd *exec.Cmd) { g.leader = cmd.Process }

// End stops what still runs, after the program itself has ended.
func (g *Group) End() {
	if g.leader != nil {
		_ = syscall.Kill(-g.leader.Pid, syscall.SIGKILL) // usually nobody is left
	}
}

// Close lets go of what still runs.
func (g *Group) Close() {}

// isBusy says that the program's file is still open for writing somewhere,
// perhaps only in a process that is just being forked.
func isBusy(err error) bool { return errors.Is(err, syscall.ETXTBSY) }

// Alive says whether the program or one that it started still runs, as far as
// the system tells.
func (g *Group) Alive() bool { return g.leader != nil && syscall.Kill(-g.leader.Pid, 0) == nil }
