package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/koshin-updater/koshin/cmd/internal/exitcode"
	"github.com/koshin-updater/koshin/cmd/internal/setup"
	"github.com/koshin-updater/koshin/installer/protect"
	"github.com/koshin-updater/koshin/installer/uninstallkey"
)

// errAsSaid ends a run of the installer: what there is to say has been said.
var errAsSaid = errors.New("as said")

// maxSetupLog is how much is written beside the configuration before the log begins
// anew: some hundred runs.
const maxSetupLog = 256 << 10

// installing is one run of koshin's own installer or uninstaller: see package setup.
type installing struct {
	*app
	request setup.Request
	here    string // where the installer was started
	program string // koshin.exe in its place
	own     string // this program
	aside   string // the installer's own folder
	list    uninstallkey.OwnList
	admin   func() bool
	start   func(ctx context.Context, program string, args []string) (output string, code int, err error)
	lines   []string // what was said, for the installer to show
}

// setupCommand is what koshin's installer and uninstaller for Windows start: they
// hand over what they were given, and show what comes back.
func (a *app) setupCommand() *cobra.Command {
	var here string
	c := &cobra.Command{
		Use:    "setup install|remove -- SWITCH",
		Short:  "Put this koshin in its place, or prepare to take it off, for koshin's own installer",
		Hidden: true,
		Args:   cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			own, err := os.Executable()
			if err != nil {
				return err
			}
			if here == "" {
				if here, err = os.Getwd(); err != nil {
					return err
				}
			}
			i := &installing{app: a, here: here, own: own, list: a.machine.programs, admin: protect.Elevated, start: startProgram}
			return i.run(c.Context(), args[0], args[1:])
		},
	}
	c.Flags().StringVar(&here, "here", "", "`folder` in which the installer was started")
	return c
}

// run carries out one of the two, and leaves its words and its exit code.
func (i *installing) run(ctx context.Context, verb string, switches []string) error {
	kind, do := setup.Install, i.install
	i.aside = filepath.Dir(i.own)
	i.program = filepath.Join(filepath.Dir(i.aside), filepath.Base(i.own))
	switch verb {
	case "install":
		if filepath.Base(i.aside) != "setup" {
			return usageError{errors.New("setup install: only koshin's installer starts this")}
		}
	case "remove":
		kind, do = setup.Remove, i.remove
		i.program = i.own
		i.aside = filepath.Join(filepath.Dir(i.own), "setup")
	default:
		return usageError{fmt.Errorf("setup %s: install or remove", verb)}
	}
	var err error
	i.request, err = setup.Parse(kind, i.here, switches)
	if err == nil && !i.admin() {
		err = fs.ErrPermission
	}
	if err == nil {
		err = do(ctx)
	}
	return i.end(verb, err)
}

// tell says one sentence.
func (i *installing) tell(key string, args ...any) { i.note(i.say(key, args...)) }

// note takes lines in.
func (i *installing) note(text string) {
	for line := range strings.Lines(text) {
		if line = strings.TrimRight(line, "\r\n"); line != "" {
			i.lines = append(i.lines, line)
		}
	}
}

// end says what went wrong, and leaves everything that was said for the installer
// and in the log.
func (i *installing) end(verb string, err error) error {
	_, isUsage := errors.AsType[usageError](err)
	switch {
	case err == nil, errors.Is(err, errAsSaid):
	case isUsage:
		i.note(err.Error())
		i.code = exitcode.Usage
	case errors.Is(err, setup.ErrNewer):
		i.tell("setup-newer", "detail", err)
		i.code = setup.NewerThere
	case errors.Is(err, setup.ErrSwitch):
		i.tell("setup-switch", "detail", err)
		i.code = exitcode.Usage
	default:
		p := i.words.Explain(i.language, err)
		i.note(p.Message)
		i.note(p.Remedy)
		i.note(i.say("detail", "detail", p.Detail))
		i.code = p.Exit
	}
	for _, line := range i.lines {
		fmt.Fprintln(i.Out, line)
	}
	log := i.logTo()
	kept, err := i.keep(verb, log)
	switch {
	case err != nil:
		i.tell("setup-no-log", "file", log, "detail", err)
	case kept && i.code != exitcode.Done:
		i.tell("setup-log", "file", log)
	}
	if err := setup.Said(filepath.Join(i.aside, "said"), i.lines); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// logTo is the file in which runs without a window say what they did.
func (i *installing) logTo() string {
	if i.request.Log != "" {
		return i.request.Log
	}
	return filepath.Join(filepath.Dir(i.machine.config), "setup.log")
}

// keep writes the log. Beside the configuration it begins anew when it is long.
func (i *installing) keep(verb, file string) (kept bool, err error) {
	if i.request.Log == "" {
		dir := filepath.Dir(file)
		if _, err := os.Stat(dir); verb == "remove" && errors.Is(err, fs.ErrNotExist) {
			return false, nil // nothing of koshin is left, and so nothing is made
		}
		if !i.admin() {
			return false, fs.ErrPermission
		}
		if err := protect.Make(dir, protect.Everyone); err != nil {
			return false, err
		}
		if info, err := os.Stat(file); err == nil && info.Size() > maxSetupLog {
			if err := os.Remove(file); err != nil {
				return false, err
			}
		}
	}
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return false, err
	}
	fmt.Fprintf(f, "%s koshin %s, setup %s, exit code %d\r\n", time.Now().Format(time.RFC3339), version, verb, i.code)
	for _, line := range i.lines {
		fmt.Fprintf(f, "  %s\r\n", line)
	}
	return true, f.Close()
}

// startProgram runs a koshin and takes in what it says, in the language it was asked
// for.
func startProgram(ctx context.Context, program string, args []string) (output string, code int, err error) {
	out, err := exec.CommandContext(ctx, program, args...).CombinedOutput()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return string(out), exit.ExitCode(), nil
	}
	return string(out), 0, err
}
