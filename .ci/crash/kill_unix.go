//go:build unix

package main

import (
	"os"
	"os/exec"
	"syscall"
)

// ownGroup makes koshin the head of a group, so that kill meets all of it.
func ownGroup(c *exec.Cmd) { c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

func kill(p *os.Process) error { return syscall.Kill(-p.Pid, syscall.SIGKILL) }
