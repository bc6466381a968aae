package main

import (
	"context"
	"errors"

	"github.com/koshin-updater/koshin/updater/schedule"
	"github.com/koshin-updater/koshin/updater/startmenu"
)

// menuName is the entry's name, in the words that operators know from their
// client, whatever language koshin speaks.
const menuName = "アップデートの確認"

// menuTask is what schedule calls the entry beside its tasks.
const menuTask = "start-menu"

// entry is アップデートの確認 in the Start menu; false where this PC has no window to
// show, or no menu.
func (s *session) entry(tasks []schedule.Task) (startmenu.Entry, bool) {
	for _, t := range tasks {
		if t.Name == schedule.WindowName && s.machine.menu != nil {
			return startmenu.Entry{Name: menuName, Program: t.Program, Args: "window", Description: s.say("menu-description")}, true
		}
	}
	return startmenu.Entry{}, false
}

// lookAtMenu is how the entry stands, as tasks are shown.
func (s *session) lookAtMenu(ctx context.Context, e startmenu.Entry) (schedule.Seen, error) {
	there, same, err := s.machine.menu.look(ctx, e)
	switch {
	case errors.Is(err, startmenu.ErrEntry):
		return schedule.Seen{State: schedule.Differs, Differs: []string{"shortcut"}}, nil
	case err != nil:
		return schedule.Seen{}, err
	case !there:
		return schedule.Seen{State: schedule.Missing}, nil
	case !same:
		return schedule.Seen{State: schedule.Differs, Differs: []string{"program"}}, nil
	}
	return schedule.Seen{State: schedule.Registered}, nil
}
