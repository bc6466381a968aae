package updater

import (
	"context"
	"errors"
	"fmt"

	"github.com/koshin-updater/koshin/installer"
	"github.com/koshin-updater/koshin/installer/atomicfile"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/confirm"
)

// Restart is why the PC must be restarted.
type Restart string

// The reasons. The zero Restart is none.
const (
	RestartInstalls  Restart = "installs"  // the update stands ready and is put into place then; the outcome is Deferred
	RestartCompletes Restart = "completes" // it is installed, and its installer asks for a restart; the outcome is Updated
)

// free looks, as the last thing before a swap, whether the client was opened
// since the gates were judged: a download takes its time. On Linux nothing else
// would notice. What an installer does about an open client is its own affair.
func (j *job) free(plan *installer.Plan) error {
	if plan.Kind != manifest.Tree {
		return nil
	}
	running, err := installer.Running(j.product.Dir)
	if err != nil || len(running) == 0 {
		return nil //nolint:nilerr // where it cannot be seen, the swap itself will
	}
	return &installer.InUseError{Path: j.product.Dir, Holders: running, Err: errors.New("the client is open")}
}

// inPlace backs the data up and swaps. Where the client is in use and the
// publisher allows it, the update is left for the restart and there is no
// transaction.
func (j *job) inPlace(ctx context.Context, plan *installer.Plan, c manifest.Candidate, staged *installer.Staged, before *confirm.Report) (*installer.Transaction, error) {
	tx, err := j.backUpAndSwap(ctx, plan)
	if !errors.Is(err, installer.ErrInUse) || errors.Is(err, installer.ErrNotRestored) || !c.Package.RestartAllowed {
		return tx, err
	}
	j.log.InfoContext(ctx, "left for the restart", "product", j.product.ID, "version", c.Build.Version, "error", err)
	j.report.Snapshot, j.report.Plan = "", nil // nothing of it was done
	return nil, errors.Join(j.inst.DropSnapshot(ctx, plan), j.owe(ctx, c, staged, before, err))
}

func (j *job) backUpAndSwap(ctx context.Context, plan *installer.Plan) (*installer.Transaction, error) {
	id := j.product.ID
	if err := j.free(plan); err != nil {
		return nil, err
	}
	j.phase(id, PhaseBackUp, note(NoteBackUp))
	if err := j.inst.Backup(ctx, plan); err != nil {
		return nil, fmt.Errorf("back up %s: %w", id, err)
	}
	j.report.Snapshot = plan.Snapshot
	j.phase(id, PhaseSwap, note(NoteSwap))
	tx, err := j.inst.Swap(ctx, plan)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("swap %s %s: %w", id, plan.To.Version, err), j.dropCopy(ctx, plan, err))
	}
	return tx, nil
}

// dropCopy removes the copy of the data again where the swap was refused before
// it had begun: the stored build is damaged, or the folder is not as planned.
// Each further try would leave one more.
func (j *job) dropCopy(ctx context.Context, plan *installer.Plan, refused error) error {
	before := errors.Is(refused, installer.ErrStaged) || errors.Is(refused, installer.ErrFolderChanged)
	if !before || errors.Is(refused, installer.ErrNotRestored) || errors.Is(refused, installer.ErrDiffers) {
		return nil
	}
	j.report.Snapshot = ""
	return j.inst.DropSnapshot(context.WithoutCancel(ctx), plan)
}

// owe notes that the staged build waits for the restart, and has the system
// finish it then.
func (j *job) owe(ctx context.Context, c manifest.Candidate, staged *installer.Staged, before *confirm.Report, cause error) error {
	o := Owed{
		Product: j.product.ID, Version: c.Build.Version, Tree: staged.Tree, Package: c.Package.SHA256, Checked: j.now(),
		From: j.report.Found.Version, State: j.report.Found.State, Before: before.State,
		Retry: j.options.Retry, Agreed: j.agreed,
	}
	if j.resumed != nil && j.verb == "recover" { // nobody was asked this time
		o.Checked = j.resumed.Checked
	}
	if use, ok := errors.AsType[*installer.InUseError](cause); ok {
		o.Used = installer.Names(use.Holders)
	}
	o, err := j.saveOwed(o)
	if err != nil {
		return err
	}
	j.fresh = j.resumed == nil
	j.say(Event{Phase: PhaseSwap, Product: j.product.ID, Note: note(NoteOwed, "version", o.Version)})
	j.report.Outcome, j.report.Restart, j.report.Owed = Deferred, RestartInstalls, &o
	j.prepareRestart(ctx)
	return nil
}

