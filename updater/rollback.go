package updater

import (
	"context"
	"errors"
	"fmt"

	"github.com/koshin-updater/koshin/installer"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/confirm"
)

// ErrPreviousAtFault: the previous build was put back, could not do what the
// newer one can, and was taken out again.
var ErrPreviousAtFault = errors.New("the previous build cannot connect, the newer one stays")

// Rollback goes back to the previous build of each product, checked the same
// way as an update. The build that was left is held by hand: the daily run does
// not bring it back, unless the other one is below the floor.
func (u *Updater) Rollback(ctx context.Context, products []Product) ([]Report, error) {
	return u.each(ctx, "rollback", products, func(j *job) error {
		if err := j.begin(ctx); err != nil {
			return err
		}
		return j.rollback(ctx, true)
	})
}

// rollback works without the network except for the proofs. What to prove and
// which files are the user's comes from the manifest accepted last; an expired
// one is as good as any for that.
func (j *job) rollback(ctx context.Context, byHand bool) error {
	previous, err := j.inst.Previous()
	if err != nil {
		return err
	}
	if previous == nil {
		return installer.ErrNoPrevious
	}
	m, err := j.lastManifest(j.product)
	if err != nil {
		return err
	}
	in, err := j.detect(ctx, j.inst, m)
	if err != nil {
		return err
	}
	j.report.From, j.report.To, j.report.Title = in.Version, previous.Version, m.Title
	j.tell(in)
	if in.State == installer.Moved {
		return fault(j.product, in)
	}
	before, err := j.baseline(ctx, m, in)
	if err != nil {
		return err
	}
	plan, err := j.inst.PlanRollback(ctx, j.planOptions(m, in))
	if err != nil {
		return fmt.Errorf("plan the way back: %w", err)
	}
	j.tellPlan(plan)
	snapshot := j.inst.SnapshotOf(previous.Version) // before another one is made
	tx, err := j.backUpAndSwap(ctx, plan)
	if err != nil {
		return err
	}
	if err := j.conclude(ctx, tx, m, before); err != nil {
		return err
	}
	if j.report.Outcome == RolledBack {
		j.report.Outcome = Failed
		j.report.Since, j.report.Snapshot, j.report.Data = j.report.Snapshot, "", nil
		return errors.Join(ErrPreviousAtFault, j.noWayBack(in.Version, j.report.Fault.State))
	}
	j.report.Outcome = RolledBack
	j.report.Since, j.report.Snapshot = j.report.Snapshot, snapshot
	if err := j.lookAtData(context.WithoutCancel(ctx), snapshot); err != nil {
		return err
	}
	if err := j.forget(ctx); err != nil { // or the restart would bring it back
		return err
	}
	if byHand {
		return j.hold(j.product.ID, j.report.From, true, HoldByHand)
	}
	return nil
}

// confirmPending asks again about a build whose connectivity could not be
// confirmed when it was installed, and sends it back if it is at fault after
// all. If it stays, what was seen is the baseline of whatever comes next; nil
// where there was nothing to ask.
func (j *job) confirmPending(ctx context.Context, m *manifest.Manifest, in installer.Installed) (*confirm.Report, error) {
	waiting, yes := j.pendingOf(j.product.ID, in.Version)
	if !yes || j.options.DryRun {
		return nil, nil
	}
	j.phase(j.product.ID, PhaseConfirm, note(NoteConfirm))
	after, err := j.prove(ctx, m.Confirm, true)
	if err != nil {
		return nil, err
	}
	judgement := confirm.Judge(waiting.Before, after.State)
	j.report.After, j.report.Judgement = after, &judgement
	if judgement.Action != confirm.RollBack {
		return asBaseline(*after, waiting), j.remember(in.Version, judgement, waiting.Before)
	}
	if err := j.hold(j.product.ID, in.Version, false, string(judgement.Reason)); err != nil {
		return nil, err
	}
	if err := j.rollback(ctx, false); err != nil {
		return nil, err
	}
	// It is told as what it is: an update that was taken back, only later.
	j.report.From, j.report.To, j.report.Judgement = j.report.To, j.report.From, &judgement
	return nil, nil
}

// asBaseline is what a build that still waits says about the next one: while the
// line is down nobody knows what it can do, so what was known before it counts
// on. Otherwise one bad night would excuse every build that follows.
func asBaseline(after confirm.Report, waiting pending) *confirm.Report {
	if after.State.Probe != confirm.ProbeOK && after.State.Client == confirm.CannotConnect {
		after.State.Client = waiting.Before.Client
	}
	return &after
}
