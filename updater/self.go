package updater

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"github.com/koshin-updater/koshin/installer"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/trust"
	"github.com/koshin-updater/koshin/updater/confirm"
	"github.com/koshin-updater/koshin/updater/transport"
)

// SelfID is koshin as a product of itself. It is not configured: where it is
// and which version it is, it knows.
const SelfID manifest.ProductID = "koshin"

// What keeps koshin from updating itself.
var (
	// ErrDevelopment: this program was built without a version, and is none of
	// the published builds.
	ErrDevelopment = errors.New("this koshin was built without a version")
	// ErrRescueCopy: this program is the copy that only recovers.
	ErrRescueCopy = errors.New("this koshin is the copy for recovery")
)

// Self is the running koshin.
type Self struct {
	Executable string           // absolute, with links resolved; empty: this program keeps off itself
	Version    manifest.Version // zero: a development build
	ConfigFile string           // what a koshin that is started is told
	Boot       bool             // have the system run the recovery at every start
}

// selfTimeout is how long a koshin that is started may take to say its version
// or its status, in seconds. It takes less than one.
const selfTimeout = 60

// SelfUpdate brings koshin itself to the right build, by the same trust and
// through the same transaction as a client. It comes last, when no product's
// transaction is open: what an older koshin could not recover must not be left
// behind by a newer one. There is one report for koshin, after those of products
// that had to be recovered first.
func (u *Updater) SelfUpdate(ctx context.Context, o UpdateOptions) ([]Report, error) {
	unlock, err := u.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	reports := u.tendSelf(ctx, "self-update")
	for _, p := range u.options.Products {
		j := &job{Updater: u, product: p, verb: "recover", report: &Report{Product: p.ID}}
		err := j.begin(ctx)
		if err == nil && j.report.Recovered == nil {
			err = j.inst.Close()
			if err == nil {
				continue
			}
		}
		if err == nil {
			err = j.settled(ctx)
		}
		reports = append(reports, *j.close(ctx, "recover", err))
	}
	if ctx.Err() != nil {
		return reports, ctx.Err()
	}
	sources := u.options.Sources
	if o.From != nil {
		sources = []transport.Source{o.From}
	}
	report := u.updateSelf(ctx, o, sources, func() offer {
		own := u.selfProduct()
		return u.offers(ctx, []Product{own}, sources)[own.ID]
	})
	return append(reports, *report), ctx.Err()
}

// alsoSelf updates koshin after all products, when the repository offers it.
// That it could not be asked or is no published build is no news of the
// products, and is left to the log.
func (u *Updater) alsoSelf(ctx context.Context, o UpdateOptions, sources []transport.Source, own offer) []Report {
	if !u.selfToo(o) || own.release == nil && !IsRefusal(own.err) {
		return nil
	}
	report := u.updateSelf(ctx, o, sources, func() offer { return own })
	if errors.Is(report.Err, ErrDevelopment) {
		u.log.InfoContext(ctx, "koshin does not update itself", "error", report.Err)
		return nil
	}
	return []Report{*report}
}

// selfToo says whether an update ends with koshin itself: when that is wanted,
// and this is the koshin that is installed here.
func (u *Updater) selfToo(o UpdateOptions) bool {
	return o.Self && u.options.Self.Executable != "" && !u.isRescue()
}

// withSelf are the products to ask the repository for.
func (u *Updater) withSelf(products []Product, o UpdateOptions) []Product {
	if !u.selfToo(o) {
		return products
	}
	return append(slices.Clone(products), u.selfProduct())
}

func (u *Updater) selfProduct() Product {
	return Product{ID: SelfID, Dir: filepath.Dir(u.options.Self.Executable), Channel: manifest.Stable}
}

func (u *Updater) updateSelf(ctx context.Context, o UpdateOptions, sources []transport.Source, ask func() offer) *Report {
	j := &job{Updater: u, product: u.selfProduct(), verb: "self-update", options: o, sources: sources,
		report: &Report{Product: SelfID, DryRun: o.DryRun}}
	return j.close(ctx, j.verb, j.updateSelf(ctx, ask))
}

