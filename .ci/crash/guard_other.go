//go:build !linux

package main

import (
	"context"
	"errors"
	"os/exec"
	"syscall"
	"time"
)

type reply struct {
	errno     syscall.Errno
	die, half bool
	dieIn     time.Duration
}

type call struct{ name, path string }

func (c call) String() string { return c.name + " " + c.path }

const guardEnv = ""

func becomeGuarded() error { return errors.ErrUnsupported }

func guarded(context.Context, *exec.Cmd, string, func(call) reply) (result, error) {
	return result{}, errors.ErrUnsupported
}

func guardless() string { return "needs Linux" }

func systemWays() []way { return nil }
