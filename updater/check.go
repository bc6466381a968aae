package updater

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"strings"

	"github.com/koshin-updater/koshin/installer"
	"github.com/koshin-updater/koshin/installer/protect"
	"github.com/koshin-updater/koshin/manifest"
)

// Finding is what check found about one product.
type Finding struct {
	Product   Product
	Title     manifest.Text
	Installed installer.Installed
	Floor     *manifest.Floor
	Decision  Decision
	Owed      *Owed // what waits for the restart; nil: nothing
	Err       error // the repository could not be asked or trusted, or the client is damaged; Installed is still true
}

// Check is アップデートの確認: it compares each installed client with the floor and
// the newest build, and changes nothing. For a user who may not write in the
// state folder it finds the same, and keeps nothing of what it fetched. Another
// koshin that is at work is [ErrBusy], or for such a user the product's
// [ErrUnderWay].
func (u *Updater) Check(ctx context.Context, products []Product) ([]Finding, error) {
	if u.options.Look {
		return u.look(ctx, products)
	}
	unlock, err := u.lock(ctx)
	switch {
	case errors.Is(err, protect.ErrReadOnly):
		return u.look(ctx, products)
	case err != nil:
		return nil, err
	}
	defer unlock()
	var offers map[manifest.ProductID]offer
	if !u.options.Delegated {
		offers = u.offers(ctx, products, u.options.Sources)
	}
	var findings []Finding
	for _, p := range products {
		findings = append(findings, u.find(ctx, p, offers[p.ID]))
	}
	return findings, ctx.Err()
}

func (u *Updater) find(ctx context.Context, p Product, o offer) Finding {
	f := u.findBut(ctx, p, o)
	var err error
	f.Owed, err = u.owedStatus(p.ID)
	f.Err = errors.Join(f.Err, err)
	return f
}

// findBut is all but what waits for the restart.
func (u *Updater) findBut(ctx context.Context, p Product, o offer) Finding {
	f := Finding{Product: p, Decision: Decision{Action: ActNone}}
	inst, err := installer.Open(u.place(p), u.log)
	if err != nil {
		f.Err = err
		return f
	}
	defer inst.Close() //nolint:errcheck // holds only a folder's handle
	if o.release == nil {
		f.Title = u.lastTitle(p)
		f.Installed, err = inst.Detect(ctx, recordRule())
		f.Err = errors.Join(o.err, err)
		if u.options.Delegated {
			f.Decision = Decision{Action: ActDelegated, Gates: []Gate{{Name: Delegated, Verdict: Closed, Reason: note(GateDelegated)}}}
		}
		return f
	}
	m := o.release.Manifest
	f.Title, f.Floor = m.Title, m.TLSReady
	f.Installed, err = u.detect(ctx, inst, m)
	if err != nil {
		f.Err = err
		return f
	}
	facts, err := u.facts(ctx, inst, p, m, f.Installed)
	if err != nil {
		f.Err = err
		return f
	}
	f.Decision = Decide(facts)
	f.Err = fault(p, f.Installed) // an update would say so too
	return f
}

// recordRule detects by what koshin itself recorded.
func recordRule() manifest.Rule { return manifest.Rule{Kind: manifest.RuleRecord} }

// detect reads the installed version by the product's own rule.
func (u *Updater) detect(ctx context.Context, inst *installer.Product, m *manifest.Manifest) (installer.Installed, error) {
	if err := useExecutable(inst, m); err != nil {
		return installer.Installed{}, err
	}
	rule, err := manifest.ParseRule(m.Detect)
	if err != nil {
		return installer.Installed{}, err
	}
	return inst.Detect(ctx, rule)
}

// useExecutable tells the installer when the builds for this kind of PC are one
// executable each.
func useExecutable(inst *installer.Product, m *manifest.Manifest) error {
	if !m.IsExe(runtime.GOOS, runtime.GOARCH) {
		return nil
	}
	return inst.Executable(m.ExeName(runtime.GOOS))
}

// clientIsRunning lists the client's running programs. Other programs in the
// folder of a single executable are not the client's.
func clientIsRunning(p Product, m *manifest.Manifest) ([]installer.Process, error) {
	running, err := installer.Running(p.Dir)
	if !m.IsExe(runtime.GOOS, runtime.GOARCH) {
		return running, err
	}
	return slices.DeleteFunc(running, func(one installer.Process) bool {
		return !strings.EqualFold(one.Name, m.ExeName(runtime.GOOS))
	}), err
}

// ask is what this PC says about itself, or the zero value, which is not known.
func ask[T any](of func() T) (answer T) {
	if of != nil {
		answer = of()
	}
	return answer
}

// facts gathers what a decision depends on.
func (u *Updater) facts(ctx context.Context, inst *installer.Product, p Product, m *manifest.Manifest, in installer.Installed) (Facts, error) {
	id, err := u.installation()
	if err != nil {
		return Facts{}, err
	}
	data, err := inst.DataSize(ctx, m.Preserve)
	if err != nil {
		return Facts{}, err
	}
	f := Facts{
		Now: u.now(), Delegated: u.options.Delegated, Window: u.options.Window, Manifest: m,
		Installed: in.Version, OS: runtime.GOOS, Arch: runtime.GOARCH, OSVersion: osVersion(),
		Space: u.space(p, data), Holds: u.holds(p.ID), Installation: id,
		Policy: u.options.Policy.Product(p.ID),
	}
	f.Busy, f.Power, f.Line = u.busy(), ask(u.options.Power), ask(u.options.Line)
	if running, err := clientIsRunning(p, m); err == nil {
		f.Running, f.RunningKnown = running, true
	}
	if o, ok := u.owed(p.ID); ok {
		f.Staged = o.Version
	}
	return f, nil
}
