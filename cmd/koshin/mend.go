package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/koshin-updater/koshin/cmd/internal/exitcode"
	"github.com/koshin-updater/koshin/updater/doctor/mend"
	"github.com/koshin-updater/koshin/updater/doctor/winsettings"
)

// mending is what doctor is told about changing something.
type mending struct {
	fix, undo, dryRun, yes bool
	ssl2                   string
}

// changeJSON is what --fix and --undo did, or would do.
type changeJSON struct {
	Setting string        `json:"setting"`
	Old     *string       `json:"old"` // null: not set
	New     *string       `json:"new"`
	Outcome changeOutcome `json:"outcome"`
	// Restart are the browsers that still use the old value.
	Restart []mend.Explorer `json:"restart"`
}

// changeOutcome is what became of a change.
type changeOutcome string

const (
	changed     changeOutcome = "changed"
	wouldChange changeOutcome = "would-change" // a dry run
	needless    changeOutcome = "needless"     // it is so already
	notHere     changeOutcome = "not-here"     // this system has no such setting
	declined    changeOutcome = "declined"
)

// mend carries out --fix or --undo; nil where neither was asked for.
func (a *app) mend(ctx context.Context, m mending) (*changeJSON, error) {
	choice := mend.Choice(m.ssl2)
	switch {
	case m.fix && m.undo:
		return nil, usageError{errors.New("--fix, --undo: one of the two")}
	case choice != mend.Ask && choice != mend.Clear && choice != mend.Keep:
		return nil, usageError{fmt.Errorf("--ssl2 %q: clear or keep", m.ssl2)}
	case !m.fix && !m.undo:
		return nil, nil
	case a.machine.windows == nil:
		return a.tell(&changeJSON{Outcome: notHere}, m), nil
	case !m.dryRun && !m.yes && !a.CanAsk:
		return nil, usageError{errors.New(a.say("need-yes"))}
	}
	w := a.machine.windows
	if err := w.ownProfile(); err != nil {
		return nil, err
	}
	if m.undo {
		return a.undo(ctx, w, m)
	}
	return a.fix(ctx, w, m, choice)
}

// ownProfile refuses to mend a profile that is not the operator's own.
func (w *windowsPC) ownProfile() error {
	who, err := w.myself()
	if err != nil {
		return err
	}
	way, err := who.Way()
	if err == nil && way != mend.Here {
		return mend.ErrNotPerson
	}
	return err
}

func (a *app) fix(ctx context.Context, w *windowsPC, m mending, choice mend.Choice) (*changeJSON, error) {
	settings := winsettings.ReadAll(w.registry, w.kernel).SecureProtocols
	c, err := mend.Look(settings, choice)
	if errors.Is(err, mend.ErrSSL2) && a.CanAsk && !m.yes {
		choice = mend.Keep
		if a.Ask(ctx, a.say("ask-ssl2")) {
			choice = mend.Clear
		}
		c, err = mend.Look(settings, choice)
	}
	if err != nil {
		return nil, err
	}
	done := &changeJSON{Setting: winsettings.Tick().String(), Old: shown(c.Old), New: shown(c.Old), Outcome: needless}
	if c.Needless {
		return a.tell(done, m), nil
	}
	done.New, done.Outcome = shown(winsettings.Reading{Found: true, Value: c.New}), wouldChange
	if m.dryRun {
		return a.tell(done, m), nil
	}
	if !m.yes && !a.Ask(ctx, a.say("ask-fix")) {
		return a.declined(done, m), ctx.Err()
	}
	if err := mend.Fix(w.registry, c, time.Now()); err != nil {
		return nil, err
	}
	return a.done(ctx, w, done, m), nil
}

func (a *app) undo(ctx context.Context, w *windowsPC, m mending) (*changeJSON, error) {
	back, err := mend.LookBack(w.registry)
	if err != nil {
		return nil, err
	}
	done := &changeJSON{Setting: winsettings.Tick().String(), Old: shown(back.Now), New: shown(back.Then), Outcome: wouldChange}
	switch {
	case back.Needless && m.dryRun:
		done.Outcome = needless
		return a.tell(done, m), nil
	case m.dryRun:
		return a.tell(done, m), nil
	case !back.Needless && !m.yes && !a.Ask(ctx, a.say("ask-undo")):
		return a.declined(done, m), ctx.Err()
	}
	if back, err = mend.Undo(w.registry); err != nil {
		return nil, err
	}
	if back.Needless {
		done.Outcome = needless
		return a.tell(done, m), nil
	}
	return a.done(ctx, w, done, m), nil
}

// shown is a value as people read it; nil for none.
func shown(r winsettings.Reading) *string {
	if !r.Found {
		return nil
	}
	text := r.Value.String()
	return &text
}

func (a *app) declined(c *changeJSON, m mending) *changeJSON {
	c.Outcome, a.code = declined, exitcode.Deferred
	return a.tell(c, m)
}

// done lets the programs of this session know, and finds those that must be
// restarted. Neither is a reason to call the change a failure.
func (a *app) done(ctx context.Context, w *windowsPC, c *changeJSON, m mending) *changeJSON {
	c.Outcome = changed
	told := w.tell()
	a.log.InfoContext(ctx, "setting changed", "setting", c.Setting, "changed_error", told.Changed, "refresh_error", told.Refresh)
	open, err := w.explorers()
	if err != nil {
		a.log.WarnContext(ctx, "open browsers cannot be seen", "error", err)
	}
	c.Restart = open
	return a.tell(c, m)
}

// tell says what became of a change.
func (a *app) tell(c *changeJSON, m mending) *changeJSON {
	if c.Restart == nil {
		c.Restart = []mend.Explorer{}
	}
	if a.json {
		return c
	}
	key := "mend-" + string(c.Outcome)
	if m.undo && (c.Outcome == changed || c.Outcome == needless) {
		key = "mend-undo-" + string(c.Outcome)
	}
	a.sayln(key, "setting", c.Setting, "old", a.orNotSet(c.Old), "new", a.orNotSet(c.New))
	inEdge, alone := false, false
	for _, one := range c.Restart {
		inEdge, alone = inEdge || one.InEdge, alone || !one.InEdge
	}
	if alone {
		a.sayln("mend-explorer-open")
	}
	if inEdge {
		a.sayln("mend-edge-open")
	}
	fmt.Fprintln(a.Out)
	return c
}

func (a *app) orNotSet(value *string) string {
	if value == nil {
		return a.say("value-none")
	}
	return *value
}
