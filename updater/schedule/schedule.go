// Package schedule has the system run koshin when nobody asks.
//
//	koshin-update   every day, and when somebody signs in: "koshin update", as
//	                SYSTEM or root. On Windows users may start it, and no more.
//	koshin-recover  at every start of the PC: "koshin recover", by a copy of koshin
//	                that is not the installed executable. It heals what a power
//	                cut left behind, koshin's own update included, and does what
//	                had to wait for a restart, all before anybody has signed in.
//	koshin-window   Windows only, when somebody signs in, as that user:
//	                "koshin window --if-needed".
//
// Each is told to the system in its own words:
//
//	Windows  tasks of the Task Scheduler, registered through schtasks
//	Linux    systemd units; the daily one is started by a timer
//	macOS    launchd daemons, which launchd reads at the next start
//
// What a task looks like is made and tested on every system, and so is the
// comparison of what the system keeps with what it was given; only handing over
// and reading back are particular to each. When the runs of many PCs reach the
// hosts is in moment.go.
package schedule

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"
)

// ErrTask is a task that the system refused, or that cannot be written down.
var ErrTask = errors.New("task cannot be scheduled")

// When is the occasion on which the system starts a task, and with it as whom.
type When int

// The occasions.
const (
	AtBoot  When = iota // before anybody has signed in, as SYSTEM or root
	Daily               // several times a day and at sign-in, as SYSTEM or root; users may start it too
	AtLogon             // when somebody signs in, as that user and with no more rights; Windows only
)

// Task is a program that the system starts.
type Task struct {
	Name        string // letters and hyphens, such as "koshin-recover"
	Description string
	Program     string // absolute path
	Args        []string
	When        When
	// Within is how long after its start a daily run may begin its work, see
	// [Pause]. systemd draws that moment; elsewhere the program is told it as
	// --within.
	Within time.Duration
}

// State is how the system keeps a task.
type State string

// The states.
const (
	Registered State = "registered" // as it should be
	Differs    State = "differs"    // there, but not as koshin registers it
	Missing    State = "missing"
	Unknown    State = "unknown" // this user may not see it
)

// Seen is what the system keeps of a task.
type Seen struct {
	State   State
	Differs []string // what is otherwise than it should be: words such as "program" and "triggers", or files
}

// Install registers the task, or changes it. It may be repeated. Without
// administrator rights the error is [io/fs.ErrPermission]; where this system
// starts its programs in some other way it is [errors.ErrUnsupported].
func (t Task) Install(ctx context.Context) error {
	if err := t.check(); err != nil {
		return fmt.Errorf("schedule %s: %w", t.Name, err)
	}
	if err := t.install(ctx); err != nil {
		return fmt.Errorf("schedule %s: %w", t.Name, err)
	}
	return nil
}

// Look compares what the system keeps with this task. Where the system starts
// its programs in some other way the error is [errors.ErrUnsupported].
func (t Task) Look(ctx context.Context) (Seen, error) {
	seen, err := t.look(ctx)
	if err != nil {
		return Seen{}, fmt.Errorf("look at %s: %w", t.Name, err)
	}
	return seen, nil
}

// Remove takes the task of this name out. One that is not there is no error.
func Remove(ctx context.Context, name string) error {
	if err := (Task{Name: name}).remove(ctx); err != nil {
		return fmt.Errorf("unschedule %s: %w", name, err)
	}
	return nil
}

// Start has the system start the daily run now, as users may. Where one is at work
// the system ignores it. Without a daily run the error is [io/fs.ErrNotExist];
// where users cannot start it, [errors.ErrUnsupported].
func Start(ctx context.Context) error {
	if err := start(ctx); err != nil {
		return fmt.Errorf("start %s: %w", UpdateName, err)
	}
	return nil
}

// check refuses what one of the three formats could not say. The Task Scheduler
// replaces $(Arg0) by what the user who starts the task passes to it: a task that
// users may start must not have one.
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
		if strings.Contains(text, "$(") {
			return fmt.Errorf("%w: %q would be replaced", ErrTask, text)
		}
	}
	return nil
}

// args are the arguments where the program itself draws its moment.
func (t Task) args() []string {
	if t.Within == 0 {
		return t.Args
	}
	return append(append([]string(nil), t.Args...), "--within", t.Within.String())
}

// stateOf sums up what was compared.
func stateOf(there bool, differs []string) State {
	switch {
	case !there:
		return Missing
	case len(differs) > 0:
		return Differs
	}
	return Registered
}
