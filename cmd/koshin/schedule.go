package main

import (
	"context"
	"errors"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/koshin-updater/koshin/cmd/internal/exitcode"
	"github.com/koshin-updater/koshin/updater"
	"github.com/koshin-updater/koshin/updater/schedule"
)

type scheduleJSON struct {
	Schema  string     `json:"schema"`
	Tasks   []taskJSON `json:"tasks"`
	LastRun *runJSON   `json:"last_run"`
}

type taskJSON struct {
	Name    string         `json:"name"`
	State   schedule.State `json:"state"` // registered, differs, missing or unknown
	Differs []string       `json:"differs,omitempty"`
}

type runJSON struct {
	Time string `json:"time"`
	Code int    `json:"code"`
}

func (a *app) scheduleCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "schedule install|remove|status",
		Short: "Have the system run koshin every day, and see whether it does",
		Long: "schedule install has the system run koshin update every day and koshin recover at every\n" +
			"start of the PC. On Windows it also has the window show itself at sign-in where something is\n" +
			"to be done, and puts アップデートの確認 into the Start menu. It may be repeated, and mends what\n" +
			"was changed. schedule remove takes all of it out; schedule status compares what the system\n" +
			"keeps with what koshin registers.",
		Args:      cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs),
		ValidArgs: []string{"install", "remove", "status"},
		RunE: func(c *cobra.Command, args []string) error {
			if err := a.wholePC(); err != nil {
				return err
			}
			if args[0] == "status" {
				a.verb = "schedule status" // changes nothing, and is not in the log
			}
			if args[0] == "remove" { // also where the configuration is gone
				return a.unschedule(c.Context())
			}
			return a.onPC(func(ctx context.Context, s *session) error {
				return s.schedule(ctx, args[0] == "install")
			})(c, nil)
		},
	}
}

// wholePC refuses a trial, of which the system knows nothing.
func (a *app) wholePC() error {
	file, _ := a.findConfig()
	file, err := filepath.Abs(file)
	if err == nil && file != a.machine.config {
		err = usageError{errors.New(a.say("schedule-trial", "file", a.machine.config))}
	}
	return err
}

// unschedule takes out every task that a koshin may have registered.
func (a *app) unschedule(ctx context.Context) error {
	doc := scheduleJSON{Schema: schema("schedule"), Tasks: []taskJSON{}}
	for _, name := range []string{schedule.WindowName, schedule.UpdateName, schedule.RecoverName} {
		if err := a.machine.scheduler.remove(ctx, name); err != nil {
			return err
		}
		doc.Tasks = append(doc.Tasks, taskJSON{Name: name, State: schedule.Missing})
	}
	if a.machine.menu != nil {
		if err := a.machine.menu.remove(ctx, menuName); err != nil {
			return err
		}
		doc.Tasks = append(doc.Tasks, taskJSON{Name: menuTask, State: schedule.Missing})
	}
	if err := a.unregisterEvents(); err != nil {
		return err
	}
	if a.json {
		a.print(doc)
		return nil
	}
	a.sayln("schedule-removed")
	return nil
}

// schedule registers the tasks, where that is wanted, and reads back what the
// system keeps.
func (s *session) schedule(ctx context.Context, install bool) error {
	tasks, err := s.updater.Tasks(s.machine.show != nil)
	if err != nil {
		return err
	}
	if install {
		if err := s.updater.Schedule(ctx, tasks); err != nil {
			return err
		}
	}
	if install {
		if err := s.registerEvents(); err != nil {
			return err
		}
	}
	entry, inMenu := s.entry(tasks)
	if install && inMenu {
		if err := s.machine.menu.install(ctx, entry); err != nil {
			return err
		}
	}
	doc := scheduleJSON{Schema: schema("schedule")}
	as := true
	for _, t := range tasks {
		seen, err := s.machine.scheduler.look(ctx, t)
		if err != nil {
			return err
		}
		as = as && seen.State == schedule.Registered
		doc.Tasks = append(doc.Tasks, taskJSON{t.Name, seen.State, seen.Differs})
	}
	if inMenu {
		seen, err := s.lookAtMenu(ctx, entry)
		if err != nil {
			return err
		}
		as = as && seen.State == schedule.Registered
		doc.Tasks = append(doc.Tasks, taskJSON{menuTask, seen.State, seen.Differs})
	}
	if install && !as {
		s.code = exitcode.Failed
	}
	last, err := s.updater.LastRun()
	if err != nil {
		return err
	}
	if last != nil {
		doc.LastRun = &runJSON{last.Time.UTC().Format("2006-01-02T15:04:05Z"), last.Code}
	}
	if s.json {
		s.print(doc)
		return nil
	}
	s.showSchedule(doc, last)
	switch {
	case install && !as:
		s.sayln("schedule-not-kept")
	case !as:
		s.sayln("schedule-next")
	}
	return nil
}

func (s *session) showSchedule(doc scheduleJSON, last *updater.Run) {
	for _, t := range doc.Tasks {
		s.sayln("schedule-"+string(t.State), "task", s.say("schedule-task-"+t.Name), "parts", strings.Join(t.Differs, ", "))
	}
	if last == nil {
		s.sayln("schedule-never")
		return
	}
	s.sayln("schedule-last", "time", last.Time.Local().Format("2006-01-02 15:04:05"), "code", last.Code)
}
