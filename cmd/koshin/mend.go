package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/koshin-updater/koshin/cmd/internal/exitcode"
	"github.com/koshin-updater/koshin/updater"
	"github.com/koshin-updater/koshin/updater/doctor/mend"
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
	// ClearsSSL2 says that SSL 2.0 is taken out, too.
	ClearsSSL2 bool `json:"clears_ssl2,omitempty"`
	// Restart are the browsers that still use the old value.
	Restart []mend.Explorer `json:"restart"`
	// Told is what WinINet took of the news; null where nothing was changed.
	Told *mend.Notice `json:"told"`
	// UndoRecord is the path of the operator's own record of what was there.
	UndoRecord string `json:"undo_record,omitempty"`
	// Audited says that there is a line of it in the audit trail, which belongs
	// to administrators. Without it the record above is the evidence.
	Audited bool `json:"audited"`
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
	case !m.fix && !m.undo && (m.dryRun || m.yes || m.ssl2 != ""):
		return nil, usageError{errors.New("--dry-run, --yes and --ssl2 belong to --fix or --undo")}
	case !m.fix && !m.undo:
		return nil, nil
	case a.machine.windows == nil:
		return a.tell(&changeJSON{Outcome: notHere}, m), nil
	case !m.dryRun && !m.yes && !a.CanAsk:
		return nil, usageError{errors.New(a.say("need-yes"))}
	}
	do, err := a.machine.windows.errands()
	if err != nil {
		return nil, err
	}
	if m.undo {
		return a.change(ctx, do, m, mend.Errand{Do: mend.LookToUndo}, mend.Errand{Do: mend.DoUndo}, "ask-undo")
	}
	_, err = do(ctx, mend.Errand{Do: mend.LookToFix, SSL2: choice})
	if errors.Is(err, mend.ErrSSL2) && a.CanAsk && !m.yes {
		choice = mend.Keep
		if a.Ask(ctx, a.say("ask-ssl2")) {
			choice = mend.Clear
		}
	}
	return a.change(ctx, do, m, mend.Errand{Do: mend.LookToFix, SSL2: choice}, mend.Errand{Do: mend.DoFix, SSL2: choice}, "ask-fix")
}

// change looks, asks where that is wanted, and acts.
func (a *app) change(ctx context.Context, do errandFunc, m mending, look, act mend.Errand, question string) (*changeJSON, error) {
	would, err := do(ctx, look)
	if err != nil {
		return nil, err
	}
	c := newChangeJSON(would)
	switch {
	case would.Outcome == mend.Unchanged && (m.dryRun || m.fix):
		c.Outcome = needless
		return a.tell(c, m), nil
	case m.dryRun:
		c.Outcome, c.UndoRecord = wouldChange, ""
		return a.tell(c, m), nil
	case would.Outcome != mend.Unchanged && !m.yes && !a.Ask(ctx, a.say(question)):
		c.Outcome, c.UndoRecord, a.code = declined, "", exitcode.Deferred
		return a.tell(c, m), ctx.Err()
	}
	did, err := do(ctx, act) // an undo with nothing to put back still drops its record
	if err != nil {
		return nil, err
	}
	c = newChangeJSON(did)
	if did.Outcome == mend.Unchanged {
		c.Outcome = needless
		return a.tell(c, m), nil
	}
	a.log.InfoContext(ctx, "setting changed", "setting", c.Setting, "wininet_told", did.Told, "browsers_seen", did.OpenKnown)
	c.Audited = a.audit(ctx, m, did)
	return a.tell(c, m), nil
}

func newChangeJSON(r mend.Result) *changeJSON {
	return &changeJSON{
		Setting: r.Setting, Old: r.Old, New: r.New, Outcome: changed, ClearsSSL2: r.ClearsSSL2,
		Restart: r.Open, Told: r.Told, UndoRecord: r.Record,
	}
}

// audit writes a line of the audit trail, where this PC has one that this user
// may write. It belongs to administrators, and the operator is usually none: the
// record for undoing, in his own profile, is the evidence then.
func (a *app) audit(ctx context.Context, m mending, did mend.Result) bool {
	c, err := a.loadConfig()
	if err != nil {
		return false
	}
	options, err := a.options(c)
	if err != nil {
		return false
	}
	verb := "fix"
	if m.undo {
		verb = "undo"
	}
	err = updater.New(options).RecordSetting(ctx, verb, updater.Setting{Path: did.Setting, Old: did.Old, New: did.New, Outcome: string(did.Outcome)})
	if err != nil {
		a.log.WarnContext(ctx, "setting not recorded in the audit trail", "error", err)
	}
	return err == nil
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
	if c.Outcome == wouldChange && c.ClearsSSL2 {
		a.sayln("mend-clears-ssl2")
	}
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
	if c.Told != nil && (!c.Told.Changed || !c.Told.Refreshed) {
		a.sayln("mend-not-told")
	}
	if c.Outcome == changed && !c.Audited && c.UndoRecord != "" {
		a.sayln("mend-not-audited", "record", c.UndoRecord)
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
