// Package foreign runs somebody else's installer, silently, and says what came
// of it: a Windows Installer package through msiexec, or a setup program with
// the arguments that its publisher declared.
//
// koshin cannot see inside such a program. What can be known is here: how it is
// started (no window, no terminal, no secret in its environment), how long it
// may take, what its exit code means, and where its log is. Whether it did what
// it says is for the caller to read back.
//
// A run is not stopped when the caller is: half an installation helps nobody.
// It ends when the program does, or when its limit has passed. It also outlives
// koshin itself, and [Alive] is how the next koshin finds out.
package foreign

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/koshin-updater/koshin/installer/process"
	"github.com/koshin-updater/koshin/manifest"
)

// What a run can end with, beside success.
var (
	// ErrFailed is an installer that says that it failed: 1603 of Windows
	// Installer, or a code that was not declared as a success.
	ErrFailed = errors.New("installer failed")
	// ErrCancelled is an installer that was cancelled by somebody: 1602.
	ErrCancelled = errors.New("installer was cancelled")
	// ErrOther is another installation that is at work on this PC: 1618.
	ErrOther = errors.New("another installation is running")
	// ErrTimeout is an installer that did not come to an end and was stopped.
	ErrTimeout = errors.New("installer did not end in time")
	// ErrStart is an installer that could not be started at all.
	ErrStart = errors.New("installer cannot be started")
)

// Action is what an installer is run for.
type Action string

// The actions.
const (
	Install   Action = "install"
	Uninstall Action = "uninstall" // kind msi only
)

// Limit is how long an installer may take. The largest client suites, with a
// database of their own, need half an hour on an old PC; twice that is not an
// installation any more, but a question that nobody sees.
const Limit = time.Hour

// Run is one run of an installer. All paths are absolute.
type Run struct {
	Kind   manifest.Kind // msi or setup
	Action Action
	File   string             // the package or the program
	How    manifest.Installer // as its publisher declared
	Dir    string             // {dir}: the install folder
	Line   string             // an installed client's own line for its removal, run instead of File; see [SplitLine]
	Log    string             // {log}; what a setup prints is beside it, in .out
	Marker string             // name by which [Alive] finds this run
	Limit  time.Duration
}

// Result is a run that succeeded.
type Result struct {
	Code    int
	Restart bool // the PC must be restarted before all of it counts
}

// Do runs the installer to its end, whatever becomes of ctx, and says what its
// exit code means. Every error names the log.
func (r Run) Do(ctx context.Context) (Result, error) {
	code, err := r.do(context.WithoutCancel(ctx))
	var result Result
	if err == nil {
		result, err = r.meaning(code)
	}
	if err != nil {
		return Result{}, fmt.Errorf("%s %s: %w; log %s", r.Action, filepath.Base(r.File), err, r.Log)
	}
	return result, nil
}

func (r Run) do(ctx context.Context) (code int, err error) {
	output, err := os.OpenFile(r.output(), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return 0, err
	}
	defer r.tidy(output)
	ctx, cancel := context.WithTimeout(ctx, r.Limit)
	defer cancel()
	cmd, group, letGo, err := r.start(ctx, output)
	if err != nil {
		return 0, fmt.Errorf("%w: %w", ErrStart, err)
	}
	err = cmd.Wait()
	r.waitForChildren(ctx, group)
	letGo()
	exit, exited := errors.AsType[*exec.ExitError](err)
	switch {
	case err == nil:
		return 0, nil
	case ctx.Err() != nil: // first, since Windows gives what we stopped an exit code of 1
		return 0, fmt.Errorf("%w: stopped after %v", ErrTimeout, r.Limit)
	case exited && exit.Exited():
		return exit.ExitCode(), nil
	}
	return 0, fmt.Errorf("%w: %w", ErrFailed, err)
}

// start starts the installer. It outlives koshin: one that runs is better than
// half of one.
func (r Run) start(ctx context.Context, output *os.File) (cmd *exec.Cmd, group *process.Group, letGo func(), err error) {
	program, args, err := r.command()
	if err != nil {
		return nil, nil, nil, err
	}
	mark, err := newMarker(r.Marker)
	if err != nil {
		return nil, nil, nil, err
	}
	cmd, group, err = process.StartLasting(ctx, func() *exec.Cmd {
		cmd := exec.CommandContext(ctx, program, args...)
		cmd.Dir = r.dir()
		cmd.Env = environment(os.Environ())
		cmd.Stdout, cmd.Stderr = output, output
		cmd.SysProcAttr = r.attributes(cmd, mark)
		return cmd
	})
	if err != nil {
		mark.close()
		return nil, nil, nil, err
	}
	return cmd, group, func() { mark.close(); group.Close() }, nil
}

// dir is where the program works: beside itself, but not in a folder that it is
// about to remove.
func (r Run) dir() string {
	if r.Line != "" {
		return filepath.Dir(r.Log)
	}
	return filepath.Dir(r.File)
}

// childrenPause is between two looks at the children of an uninstaller.
const childrenPause = 100 * time.Millisecond

// waitForChildren waits for those of an uninstaller: one that removes its own
// file ends at once, and a copy of it does the work.
func (r Run) waitForChildren(ctx context.Context, group *process.Group) {
	for r.Line != "" && group.Alive() {
		select {
		case <-ctx.Done():
			return
		case <-time.After(childrenPause):
		}
	}
}

// output is where the program's own words go.
func (r Run) output() string { return strings.TrimSuffix(r.Log, ".log") + ".out" }

// tidy leaves no empty file behind.
func (r Run) tidy(output *os.File) {
	info, err := output.Stat()
	_ = output.Close() // nothing of koshin's own is in it
	if err == nil && info.Size() == 0 {
		_ = os.Remove(output.Name())
	}
}