// resume looks at an update that was left for the restart, once today's decision
// is made. It gives the staged build where that is what is to be installed now,
// and forgets an update that is not wanted any more.
func (j *job) resume(ctx context.Context) (*installer.Staged, error) {
	o, ok := j.owed(j.product.ID)
	if !ok {
		return nil, j.forget(ctx) // a damaged note, too
	}
	switch o.fate(j.report.Decision, j.now()) {
	case wait:
		j.report.Owed = &o
		return nil, nil
	case finish:
		pkg := j.report.Decision.Target.Package
		j.report.Signer = pkg.Signer
		staged, err := j.inst.Staged(ctx, pkg)
		if err == nil && staged.Tree == o.Tree {
			j.resumed = &o
			return staged, nil
		}
		if err != nil && !errors.Is(err, installer.ErrStaged) {
			return nil, fmt.Errorf("look at the build that waits for the restart: %w", err)
		}
	}
	return nil, j.forget(ctx)
}

// resumeUnlessDry: a dry run leaves what waits as it is, and what it can show of
// the plan is shown when the client is put into place.
func (j *job) resumeUnlessDry(ctx context.Context) (*installer.Staged, error) {
	if !j.options.DryRun {
		return j.resume(ctx)
	}
	if o, ok := j.owed(j.product.ID); ok && j.report.Outcome == "" {
		j.report.Outcome, j.report.Owed = Deferred, &o
	}
	return nil, nil
}

// forget drops what waits for the restart. The staged build goes too, unless it
// is in use; then the next one that is staged takes its place.
func (j *job) forget(ctx context.Context) error {
	if _, ok, err := j.readOwed(j.product.ID); !ok && err == nil {
		return nil
	}
	if err := atomicfile.Remove(j.owedFile(j.product.ID)); err != nil {
		return fmt.Errorf("forget what waits for the restart of %s: %w", j.product.ID, err)
	}
	if err := j.inst.Unstage(ctx); err != nil {
		j.log.WarnContext(ctx, "staged build is discarded later", "product", j.product.ID, "error", err)
	}
	return nil
}

// finishOwed puts into place what was left for the restart, from what is on the
// disk alone: the staged build, the manifest accepted last, and what connected
// before. It says whether there was anything to do. [ErrOwed]: nobody can say
// what that was, and nothing is changed.
func (j *job) finishOwed(ctx context.Context) (done bool, err error) {
	o, ok, err := j.readOwed(j.product.ID)
	if !ok || j.Updater.options.Delegated {
		return false, err
	}
	m, err := j.lastManifest(j.product)
	if err != nil {
		return false, err
	}
	j.report.Title = m.Title
	j.options.Retry, j.agreed = o.Retry, o.Agreed
	in, err := j.identify(ctx, m)
	_, faulty := errors.AsType[*FolderError](err)
	if faulty || errors.Is(err, ErrAskFirst) || err == nil && !o.stillFits(in) {
		j.log.WarnContext(ctx, "client is another one than was to be updated", "product", j.product.ID, "error", err)
		return false, j.forget(ctx)
	}
	if err != nil {
		return false, err
	}
	j.report.Found = in
	j.report.From, j.report.To = in.Version, o.Version
	if err := j.decideOwed(ctx, m, in, o); err != nil {
		return false, err
	}
	staged, err := j.resume(ctx)
	if err != nil {
		return false, err
	}
	if staged == nil {
		if j.report.Owed == nil {
			return false, nil // forgotten
		}
		j.report.Outcome = Deferred // by a gate: the restart alone does not finish it
		return true, nil
	}
	return true, j.install(ctx, m, *j.report.Decision.Target, staged, &confirm.Report{State: o.Before}, in)
}

// decideOwed judges the gates for the one build that waits.
func (j *job) decideOwed(ctx context.Context, m *manifest.Manifest, in installer.Installed, o Owed) error {
	j.phase(j.product.ID, PhaseGates, note(NoteGates))
	facts, err := j.facts(ctx, j.inst, j.product, m, in)
	if err != nil {
		return err
	}
	facts.Retry, facts.Only = o.Retry, o.Version
	d, err := j.judge(facts)
	if err != nil {
		return err
	}
	if d.Action == ActDeferred && d.onlyWindow() && j.hasAgreed(AskOutage) {
		d.yieldWindow()
	}
	j.report.Decision = d
	return nil
}
