package updater

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/koshin-updater/koshin/installer"
	"github.com/koshin-updater/koshin/updater/schedule"
)

// Tasks are what the system is to run of this koshin: the daily update, the
// recovery at every start and, where this koshin has one, the window. The copy
// that only recovers has none ([ErrRescueCopy]).
func (u *Updater) Tasks(window bool) ([]schedule.Task, error) {
	own := u.options.Self.Executable
	switch {
	case own == "":
		return nil, errors.ErrUnsupported
	case u.isRescue():
		return nil, ErrRescueCopy
	}
	tasks := []schedule.Task{schedule.Update(own), schedule.Recover(u.rescueFile(), u.options.Self.ConfigFile)}
	if window {
		tasks = append(tasks, schedule.Window(own))
	}
	return tasks, nil
}

// Schedule has the system run these tasks from now on. It may be repeated. An
// executable that ordinary users could change is refused
// ([github.com/koshin-updater/koshin/installer/protect.ErrWritable]); without
// administrator rights the error is [io/fs.ErrPermission].
func (u *Updater) Schedule(ctx context.Context, tasks []schedule.Task) error {
	if u.options.Self.Boot == nil {
		return errTrial
	}
	if err := u.ownProtected(); err != nil {
		return err
	}
	for _, t := range tasks {
		install := u.options.Self.Boot
		if t.Name == schedule.RecoverName { // needs its copy of koshin
			install = func(ctx context.Context, _ schedule.Task) error { return u.PrepareBoot(ctx) }
		}
		if err := install(ctx, t); err != nil {
			return err
		}
	}
	return nil
}

// Run is how a daily run ended.
type Run struct {
	Time time.Time
	Code int // koshin's exit code, also where the system was told of a success
}

type runRecord struct {
	Schema string    `json:"schema"`
	Time   time.Time `json:"time"`
	Code   int       `json:"code"`
}

const runSchema = "koshin/scheduled/1"

func (u *Updater) runFile() string { return filepath.Join(u.options.StateDir, "scheduled.json") }

// RecordRun remembers the end of a daily run.
func (u *Updater) RecordRun(code int) error {
	data, err := json.Marshal(runRecord{runSchema, u.now().UTC().Truncate(time.Second), code})
	if err != nil {
		return err
	}
	return u.keep(u.runFile(), data)
}

// LastRun is how the last daily run ended; nil before the first.
func (u *Updater) LastRun() (*Run, error) {
	data, err := readSmall(u.runFile())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var r runRecord
	if err == nil {
		err = json.Unmarshal(data, &r)
	}
	if err == nil && r.Schema != runSchema {
		err = fmt.Errorf("schema %q", r.Schema)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", installer.ErrRecord, u.runFile(), err)
	}
	return &Run{r.Time, r.Code}, nil
}
