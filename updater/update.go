package updater

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/koshin-updater/koshin/installer"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/pack"
	"github.com/koshin-updater/koshin/updater/confirm"
	"github.com/koshin-updater/koshin/updater/line"
	"github.com/koshin-updater/koshin/updater/transport"
)

// UpdateOptions are what the operator asked for.
type UpdateOptions struct {
	DryRun bool             // everything short of the swap
	Retry  bool             // also a held build, an unknown or a damaged folder
	Self   bool             // [Updater.Update] ends with koshin itself, where the repository offers it
	From   transport.Source // a copy of the repository instead of the configured sources
}

// Update brings each product to the build that [Decide] chose. One product's
// failure does not stop the others; the error is about what comes before any
// product.
func (u *Updater) Update(ctx context.Context, products []Product, o UpdateOptions) ([]Report, error) {
	sources := u.options.Sources
	if o.From != nil {
		sources = []transport.Source{o.From}
	}
	unlock, err := u.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	var offers map[manifest.ProductID]offer // asked for once, after the first product's recovery
	reports, err := u.eachLocked(ctx, "update", products, func(j *job) error {
		j.options, j.sources, j.report.DryRun = o, sources, o.DryRun
		if u.options.Delegated {
			j.report.Outcome = UpToDate
			j.report.Decision = Decision{Action: ActDelegated, Gates: []Gate{{Name: Delegated, Verdict: Closed, Reason: note(GateDelegated)}}}
			return nil
		}
		if err := j.begin(ctx); err != nil {
			return err
		}
		if offers == nil {
			u.phase(j.product.ID, PhaseTrust, note(NoteTrust))
			offers = u.offers(ctx, u.withSelf(products, o), sources)
		}
		return j.update(ctx, offers[j.product.ID])
	})
	if err == nil && offers != nil {
		reports = append(reports, u.alsoSelf(ctx, o, sources, offers[SelfID])...)
	}
	if err == nil {
		err = ctx.Err()
	}
	return reports, err
}

// close ends a product's way: outcome, trail, handles.
func (j *job) close(ctx context.Context, verb string, err error) *Report {
	if j.inst != nil {
		err = errors.Join(err, j.inst.Close())
	}
	j.report.fail(err)
	quiet := j.report.Outcome == UpToDate && j.report.After == nil || j.report.Outcome == Deferred && !j.fresh && j.report.After == nil
	if (!quiet || j.report.Recovered != nil) && !j.report.DryRun {
		j.record(context.WithoutCancel(ctx), verb, j.report)
	}
	return j.report
}

func (j *job) update(ctx context.Context, o offer) error {
	if o.release == nil {
		j.report.Title = j.lastTitle(j.product)
		in, err := j.inst.Detect(ctx, recordRule())
		j.report.From = in.Version
		return errors.Join(o.err, err)
	}
	m := o.release.Manifest
	j.report.Title = m.Title
	in, err := j.identify(ctx, m)
	if err != nil {
		return err
	}
	j.report.From = in.Version
	j.tell(in)
	before, err := j.decide(ctx, m, in)
	if err != nil {
		return err
	}
	if j.report.Outcome == RolledBack {
		return nil
	}
	staged, err := j.resumeUnlessDry(ctx)
	if err != nil || j.report.Outcome != "" {
		return err
	}
	target := *j.report.Decision.Target
	if before == nil {
		if before, err = j.baseline(ctx, m, in); err != nil {
			return err
		}
	}
	if staged == nil {
		if err := j.wayBack(ctx, o.release, in, target); err != nil {
			return err
		}
		file, promise, err := j.fetch(ctx, o.release, target.Package)
		if err != nil {
			return err
		}
		if staged, err = j.stage(ctx, file, promise, target); err != nil {
			return err
		}
	}
	return j.install(ctx, m, target, staged, before, in)
}