func (j *job) updateSelf(ctx context.Context, ask func() offer) error {
	switch {
	case j.Updater.options.Self.Executable == "":
		return errors.ErrUnsupported
	case j.isRescue():
		return ErrRescueCopy
	case j.Updater.options.Delegated:
		j.report.Outcome = UpToDate
		j.report.Decision = Decision{Action: ActDelegated, Gates: []Gate{{Name: Delegated, Verdict: Closed, Reason: note(GateDelegated)}}}
		return nil
	}
	if err := j.othersSettled(); err != nil {
		return err
	}
	if err := j.begin(ctx); err != nil {
		return err
	}
	if err := j.inst.Executable(j.selfName()); err != nil {
		return err
	}
	j.phase(SelfID, PhaseTrust, note(NoteTrust))
	o := ask()
	if o.release == nil {
		j.report.Title = j.lastTitle(j.product)
		j.report.From = j.Updater.options.Self.Version
		return o.err
	}
	m := o.release.Manifest
	j.report.Title = m.Title
	in, err := j.identifySelf(ctx, m)
	if err != nil {
		return err
	}
	j.report.From = in.Version
	if err := j.decideSelf(ctx, m, in); err != nil || j.report.Outcome != "" {
		return err
	}
	return j.installSelf(ctx, o.release, in)
}

func (u *Updater) selfName() string { return filepath.Base(u.options.Self.Executable) }

