package updater

import (
	"context"
	"errors"
	"path/filepath"
	"slices"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/schedule"
	"github.com/koshin-updater/koshin/updater/transport"
)

// SelfID is [manifest.SelfID].
const SelfID = manifest.SelfID

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
	// Boot has the system run the recovery at every start, or the daily update, as
	// [schedule.Task.Install] does; nil: this is not the koshin of the whole PC.
	Boot func(context.Context, schedule.Task) error
	// List has the system's list of installed programs state this version of koshin;
	// nil: there is no such list.
	List func(manifest.Version) error
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

// list keeps the system's list of programs true. That is for people to read, and
// no reason for anything to fail; the next run does it again.
func (u *Updater) list(ctx context.Context, version manifest.Version) {
	self := u.options.Self
	if self.List == nil || self.Executable == "" || version.IsZero() || u.isRescue() {
		return
	}
	if err := self.List(version); err != nil {
		u.log.WarnContext(ctx, "the list of installed programs shows another koshin", "error", err)
	}
}

func (u *Updater) selfName() string { return filepath.Base(u.options.Self.Executable) }
