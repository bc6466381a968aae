package updater

import (
	"context"
	"errors"
	"fmt"

	"github.com/koshin-updater/koshin/installer"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/trust"
	"github.com/koshin-updater/koshin/updater/confirm"
)

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
	j.report.Signer = target.Package.Signer
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
	if err := j.prepareSelf(ctx, in.Version); err != nil {
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
	j.list(ctx, version)
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
