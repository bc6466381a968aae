package updater

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/koshin-updater/koshin/installer"
	"github.com/koshin-updater/koshin/installer/protect"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/confirm"
)

// ErrNeverChecked: nothing is known yet about a product; check first.
var ErrNeverChecked = errors.New("no manifest was accepted here before")

// lastManifest is the manifest that was verified and accepted last. It may be
// long expired: it says what to prove and what belongs to the user, never what
// to install.
func (u *Updater) lastManifest(p Product) (*manifest.Manifest, error) {
	store := folderStore{dir: filepath.Join(u.options.StateDir, "trust")}
	data, err := store.Load("manifests/" + manifest.TargetName(p.ID, p.Channel))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s", ErrNeverChecked, p.ID)
	}
	if err != nil {
		return nil, err
	}
	return manifest.Parse(data)
}

// lastTitle is the product's title in that manifest; empty where there is none.
func (u *Updater) lastTitle(p Product) manifest.Text {
	m, err := u.lastManifest(p)
	if err != nil {
		return manifest.Text{}
	}
	return m.Title
}

// Title is a product's title where its manifest was accepted here before.
func (u *Updater) Title(id manifest.ProductID) manifest.Text {
	for _, p := range u.options.Products {
		if p.ID == id {
			return u.lastTitle(p)
		}
	}
	return manifest.Text{}
}

// each does one verb for one product after the other, with other koshins kept
// out. One product's failure does not stop the others; an interruption does.
func (u *Updater) each(ctx context.Context, verb string, products []Product, do func(*job) error) ([]Report, error) {
	unlock, err := u.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	return u.eachLocked(ctx, verb, products, do)
}

func (u *Updater) eachLocked(ctx context.Context, verb string, products []Product, do func(*job) error) ([]Report, error) {
	var reports []Report
	if verb != "confirm" {
		reports = u.tendSelf(ctx, verb)
	}
	for _, p := range products {
		j := &job{Updater: u, product: p, verb: verb, report: &Report{Product: p.ID}}
		reports = append(reports, *j.close(ctx, verb, do(j)))
		if ctx.Err() != nil {
			break
		}
	}
	return reports, ctx.Err()
}

// Confirm proves connectivity now and changes nothing but the audit trail. An
// operator who may not write in the state folder is answered too, with a note
// that nothing was recorded. Nor is another koshin kept out then: a lock that
// operators could hold would let them stop every update.
func (u *Updater) Confirm(ctx context.Context, products []Product) ([]Report, error) {
	unlock, err := u.lock(ctx)
	switch {
	case errors.Is(err, protect.ErrReadOnly):
		u.mute = true
	case err != nil:
		return nil, err
	default:
		defer unlock()
	}
	return u.eachLocked(ctx, "confirm", products, func(j *job) error { return j.confirmNow(ctx) })
}

func (j *job) confirmNow(ctx context.Context) (err error) {
	m, err := j.lastManifest(j.product)
	if j.mute && errors.Is(err, ErrNeverChecked) { // a check would not be kept either
		if asked, ok := j.ask(ctx, []Product{j.product})[j.product.ID]; ok {
			m, err = asked, nil
		}
	}
	if err != nil {
		return err
	}
	if j.inst, err = installer.Open(j.place(j.product), j.log); err != nil {
		return err
	}
	in, err := j.detect(ctx, j.inst, m)
	if err != nil {
		return err
	}
	j.report.Title, j.report.From, j.report.To = m.Title, in.Version, in.Version
	j.phase(j.product.ID, PhaseConfirm, note(NoteConfirm))
	j.report.After, err = j.prove(ctx, m.Confirm, in.State != installer.Absent && in.State != installer.Moved)
	if err != nil {
		return err
	}
	j.report.Found = in
	if err := fault(j.product, in); err != nil {
		return err // connected or not: this is not the build that was installed
	}
	j.report.Outcome = UpToDate
	if waiting, yes := j.pendingOf(j.product.ID, in.Version); yes && !j.mute {
		return j.remember(in.Version, confirm.Judge(waiting.Before, j.report.After.State), waiting.Before)
	}
	return nil
}

// Recover finishes or takes back what an interrupted run left open, and then
// puts into place what was left for the restart. It needs no network: proofs
// that cannot be had are asked for again by the next run.
func (u *Updater) Recover(ctx context.Context, products []Product) ([]Report, error) {
	return u.each(ctx, "recover", products, func(j *job) error {
		if err := j.begin(ctx); err != nil {
			return err
		}
		if done, err := j.finishOwed(ctx); done || err != nil {
			return err
		}
		return j.settled(ctx)
	})
}

// settled reports what stands after a recovery.
func (j *job) settled(ctx context.Context) error {
	in, err := j.inst.Detect(ctx, recordRule())
	if err != nil {
		return err
	}
	j.report.Title = j.lastTitle(j.product)
	j.report.From, j.report.To, j.report.Outcome = in.Version, in.Version, UpToDate
	if r := j.report.Recovered; r != nil {
		j.report.From, j.report.To, j.report.Outcome = r.From, r.To, Updated
		if r.Action == installer.Reverted {
			j.report.Outcome = RolledBack
		}
	}
	return nil
}
