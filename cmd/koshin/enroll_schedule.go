package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/koshin-updater/koshin/updater"
	"github.com/koshin-updater/koshin/updater/config"
	"github.com/koshin-updater/koshin/updater/schedule"
)

// enrollJSON is the document of enroll.
type enrollJSON struct {
	Schema    string     `json:"schema"`
	Config    string     `json:"config"`
	Scheduled *bool      `json:"scheduled"` // null: not asked for, or a trial
	Error     *errorJSON `json:"error,omitempty"`
}

// errNotAsked: nobody wants the daily run registered.
var errNotAsked = errors.New("the daily run was not asked for")

// scheduleEnrolled has the system run this koshin from now on, where it is the
// whole PC that was enrolled: a PC that nobody thinks of again is the reason for
// koshin. Without a daily run it recovers at every start of the PC all the same.
// The PC is enrolled also where that fails.
func (a *app) scheduleEnrolled(ctx context.Context, file string, daily bool) error {
	if file != a.machine.config {
		return errNotAsked // a trial has nothing to do with it
	}
	c, err := config.Load(file)
	if err != nil {
		return err
	}
	u := updater.New(updater.Options{StateDir: c.StateDir, Self: a.itself(c), Log: a.log})
	if !daily {
		if err := u.PrepareBoot(ctx); err != nil {
			a.log.WarnContext(ctx, "recovery at the start of the PC was not scheduled", "error", err)
		}
		return errNotAsked
	}
	tasks, err := u.Tasks(a.machine.show != nil)
	if err == nil {
		err = u.Schedule(ctx, tasks)
	}
	if err == nil {
		err = a.registerEvents()
	}
	if err != nil {
		return err
	}
	for _, t := range tasks {
		seen, err := a.machine.scheduler.look(ctx, t)
		if err != nil || seen.State != schedule.Registered {
			return errors.Join(fmt.Errorf("%w: %s %s %v", schedule.ErrTask, t.Name, seen.State, seen.Differs), err)
		}
	}
	return nil
}

// enrolledAt says what enroll did, and what is left to do.
func (a *app) enrolledAt(file string, err error) {
	if a.json {
		doc := enrollJSON{Schema: schema("enroll"), Config: file}
		if !errors.Is(err, errNotAsked) {
			done := err == nil
			doc.Scheduled, doc.Error = &done, a.errorJSON(err)
		}
		a.print(doc)
		return
	}
	a.sayln("enrolled", "file", file)
	switch {
	case err == nil:
		a.sayln("enrolled-scheduled")
	case errors.Is(err, errNotAsked):
	case errors.Is(err, errors.ErrUnsupported):
		a.sayln("enrolled-no-scheduler")
	default:
		a.sayln("enrolled-not-scheduled", "reason", a.words.Explain(a.language, err).Message)
	}
}
