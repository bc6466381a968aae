package main

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/koshin-updater/koshin/cmd/internal/exitcode"
	"github.com/koshin-updater/koshin/updater/request"
)

// dailyRun is what the system's scheduler says to koshin update, and people do
// not.
type dailyRun struct {
	scheduled bool
	within    time.Duration
	run       string
}

// longest is how long a daily run may be told to wait: the next one comes then.
const longest = 4 * time.Hour

func (d *dailyRun) flags(c *cobra.Command) {
	c.Flags().BoolVar(&d.scheduled, "scheduled", false, "a daily run: record its exit code, and end with 0 where it only goes on another time")
	c.Flags().DurationVar(&d.within, "within", 0, "wait for a moment drawn from this `time` first")
	c.Flags().StringVar(&d.run, "run", "", "the `name` of this run, whose files an operator's window reads: he asked for it")
	for _, name := range []string{"scheduled", "within", "run"} {
		if err := c.Flags().MarkHidden(name); err != nil {
			panic(err) // a flag that this program itself forgot to define
		}
	}
}

// before waits for the run's moment, or until an operator asks for it. The
// configuration is read again after it: half an hour is long enough to change it.
func (d *dailyRun) before(a *app, run func(*cobra.Command, []string) error) func(*cobra.Command, []string) error {
	return func(c *cobra.Command, args []string) error {
		if err := d.check(a); err != nil {
			return usageError{err}
		}
		if d.scheduled {
			a.run = request.NewRun(time.Now())
			defer a.openDoor(c.Context())()
		}
		if d.within > 0 {
			if err := a.machine.scheduler.pause(c.Context(), d.within, a.asked()); err != nil {
				return err
			}
		}
		return run(c, args)
	}
}

// check refuses what neither the scheduler nor a window says.
func (d *dailyRun) check(a *app) (err error) {
	switch {
	case d.within != 0 && (!d.scheduled || d.within < 0 || d.within > longest):
		return errors.New("--within: a daily run waits up to 4 hours")
	case d.run == "":
		return nil
	case d.scheduled:
		return errors.New("--run: a daily run names itself")
	}
	a.run, err = request.ParseRunID(d.run)
	a.byOperator = true
	return err
}

// recordRun remembers a daily run's exit code and returns what the scheduler is
// told.
func (s *session) recordRun(code exitcode.Code) exitcode.Code {
	if err := s.updater.RecordRun(int(code)); err != nil {
		s.log.WarnContext(context.Background(), "the exit code was not recorded", "code", int(code), "error", err)
	}
	return code.Scheduled()
}
