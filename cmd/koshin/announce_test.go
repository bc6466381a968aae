package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/koshin-updater/koshin/cmd/internal/exitcode"
	"github.com/koshin-updater/koshin/installer"
	"github.com/koshin-updater/koshin/updater"
	"github.com/koshin-updater/koshin/updater/confirm"
	"github.com/koshin-updater/koshin/updater/eventlog"
)

// scriptEvents is an event log in a file: a line has the number, the level and the
// text of one event. Only where its source is registered is anything written.
func scriptEvents(source, file string) *eventLog {
	return &eventLog{
		register: func() error { return os.WriteFile(source, nil, 0o600) },
		unregister: func() error {
			if os.Getenv("AT_BOOT") == "refused" {
				return fs.ErrPermission
			}
			return os.RemoveAll(source)
		},
		write: func(kind eventlog.Kind, text string) error {
			if _, err := os.Stat(source); err != nil {
				return nil //nolint:nilerr // nobody knows the source
			}
			f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
			if err != nil {
				return err
			}
			for _, e := range eventlog.Kinds() {
				if e.Kind == kind {
					_, err = fmt.Fprintln(f, e.ID, e.Level, strings.ReplaceAll(text, "\r\n", " / "))
				}
			}
			return errors.Join(err, f.Close())
		},
	}
}

// One event for what happened, and none for what only waits.
func TestEventsOf(t *testing.T) {
	t.Parallel()
	below, ready := new(bool), new(bool)
	*ready = true
	kept, broken := &confirm.Judgement{Action: confirm.Keep}, &confirm.Judgement{Action: confirm.RollBack}
	fault := errors.New("x")
	for name, c := range map[string]struct {
		verb string
		r    updater.Report
		exit exitcode.Code
		want []eventlog.Kind
	}{
		"nothing to do":           {"update", updater.Report{Outcome: updater.UpToDate}, 0, nil},
		"updated":                 {"update", updater.Report{Outcome: updater.Updated}, 0, []eventlog.Kind{eventlog.Updated}},
		"a dry run":               {"update", updater.Report{Outcome: updater.Updated, DryRun: true}, 0, nil},
		"not confirmed":           {"update", updater.Report{Outcome: updater.Updated, Judgement: kept}, 0, []eventlog.Kind{eventlog.Unconfirmed}},
		"restart":                 {"update", updater.Report{Outcome: updater.Deferred, Restart: updater.RestartInstalls}, 0, []eventlog.Kind{eventlog.Restart}},
		"waits":                   {"update", updater.Report{Outcome: updater.Deferred, Decision: updater.Decision{Ready: ready}}, 0, nil},
		"waits, not known":        {"update", updater.Report{Outcome: updater.Deferred}, 0, nil},
		"waits below":             {"update", updater.Report{Outcome: updater.Deferred, Decision: updater.Decision{Ready: below}}, 0, []eventlog.Kind{eventlog.Waiting}},
		"at fault":                {"update", updater.Report{Outcome: updater.RolledBack, Judgement: broken}, 0, []eventlog.Kind{eventlog.RolledBack}},
		"back by hand":            {"rollback", updater.Report{Outcome: updater.RolledBack, Judgement: kept}, 0, []eventlog.Kind{eventlog.WentBack}},
		"refused":                 {"update", updater.Report{Outcome: updater.Refused, Err: fault}, exitcode.Refused, []eventlog.Kind{eventlog.Refused}},
		"failed":                  {"update", updater.Report{Outcome: updater.Failed, Err: fault}, exitcode.Failed, []eventlog.Kind{eventlog.Failed}},
		"koshin itself went back": {"self-update", updater.Report{Outcome: updater.RolledBack}, 0, []eventlog.Kind{eventlog.RolledBack}},
		"taken back after a kill": {"recover", updater.Report{Outcome: updater.RolledBack, Recovered: &installer.Recovered{}}, 0, []eventlog.Kind{eventlog.Recovered}},
		"in use":                  {"update", updater.Report{Outcome: updater.Failed, Err: fault}, exitcode.Busy, nil},
		"without rights":          {"update", updater.Report{Outcome: updater.Failed, Err: fault}, exitcode.NotAdmin, nil},
		"stopped":                 {"update", updater.Report{Outcome: updater.Failed, Err: fault}, exitcode.Interrupted, nil},
		"recovered":               {"recover", updater.Report{Outcome: updater.UpToDate, Recovered: &installer.Recovered{}}, 0, []eventlog.Kind{eventlog.Recovered}},
		"recovered, and then ":    {"update", updater.Report{Outcome: updater.Updated, Recovered: &installer.Recovered{}}, 0, []eventlog.Kind{eventlog.Recovered, eventlog.Updated}},
	} {
		if got := eventsOf(c.verb, c.r, c.exit); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
