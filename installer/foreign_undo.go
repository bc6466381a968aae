package installer

import (
	"context"
	"errors"
	"fmt"

	"github.com/koshin-updater/koshin/installer/foreign"
	"github.com/koshin-updater/koshin/manifest"
)

// undo goes back to the installer of before. The installed version says how far
// the run got, so it can begin again after any half of itself.
func (t runs) undo(ctx context.Context) error {
	if err := t.product.release(ctx); err != nil {
		return err
	}
	if !t.journal.marks[restored] && !t.journal.marks[committed] {
		if err := t.goBack(ctx); err != nil {
			return err
		}
	}
	if t.journal.marks[committed] {
		return t.finish(ctx) // nothing leads back: what stands is better than nothing
	}
	if t.plan.Source == staging {
		if err := t.discard(ctx, staging, t.to, t.plan.To.Stamp); err != nil {
			return err
		}
	}
	return t.end(ctx)
}

// goBack brings the old build and the data back and marks which of both ends
// was reached.
func (t runs) goBack(ctx context.Context) error {
	if t.journal.begun == 0 {
		return t.journal.pass(restored)
	}
	if err := t.settle(ctx); err != nil {
		return err
	}
	guard := t.snapshot()
	if t.journal.marks[swapped] { // the data was put right then, and what changed since stays
		var err error
		if guard, err = t.dataSince(ctx); err != nil {
			return err
		}
	}
	stays, err := t.wayBack(ctx)
	if err := errors.Join(err, t.putBack(ctx, guard)); err != nil {
		return err
	}
	if guard != t.snapshot() && !t.sentAway {
		if err := t.product.disk.removeAll(ctx, guard); err != nil { // it has just been compared
			return err
		}
	}
	if stays {
		return t.journal.pass(committed)
	}
	return t.journal.pass(restored)
}

// dataSince copies the data as it is before the way back is run, once.
func (t runs) dataSince(ctx context.Context) (string, error) {
	p := t.product
	name := t.aside("data")
	if p.disk.exists(name) {
		return name, nil
	}
	names, err := p.dataFiles(ctx, t.globs())
	if err != nil || len(names) == 0 {
		return "", err
	}
	part := t.aside("data-unfinished")
	if err := p.disk.removeAll(ctx, part); err != nil {
		return "", err
	}
	if err := p.copyAll(ctx, names, part); err != nil {
		return "", err
	}
	return name, p.disk.move(ctx, part, name)
}

// wayBack runs what leads back. The new build stays when nothing does, or when
// it would leave this PC without its client; [Transaction.over] then says so.
func (t runs) wayBack(ctx context.Context) (stays bool, err error) {
	from, to := t.plan.From, t.plan.To
	now, err := t.product.installedVersion(ctx, to.Detect)
	if err != nil {
		return false, err
	}
	isOld := now.Equal(from.Version)
	switch {
	case from.Kind.IsInstaller() && isOld:
		return false, t.repair(ctx)
	case from.Kind.IsInstaller():
		return false, t.reinstall(ctx)
	case isOld:
		return false, nil // the installer cleared up after itself
	case from.Version.IsZero() && to.Kind == manifest.MSI:
		return false, t.uninstall(ctx)
	case from.Version.IsZero() && now.Equal(to.Version):
		return t.sendAway(ctx)
	}
	t.over = fmt.Errorf("%w: no installer of version %q is kept, version %q is installed", ErrStays, from.Version, now)
	return now.Equal(to.Version), nil
}

// repair: the old version is the installed one. Windows Installer has put back
// what it had changed; a setup may have died halfway, and its predecessor puts
// the files right. If that will not, the client that is there stays.
func (t runs) repair(ctx context.Context) error {
	if t.plan.From.Kind == manifest.MSI || t.plan.To.Kind == manifest.MSI {
		return nil
	}
	err := t.run(ctx, foreign.Install, t.plan.From, current)
	if errors.Is(err, errStopped) || errors.Is(err, foreign.ErrOther) {
		return err
	}
	if err != nil {
		t.product.log.WarnContext(ctx, "the old installer could not repair the client", "error", err)
	}
	return t.isBack(ctx, err)
}

// reinstall takes the new build out, where that can be said, and puts the old
// one back.
func (t runs) reinstall(ctx context.Context) error {
	if err := t.intact(ctx, current, t.from); err != nil {
		return err
	}
	if t.plan.To.Kind == manifest.MSI { // most refuse to be installed over a newer one
		if err := t.takeOut(ctx); err != nil {
			return err
		}
	}
	return t.isBack(ctx, t.run(ctx, foreign.Install, t.plan.From, current))
}

// uninstall takes a first install out again.
func (t runs) uninstall(ctx context.Context) error {
	return t.isBack(ctx, t.takeOut(ctx))
}

func (t runs) takeOut(ctx context.Context) error {
	if err := t.intact(ctx, t.plan.Source, t.to); err != nil {
		return err
	}
	return t.run(ctx, foreign.Uninstall, t.plan.To, t.plan.Source)
}

// isBack believes the version, not the exit code.
func (t runs) isBack(ctx context.Context, ran error) error {
	now, err := t.product.installedVersion(ctx, t.plan.To.Detect)
	if err != nil {
		return errors.Join(ran, err)
	}
	if now.Equal(t.plan.From.Version) {
		if errors.Is(ran, errStopped) {
			return ran
		}
		return nil
	}
	return errors.Join(ran, fmt.Errorf("%w: version %q is installed, not %q", ErrNotInstalled, now, t.plan.From.Version))
}