// decide judges the gates, after what the last run could not: a build that still
// has to be confirmed may have to go back before anything else. The claim window yields to a proven outage with the
// operator's consent; the proofs made for that are the baseline.
func (j *job) decide(ctx context.Context, m *manifest.Manifest, in installer.Installed) (before *confirm.Report, err error) {
	j.phase(j.product.ID, PhaseGates, note(NoteGates))
	facts, err := j.facts(ctx, j.inst, j.product, m, in)
	if err != nil {
		return nil, err
	}
	facts.Retry = j.options.Retry
	d, err := j.judge(facts)
	j.report.Decision = d
	if err != nil {
		return nil, err
	}
	if d.Target != nil {
		j.report.To = d.Target.Build.Version
		if err := pack.CheckRatio(d.Target.Package.Size, d.Target.Package.InstalledSize); err != nil {
			return nil, fmt.Errorf("package of %s: %w", d.Target.Build.Version, err) // before any of it is loaded
		}
	}
	if before, err = j.confirmPending(ctx, m, in); err != nil || j.report.Outcome != "" {
		return nil, err
	}
	if d.Action == ActDeferred && d.onlyWindow() && !in.Version.IsZero() {
		if before == nil {
			if before, err = j.baseline(ctx, m, in); err != nil {
				return nil, err
			}
		}
		if before.State.Client == confirm.CannotConnect && before.State.Probe == confirm.ProbeOK && j.consent(ctx, AskOutage) {
			d.yieldWindow()
			j.report.Decision = d
		}
	}
	switch d.Action {
	case ActUpdate, ActRequired:
		j.report.After, j.report.Judgement = nil, nil // what was asked is the baseline now
		return before, j.mayJournal(d.Target.Package.Kind)
	case ActNone:
		if d.Required {
			return nil, ErrNoBuild
		}
		j.report.Outcome, j.report.To = UpToDate, in.Version
		return nil, nil
	}
	j.report.Outcome = Deferred
	return before, nil
}

// judge decides, and remembers which lease kept an update back. A folder that
// stands in for the repository costs nothing to load from.
func (j *job) judge(f Facts) (Decision, error) {
	if j.options.From != nil {
		f.Line = line.Free
	}
	d := Decide(f)
	if j.options.DryRun {
		return d, nil
	}
	return d, j.noteBusy(f, d)
}

// yieldWindow opens the claim window's gate.
func (d *Decision) yieldWindow() {
	for i := range d.Gates {
		if d.Gates[i].Name == ClaimWindow {
			d.Gates[i].Verdict, d.Gates[i].Reason = Ignored, note(GateOutage)
		}
	}
	d.Action = ActUpdate
	if d.Required {
		d.Action = ActRequired
	}
}

func (j *job) consent(ctx context.Context, kind QuestionKind) bool {
	if j.hasAgreed(kind) {
		return true
	}
	ask := j.Updater.options.Consent
	if ask == nil || !ask(ctx, Question{Product: j.product.ID, Kind: kind}) {
		return false
	}
	j.agreed = append(j.agreed, kind)
	return true
}

func (j *job) hasAgreed(kind QuestionKind) bool { return slices.Contains(j.agreed, kind) }

// baseline proves what connects before anything changes.
func (j *job) baseline(ctx context.Context, m *manifest.Manifest, in installer.Installed) (*confirm.Report, error) {
	j.phase(j.product.ID, PhaseBaseline, note(NoteBaseline))
	before, err := j.prove(ctx, m.Confirm, in.State != installer.Absent)
	j.report.Before = before
	return before, err
}

// stage unpacks the build beside the client. One that waited there for the
// restart gives way to it.
func (j *job) stage(ctx context.Context, file string, promise manifest.Promise, c manifest.Candidate) (*installer.Staged, error) {
	id := j.product.ID
	if err := j.forget(ctx); err != nil {
		return nil, err
	}
	j.phase(id, PhaseStage, note(NoteStage))
	j.report.Signer = c.Package.Signer
	staged, err := j.inst.Stage(ctx, file, promise, c.Package, c.Build.Version, j.counter(id, PhaseStage, note(NoteStage)))
	if err != nil {
		return nil, fmt.Errorf("stage %s %s: %w", id, c.Build.Version, err)
	}
	return staged, nil
}

// install rehearses, backs up, swaps and concludes.
func (j *job) install(ctx context.Context, m *manifest.Manifest, c manifest.Candidate, staged *installer.Staged, before *confirm.Report, in installer.Installed) error {
	id := j.product.ID
	if err := j.rehearse(ctx, m, staged, c.Build.Version); err != nil {
		return fmt.Errorf("rehearse %s %s: %w", id, c.Build.Version, err)
	}
	options := j.planOptions(m, in)
	options.KeepStaged = c.Package.RestartAllowed
	plan, err := j.inst.Plan(ctx, staged, options)
	if err != nil {
		return fmt.Errorf("plan %s %s: %w", id, c.Build.Version, err)
	}
	j.tellPlan(plan)
	if j.options.DryRun {
		j.report.Outcome = Deferred
		return nil
	}
	tx, err := j.inPlace(ctx, plan, c, staged, before)
	if err != nil || tx == nil {
		return errors.Join(err, j.holdInstaller(c, err))
	}
	j.report.Resumed = j.resumed != nil
	if err := j.conclude(ctx, tx, m, before); err != nil {
		return err
	}
	return j.forget(ctx)
}