// othersSettled refuses to go on while a product's transaction is open,
// configured or not.
func (u *Updater) othersSettled() error {
	entries, err := os.ReadDir(filepath.Join(u.options.StateDir, "products"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, e := range entries {
		id := manifest.ProductID(e.Name())
		if id == SelfID {
			continue
		}
		open, _, err := installer.Unfinished(installer.Place{Product: id, State: u.productState(id)})
		if open || err != nil {
			return errors.Join(fmt.Errorf("%w: of %s", installer.ErrInterrupted, id), err)
		}
	}
	return nil
}

// identifySelf is the version of the executable that stands there: as recorded,
// as published, or on its own word.
func (j *job) identifySelf(ctx context.Context, m *manifest.Manifest) (installer.Installed, error) {
	in, err := j.inst.Detect(ctx, recordRule())
	if err != nil || in.State == installer.Recorded {
		return in, err
	}
	known := map[manifest.Digest]manifest.Version{}
	for _, b := range m.Builds {
		for _, p := range b.Packages {
			if p.Kind != manifest.Exe || p.OS != runtime.GOOS || p.Arch != runtime.GOARCH {
				continue
			}
			tree, err := installer.ExeTree(j.selfName(), p)
			if err != nil {
				return in, err
			}
			known[tree] = b.Version
		}
	}
	adopted, err := j.inst.Adopt(ctx, nil, known)
	if err == nil {
		return installer.Installed{State: installer.Recorded, Version: adopted.Version, Recorded: adopted.Version}, nil
	}
	if !errors.Is(err, installer.ErrNoMatch) {
		return in, err
	}
	own := j.Updater.options.Self.Version
	if own.IsZero() {
		return in, ErrDevelopment
	}
	return installer.Installed{State: installer.ByHand, Version: own, Recorded: in.Recorded}, nil
}

// decideSelf judges the same gates as for a client, but one: koshin may run.
func (j *job) decideSelf(ctx context.Context, m *manifest.Manifest, in installer.Installed) error {
	j.phase(SelfID, PhaseGates, note(NoteGates))
	facts, err := j.facts(ctx, j.inst, j.product, m, in)
	if err != nil {
		return err
	}
	facts.Running, facts.RunningKnown, facts.Retry = nil, true, j.options.Retry
	d := Decide(facts)
	j.report.Decision = d
	if d.Target != nil {
		j.report.To = d.Target.Build.Version
	}
	switch d.Action {
	case ActUpdate, ActRequired:
		if d.Target.Package.Kind != manifest.Exe {
			return fmt.Errorf("koshin as a package of kind %s: %w", d.Target.Package.Kind, errors.ErrUnsupported)
		}
		return j.mayJournal(d.Target.Package.Kind)
	case ActNone:
		if d.Required {
			return ErrNoBuild
		}
		j.report.Outcome, j.report.To = UpToDate, in.Version
		return nil
	}
	j.report.Outcome = Deferred
	return nil
}

// installSelf loads, stages and starts the new koshin, makes sure that another
// one can heal what a death leaves, and swaps.
func (j *job) installSelf(ctx context.Context, release *trust.Release, in installer.Installed) error {
	target := j.report.Decision.Target
	version := target.Build.Version
	file, promise, err := j.fetch(ctx, release, target.Package)
	if err != nil {
		return err
	}
	j.phase(SelfID, PhaseStage, note(NoteStage))
	staged, err := j.inst.Stage(ctx, file, promise, target.Package, version, j.counter(SelfID, PhaseStage, note(NoteStage)))
	if err != nil {
		return fmt.Errorf("stage koshin %s: %w", version, err)
	}
	j.phase(SelfID, PhaseRehearse, note(NoteRehearse))
	if err := j.startSelf(ctx, staged.Dir, version); err != nil {
		return errors.Join(fmt.Errorf("rehearse koshin %s: %w", version, err), j.holdSelf(err, version))
	}
	var options installer.PlanOptions // koshin has no data beside itself
	if in.State == installer.ByHand {
		options.KeepUnknown, options.Standing = true, in.Version
	}
	plan, err := j.inst.Plan(ctx, staged, options)
	if err != nil {
		return fmt.Errorf("plan koshin %s: %w", version, err)
	}
	j.report.Plan = plan
	if j.options.DryRun {
		j.report.Outcome = Deferred
		return nil
	}
	j.phase(SelfID, PhaseBackUp, note(NoteBackUp))
	if err := j.prepareRescue(ctx, in.Version); err != nil {
		return fmt.Errorf("keep a copy of koshin: %w", err)
	}
	j.phase(SelfID, PhaseSwap, note(NoteSwap))
	tx, err := j.inst.Swap(ctx, plan)
	if err != nil {
		return fmt.Errorf("swap koshin %s: %w", version, err)
	}
	return j.concludeSelf(context.WithoutCancel(ctx), tx, version)
}

// concludeSelf starts the new koshin from its place. One that runs is committed,
// any other is taken out again.
func (j *job) concludeSelf(ctx context.Context, tx *installer.Transaction, version manifest.Version) error {
	j.phase(SelfID, PhaseConfirm, note(NoteConfirmSelf))
	broken := j.startSelf(ctx, j.product.Dir, version)
	if broken == nil {
		broken = j.askStatus(ctx)
	}
	if broken != nil {
		j.log.WarnContext(ctx, "the new koshin does not run", "error", broken)
		if err := j.takeBack(ctx, tx); err != nil {
			return err
		}
		j.report.Outcome = RolledBack
		j.report.Notes = append(j.report.Notes, note(NoteSelfBroken, "version", version))
		return j.holdSelf(broken, version)
	}
	j.phase(SelfID, PhaseCommit, note(NoteCommit))
	if err := tx.Commit(ctx); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	j.report.Outcome = Updated
	// Without this the next run refreshes it.
	if err := j.writeRescue(ctx, version); err != nil {
		j.log.WarnContext(ctx, "the copy for recovery is still the old koshin", "error", err)
	}
	return nil
}

// startSelf starts a koshin, which must say that it is this version.
func (j *job) startSelf(ctx context.Context, dir string, version manifest.Version) error {
	test := manifest.SelfTest{Program: j.selfName(), StartArgs: []string{"version"}, Timeout: selfTimeout}
	_, err := confirm.StartTest(ctx, test, confirm.Place{Dir: dir}, version)
	return err
}

// askStatus lets the koshin in its place read this PC's configuration and
// state, which changes nothing.
func (j *job) askStatus(ctx context.Context) error {
	file := j.Updater.options.Self.ConfigFile
	if file == "" {
		return nil
	}
	test := manifest.SelfTest{Program: j.selfName(), StartArgs: []string{"status", "--config", file}, Timeout: selfTimeout}
	_, err := confirm.StartTest(ctx, test, confirm.Place{Dir: j.product.Dir}, manifest.Version{})
	return err
}

// holdSelf holds a build that was at fault.
func (j *job) holdSelf(why error, version manifest.Version) error {
	switch {
	case errors.Is(why, confirm.ErrWrongVersion):
		return j.hold(SelfID, version, false, HoldWrongVersion)
	case errors.Is(why, confirm.ErrBroken):
		return j.hold(SelfID, version, false, HoldBroken)
	}
	return nil
}
