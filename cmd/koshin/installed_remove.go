package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/koshin-updater/koshin/cmd/internal/setup"
	"github.com/koshin-updater/koshin/updater"
	"github.com/koshin-updater/koshin/updater/busy"
	"github.com/koshin-updater/koshin/updater/config"
	"github.com/koshin-updater/koshin/updater/schedule"
)

// remove takes out of the system what starts koshin, and says what stays. The
// uninstaller deletes the program afterwards. What cannot be taken out is named, and
// the rest goes on: a PC must not keep half a koshin because of one task.
func (i *installing) remove(ctx context.Context) error {
	c, err := i.loadConfig()
	if err != nil {
		if !errors.Is(err, config.ErrNotFound) {
			i.tell("setup-unread", "detail", err)
		}
		c = &config.Config{File: i.machine.config, StateDir: config.DefaultStateDir()}
	}
	if err := i.outOfUse(ctx, c.StateDir); err != nil {
		return err
	}
	if i.request.Purge {
		i.purge(c)
	}
	i.stays(c)
	return nil
}

// outOfUse sees to it that no koshin works and none begins any more.
func (i *installing) outOfUse(ctx context.Context, stateDir string) error {
	if _, err := os.Stat(stateDir); err == nil {
		release, err := updater.New(updater.Options{StateDir: stateDir, Log: i.log}).AloneSettled(ctx)
		if err != nil {
			return err
		}
		defer release()
	}
	i.takeOut(ctx)
	return nil
}

// takeOut is koshin schedule remove, each part for itself.
func (i *installing) takeOut(ctx context.Context) {
	for _, name := range []string{schedule.WindowName, schedule.UpdateName, schedule.RecoverName} {
		i.took(i.say("schedule-task-"+name), i.machine.scheduler.remove(ctx, name))
	}
	if i.machine.menu != nil {
		i.took(i.say("schedule-task-"+menuTask), i.machine.menu.remove(ctx, menuName))
	}
	i.took("Event Log: Koshin", i.unregisterEvents())
}

func (i *installing) took(what string, err error) {
	if err != nil {
		i.remains(what, err)
		return
	}
	i.tell("setup-removed", "what", what)
}

// remains names what should have gone, and did not.
func (i *installing) remains(what string, err error) {
	i.tell("setup-remains", "what", what, "detail", err)
	i.code = setup.Remains
}

// purge deletes koshin's configuration and state: by the names that koshin itself
// gives, since state_dir is an administrator's and may be any folder. The clients'
// folders, and the copies of their data beside them, are nobody's to delete.
func (i *installing) purge(c *config.Config) {
	dir := filepath.Dir(c.File)
	for _, name := range updater.StateNames() {
		i.purged(filepath.Join(c.StateDir, name))
	}
	i.purged(busy.Folder(c.StateDir))
	_ = os.Remove(c.StateDir) // only when it is empty
	for _, file := range []string{c.Source.Anchor, c.Source.CAFile, c.File} {
		if file != "" && filepath.Dir(file) == dir {
			i.purged(file)
		}
	}
	i.purged(filepath.Join(dir, "setup.log"))
	_ = os.Remove(dir) // only when it is empty
}

func (i *installing) purged(path string) {
	if err := os.RemoveAll(path); err != nil {
		i.remains(path, err)
	}
}

// stays says where everything is that is not koshin itself.
func (i *installing) stays(c *config.Config) {
	places := []string{filepath.Dir(c.File), c.StateDir}
	for _, p := range c.Products {
		places = append(places, p.Dir, p.Dir+".koshin")
	}
	for n, place := range places {
		if n == 1 && filepath.Dir(place) == places[0] {
			continue // it lies in the one before
		}
		if _, err := os.Stat(place); !errors.Is(err, fs.ErrNotExist) {
			i.tell("setup-stays", "place", place)
		}
	}
}
