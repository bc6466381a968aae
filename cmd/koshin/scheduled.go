package main

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/koshin-updater/koshin/cmd/internal/exitcode"
)

// dailyRun is what the system's scheduler says to koshin update, and people do
// not.
type dailyRun struct {
	scheduled bool
	within    time.Duration
}

// longest is how long a daily run may be told to wait: the next one comes then.
const longest = 4 * time.Hour

func (d *dailyRun) flags(c *cobra.Command) {
	c.Flags().BoolVar(&d.scheduled, "scheduled", false, "a daily run: record its exit code, and end with 0 where it only goes on another time")
	c.Flags().DurationVar(&d.within, "within", 0, "wait for a moment drawn from this `time` first")
	for _, name := range []string{"scheduled", "within"} {
		if err := c.Flags().MarkHidden(name); err != nil {
			panic(err) // a flag that this program itself forgot to define
		}
	}
}

// before waits for the run's moment. The configuration is read after it: half an
// hour is long enough to change it.
func (d *dailyRun) before(a *app, run func(*cobra.Command, []string) error) func(*cobra.Command, []string) error {
	return func(c *cobra.Command, args []string) error {
		switch {
		case d.within == 0:
			return run(c, args)
		case !d.scheduled || d.within < 0 || d.within > longest:
			return usageError{errors.New("--within: a daily run waits up to 4 hours")}
		}
		if err := a.machine.scheduler.pause(c.Context(), d.within); err != nil {
			return err
		}
		return run(c, args)
	}
}

// recordRun remembers a daily run's exit code and returns what the scheduler is
// told.
func (s *session) recordRun(code exitcode.Code) exitcode.Code {
	if err := s.updater.RecordRun(int(code)); err != nil {
		s.log.WarnContext(context.Background(), "the exit code was not recorded", "code", int(code), "error", err)
	}
	return code.Scheduled()
}
