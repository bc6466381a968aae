package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/koshin-updater/koshin/cmd/internal/exitcode"
	"github.com/koshin-updater/koshin/cmd/internal/setup"
	"github.com/koshin-updater/koshin/installer/uninstallkey"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater"
	"github.com/koshin-updater/koshin/updater/config"
	"github.com/koshin-updater/koshin/updater/startmenu"
)

// install checks everything first, then puts the program in its place, and enrols
// the PC with it where that is wanted. Each step may be repeated, so a run that was
// cut is completed by the next one.
func (i *installing) install(ctx context.Context) error {
	setup.Sweep(i.aside)
	enrolled, err := i.enrolledAlready()
	if err != nil {
		return err
	}
	var offered *offeredConfig
	if i.request.Config != "" && !enrolled {
		if offered, err = i.offeredConfig(); err != nil {
			return err
		}
		defer offered.drop()
	}
	if !enrolled {
		if err := i.filesThere(); err != nil {
			return err
		}
	}
	fresh, err := manifest.ParseVersion(version)
	if err != nil {
		fresh = manifest.Version{} // built from a checkout
	}
	there, err := setup.Allowed(i.program, fresh)
	if err != nil {
		return err
	}
	if err := i.put(ctx, enrolled); err != nil {
		return err
	}
	switch {
	case there.IsZero():
		i.tell("setup-installed", "version", version, "dir", filepath.Dir(i.program))
	case there.Equal(fresh):
		i.tell("setup-repaired", "version", version, "dir", filepath.Dir(i.program))
	default:
		i.tell("setup-updated", "version", version, "from", there, "dir", filepath.Dir(i.program))
	}
	return i.enrol(ctx, enrolled, offered)
}

// enrolledAlready says whether this PC has a configuration. It is never overwritten,
// so that a rollout may run the same line at every start of the PC.
func (i *installing) enrolledAlready() (bool, error) {
	_, err := os.Stat(i.machine.config)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// filesThere looks at the files that koshin enroll will read, before anything
// changes.
func (i *installing) filesThere() error {
	for _, file := range []string{i.request.Anchor, i.request.CAFile} {
		if file == "" {
			continue
		}
		if _, err := os.Stat(file); err != nil {
			return fmt.Errorf("%w: %w", setup.ErrSwitch, err)
		}
	}
	return nil
}

// put changes the program while no other koshin works, and lists it in Windows.
func (i *installing) put(ctx context.Context, enrolled bool) error {
	if enrolled {
		release, err := i.updaterOfThisPC().Alone(ctx)
		if err != nil {
			return err
		}
		defer release()
	}
	if err := setup.Place(i.own, i.program, i.aside); err != nil {
		return err
	}
	dir := filepath.Dir(i.program)
	uninstall := filepath.Join(dir, "uninstall.exe")
	if err := setup.Place(filepath.Join(i.aside, "uninstall.exe"), uninstall, i.aside); err != nil {
		return err
	}
	var size int64
	for _, file := range []string{i.program, uninstall} {
		info, err := os.Stat(file)
		if err != nil {
			return err
		}
		size += info.Size()
	}
	err := i.list.Write(uninstallkey.Own{
		Name: "koshin（アップデートの確認）", Version: version, Publisher: "koshin", Icon: i.program, Location: dir,
		Uninstall: `"` + uninstall + `"`, QuietUninstall: `"` + uninstall + `" /S`, Size: size,
	})
	if err != nil {
		return fmt.Errorf("uninstall key: %w", err)
	}
	return nil
}

// updaterOfThisPC only takes the lock. A configuration that cannot be read is no
// reason against a new program, and koshin says so afterwards.
func (i *installing) updaterOfThisPC() *updater.Updater {
	state := config.DefaultStateDir()
	if c, err := i.loadConfig(); err == nil {
		state = c.StateDir
	}
	return updater.New(updater.Options{StateDir: state, Log: i.log})
}

// enrol has the new koshin itself write the configuration, where there is none yet,
// and register what the system starts.
func (i *installing) enrol(ctx context.Context, enrolled bool, offered *offeredConfig) error {
	switch {
	case enrolled && (i.request.Enrolls() || i.request.Config != ""):
		i.tell("setup-configuration-kept", "file", i.machine.config)
	case enrolled:
	case offered != nil:
		if err := offered.place(i.machine.config); err != nil {
			return err
		}
		i.tell("enrolled", "file", i.machine.config)
	case i.request.Enrolls():
		if err := i.hand(ctx, i.request.EnrollArgs(string(i.language))); err != nil {
			return err
		}
	default:
		i.tell("setup-not-enrolled", "program", i.program)
		return i.menuAlone(ctx)
	}
	return i.hand(ctx, []string{"schedule", "install", "--lang=" + string(i.language)})
}

// hand has the koshin in its place do something, and passes its end on.
func (i *installing) hand(ctx context.Context, args []string) error {
	output, code, err := i.start(ctx, i.program, args)
	if err != nil {
		return fmt.Errorf("start %s: %w", i.program, err)
	}
	i.note(output)
	if code != 0 {
		i.tell("setup-handed", "command", "koshin "+strings.Join(args[:min(len(args), 2)], " "), "code", code)
		i.code = exitcode.Code(code)
		return errAsSaid
	}
	return nil
}

// menuAlone puts アップデートの確認 into the Start menu of a PC without a configuration:
// the window says what is missing.
func (i *installing) menuAlone(ctx context.Context) error {
	if i.machine.menu == nil || i.machine.show == nil {
		return nil
	}
	return i.machine.menu.install(ctx, startmenu.Entry{Name: menuName, Program: i.program, Args: "window", Description: i.say("menu-description")})
}
