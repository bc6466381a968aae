// Package schedule has the system run koshin when nobody asks.
//
// So far there is one such run, at every start of the PC: a copy of koshin,
// which is not the installed executable, carries out "koshin recover". It heals
// what a power cut left behind, koshin's own update included, and does what had
// to wait for a restart, all before anybody has signed in.
//
//	Windows  a task of the Task Scheduler, as SYSTEM, registered through schtasks
//	Linux    a systemd unit, wanted by multi-user.target
//	macOS    a launchd daemon
//
// What a task looks like is made and tested on every system; only handing it
// over is particular to each.
package schedule

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
)

// ErrTask is a task that the system refused, or that cannot be written down.
var ErrTask = errors.New("task cannot be scheduled")

// Task is a program that the system starts at boot, with the highest rights and
// before anybody has signed in.
type Task struct {
	Name        string // letters and hyphens, such as "koshin-recover"
	Description string
	Program     string // absolute path
	Args        []string
}

// Recover is the boot-time task: the program, a copy of koshin that only
// administrators may change, finishes what was interrupted on the PC that is
// configured in this file.
func Recover(program, configFile string) Task {
	return Task{
		Name:        "koshin-recover",
		Description: "Finishes or takes back an update that was interrupted, before anybody signs in",
		Program:     program,
		Args:        []string{"recover", "--config", configFile},
	}
}

// Install registers the task, or changes it. It may be repeated. Without
// administrator rights the error is [io/fs.ErrPermission]; where this system
// starts its programs in some other way it is [errors.ErrUnsupported].
func (t Task) Install(ctx context.Context) error {
	if err := t.check(); err != nil {
		return fmt.Errorf("schedule %s: %w", t.Name, err)
	}
	if err := t.install(ctx, "/"); err != nil {
		return fmt.Errorf("schedule %s: %w", t.Name, err)
	}
	return nil
}

// Remove takes the task of this name out. One that is not there is no error.
func Remove(ctx context.Context, name string) error {
	if err := (Task{Name: name}).remove(ctx, "/"); err != nil {
		return fmt.Errorf("unschedule %s: %w", name, err)
	}
	return nil
}

// check refuses what one of the three formats could not say.
func (t Task) check() error {
	if t.Name == "" || strings.Trim(t.Name, "abcdefghijklmnopqrstuvwxyz-") != "" {
		return fmt.Errorf("%w: name %q", ErrTask, t.Name)
	}
	if !filepath.IsAbs(t.Program) {
		return fmt.Errorf("%w: %q is not an absolute path", ErrTask, t.Program)
	}
	for _, text := range append([]string{t.Description, t.Program}, t.Args...) {
		if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' }) {
			return fmt.Errorf("%w: control character in %q", ErrTask, text)
		}
	}
	return nil
}
