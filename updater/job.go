package updater

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"

	"github.com/koshin-updater/koshin/installer"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/trust"
	"github.com/koshin-updater/koshin/updater/confirm"
	"github.com/koshin-updater/koshin/updater/download"
	"github.com/koshin-updater/koshin/updater/transport"
)

// job is one product's way through the phases.
type job struct {
	*Updater
	product Product
	inst    *installer.Product
	options UpdateOptions
	sources []transport.Source
	report  *Report
	verb    string
	agreed  []QuestionKind // what the operator said yes to
	resumed *Owed          // what was left for the restart and is tried again
	fresh   bool           // something was left for the restart that was not before
}

// begin finishes or takes back what an earlier run left open and opens the
// product's place.
func (j *job) begin(ctx context.Context) error {
	j.phase(j.product.ID, PhaseRecover, note(NoteRecover))
	recovered, err := installer.Recover(ctx, j.place(j.product), j.log)
	if err != nil {
		return fmt.Errorf("recover: %w", err)
	}
	if recovered.Action != installer.Nothing {
		j.report.Recovered = &recovered
		key := NoteReverted
		if recovered.Action == installer.Finished {
			key = NoteFinished
		}
		j.say(Event{Phase: PhaseRecover, Product: j.product.ID, Note: note(key, "from", recovered.From, "to", recovered.To)})
	}
	j.phase(j.product.ID, PhaseDetect, note(NoteDetect))
	j.inst, err = installer.Open(j.place(j.product), j.log)
	return err
}

// prove gathers the proofs of connectivity, with the installed client if there
// is one.
func (j *job) prove(ctx context.Context, c manifest.Confirm, installed bool) (*confirm.Report, error) {
	reach := j.Updater.options.Reach
	o := confirm.Options{Confirm: c, CAFile: reach.CAFile, Roots: reach.Roots, Proxy: reach.Proxy, Stacks: reach.Stacks, AsOperator: reach.AsOperator, Log: j.log}
	if installed {
		o.Dir = j.product.Dir
	}
	report, err := confirm.Prove(ctx, o)
	if err != nil {
		return nil, err
	}
	return &report, nil
}

// fetch loads the package from the first source that gives it, and verifies it.
func (j *job) fetch(ctx context.Context, release *trust.Release, p manifest.Package) (string, manifest.Promise, error) {
	promise, err := release.Promise(p)
	if err != nil {
		return "", promise, err
	}
	dir := j.downloads()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", promise, err
	}
	j.phase(j.product.ID, PhaseDownload, note(NoteDownload, "version", j.report.To))
	var attempts []error
	for _, source := range j.sources {
		result, err := download.Fetch(ctx, source, promise, dir, download.Options{
			Progress: j.counter(j.product.ID, PhaseDownload, note(NoteDownload, "version", j.report.To)), Log: j.log,
		})
		if err == nil {
			j.report.Download = &Download{Kind: "full", Bytes: result.Bytes, ResumedFrom: result.ResumedFrom}
			j.phase(j.product.ID, PhaseVerify, note(NoteVerify))
			return result.Path, promise, nil
		}
		attempts = append(attempts, fmt.Errorf("%s: %w", source, err))
		if ctx.Err() != nil {
			break
		}
	}
	return "", promise, errors.Join(attempts...)
}

// rehearse only starts the staged build. One that does not start is at fault,
// and nothing has been touched yet.
func (j *job) rehearse(ctx context.Context, m *manifest.Manifest, staged *installer.Staged, v manifest.Version) error {
	if m.Confirm.SelfTest == nil || m.HasInstaller(runtime.GOOS, runtime.GOARCH) { // what is in an installer cannot be started
		return nil
	}
	j.phase(j.product.ID, PhaseRehearse, note(NoteRehearse))
	place := confirm.Place{Dir: staged.Dir, URL: m.Confirm.Hosts[0].URL, CAFile: j.Updater.options.Reach.CAFile, AsOperator: j.Updater.options.Reach.AsOperator}
	_, err := confirm.StartTest(ctx, *m.Confirm.SelfTest, place, v)
	if err != nil && (errors.Is(err, confirm.ErrBroken) || errors.Is(err, confirm.ErrWrongVersion)) {
		reason := HoldBroken
		if errors.Is(err, confirm.ErrWrongVersion) {
			reason = HoldWrongVersion
		}
		return errors.Join(err, j.hold(j.product.ID, v, false, reason))
	}
	return err
}

// conclude confirms what was swapped in and commits it, or puts the other build
// back and checks that too. From here on an interruption means going back:
// nothing may be left half done.
func (j *job) conclude(ctx context.Context, tx *installer.Transaction, m *manifest.Manifest, before *confirm.Report) error {
	settle := context.WithoutCancel(ctx)
	j.phase(j.product.ID, PhaseConfirm, note(NoteConfirm))
	after, err := j.prove(ctx, m.Confirm, true)
	if err != nil {
		return errors.Join(err, j.takeBack(settle, tx))
	}
	judgement := confirm.Judge(before.State, after.State)
	j.report.After, j.report.Judgement = after, &judgement
	if judgement.Action != confirm.RollBack {
		j.phase(j.product.ID, PhaseCommit, note(NoteCommit))
		if err := tx.Commit(settle); err != nil {
			return fmt.Errorf("commit: %w", err)
		}
		j.report.Outcome, j.report.Kept = Updated, tx.Kept()
		if tx.RestartNeeded() {
			j.report.Restart = RestartCompletes
		}
		return j.remember(j.report.To, judgement, before.State)
	}
	if err := j.takeBack(settle, tx); err != nil {
		return err
	}
	j.report.Outcome = RolledBack
	if err := j.lookAtData(settle, j.report.Snapshot); err != nil {
		return err
	}
	if judgement.Hold {
		if err := j.hold(j.product.ID, j.report.To, false, string(judgement.Reason)); err != nil {
			return err
		}
	}
	again, err := j.prove(settle, m.Confirm, !j.report.From.IsZero())
	if err != nil {
		return err
	}
	j.report.Fault, j.report.After = after, again
	return nil
}

// takeBack undoes the swap. Package installer checks every file afterwards.
func (j *job) takeBack(ctx context.Context, tx *installer.Transaction) error {
	j.phase(j.product.ID, PhaseRollBack, note(NoteRollBack))
	if err := tx.Undo(ctx); err != nil {
		return fmt.Errorf("put the old build back: %w", err)
	}
	return nil
}
