package installer

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/koshin-updater/koshin/installer/foreign"
	"github.com/koshin-updater/koshin/manifest"
)

// runs are builds that come with an installer of their own (kinds msi and
// setup): foreign_*.go. koshin cannot take such an installer apart, so it keeps
// three things safe around every run: the installer that leads back, the user's
// data, and the installed version, which it reads back instead of believing an
// exit code.
type runs struct{ *Transaction }

// bounds are how long the installers of others are waited for.
type bounds struct {
	run   time.Duration // one run
	other time.Duration // an installation that somebody else began, or a koshin that was killed
	pause time.Duration // between two looks
}

// defaultBounds: another installation is most often an update of Windows or
// Office, which takes minutes. After that people are told, and nothing is lost.
func defaultBounds() bounds {
	return bounds{run: foreign.Limit, other: 5 * time.Minute, pause: 2 * time.Second}
}

// maxLogs is how many logs of runs are kept. An MSI writes megabytes.
const maxLogs = 20

// prepare makes sure of the way back and of a copy of the data.
func (t runs) prepare(ctx context.Context) error {
	p := t.product
	if err := p.settled(); err != nil {
		return err
	}
	now, err := p.installedVersion(ctx, t.plan.To.Detect)
	if err != nil {
		return err
	}
	if !now.Equal(t.plan.found) {
		return fmt.Errorf("%w: version %q, not %q", ErrFolderChanged, now, t.plan.found)
	}
	if err := p.prepare(); err != nil {
		return err
	}
	if err := t.intact(ctx, t.plan.Source, t.to); err != nil {
		return err
	}
	if t.plan.From.Kind.IsInstaller() {
		if err := t.intact(ctx, current, t.from); err != nil {
			return err
		}
	}
	if err := t.guardData(ctx); err != nil {
		return err
	}
	if err := t.setAside(ctx, retired); err != nil {
		return err
	}
	if err := errors.Join(p.saveIndex(ctx, fromName, t.from.Index), p.saveIndex(ctx, toName, t.to.Index), p.reserve(ctx)); err != nil {
		return err
	}
	return p.disk.flush()
}

// intact refuses an installer that is not the one that was verified.
func (t runs) intact(ctx context.Context, area string, build *listing) error {
	ok, err := t.product.holds(ctx, area, build)
	if err == nil && !ok {
		err = fmt.Errorf("%w: the installer in %s", ErrStaged, t.product.path(t.product.work(area)))
	}
	return err
}

// do runs the new installer. Windows Installer puts no older version over a
// newer one: then that is taken out first.
func (t runs) do(ctx context.Context, _ Step) error {
	from, to := t.plan.From, t.plan.To
	if from.Kind == manifest.MSI && to.Kind == manifest.MSI && to.Version.Less(from.Version) {
		if err := t.run(ctx, foreign.Uninstall, from, current); err != nil {
			return err
		}
	}
	return t.run(ctx, foreign.Install, to, t.plan.Source)
}

// arrived puts the data right and reads the version back.
func (t runs) arrived(ctx context.Context) error {
	if err := t.putBack(ctx, t.snapshot()); err != nil {
		return err
	}
	now, err := t.product.installedVersion(ctx, t.plan.To.Detect)
	if err == nil && !now.Equal(t.plan.To.Version) {
		err = fmt.Errorf("%w: it reports success, and version %q is installed, not %s; logs in %s",
			ErrNotInstalled, now, t.plan.To.Version, t.product.path(t.product.work("logs")))
	}
	return err
}

// verify reads the version once more.
func (t runs) verify(ctx context.Context, _ *listing) ([]string, error) {
	now, err := t.product.installedVersion(ctx, t.plan.To.Detect)
	if err != nil || now.Equal(t.plan.To.Version) {
		return nil, err
	}
	return []string{fmt.Sprintf("installed version %q", now)}, nil
}

// run runs the installer of a build from a folder of the work folder. While
// another installation is at work it tries again, within bounds.
func (t runs) run(ctx context.Context, action foreign.Action, build Record, area string) error {
	p := t.product
	r := foreign.Run{Kind: build.Kind, Action: action, File: p.path(p.work(area, installerName(build.Kind)))}
	if build.Installer != nil {
		r.How = *build.Installer
	}
	return t.carryOut(ctx, r, build.Version)
}

// carryOut runs it with a log of its own, and under the name by which it is
// found again.
func (t runs) carryOut(ctx context.Context, r foreign.Run, version manifest.Version) error {
	p := t.product
	if err := p.disk.mkdirAll(p.work("logs")); err != nil {
		return err
	}
	if err := t.pruneLogs(ctx); err != nil {
		return err
	}
	r.Dir, r.Marker, r.Limit = p.place.Dir, t.marker(), p.bounds.run
	r.Log = p.path(p.freeName(p.work("logs", fmt.Sprintf("%s-%s-%s.log", t.plan.ID, r.Action, version))))
	point := fmt.Sprintf("run to %s %s", r.Action, version)
	if err := p.disk.at("before " + point); err != nil {
		return err
	}
	result, err := t.runWhenFree(ctx, r)
	p.log.InfoContext(ctx, "installer ended", "action", string(r.Action), "version", version, "code", result.Code, "log", r.Log, "error", err)
	if err != nil {
		return err
	}
	t.restart = t.restart || result.Restart
	if err := t.flushInstalled(ctx); err != nil {
		return err
	}
	return p.disk.at("after " + point)
}

func (t runs) runWhenFree(ctx context.Context, r foreign.Run) (foreign.Result, error) {
	begun := time.Now()
	for {
		result, err := r.Do(ctx)
		if !errors.Is(err, foreign.ErrOther) || time.Since(begun) > t.product.bounds.other {
			return result, err
		}
		if waitErr := t.wait(ctx); waitErr != nil {
			return result, errors.Join(err, waitErr)
		}
	}
}

// settle waits for an installer that a killed koshin had started, and for
// Windows Installer: whatever it does would be overtaken by the way back.
func (t runs) settle(ctx context.Context) error {
	begun := time.Now()
	for t.isAtWork(ctx) {
		if time.Since(begun) > t.product.bounds.other {
			return fmt.Errorf("%w: it was begun before, and has not ended after %v", foreign.ErrOther, t.product.bounds.other)
		}
		if err := t.wait(ctx); err != nil {
			return err
		}
	}
	return nil
}

// isAtWork says whether a run of this transaction has not ended: it is there
// under its name, or somebody runs its program or has its file open.
func (t runs) isAtWork(ctx context.Context) bool {
	return foreign.Alive(t.marker()) || len(t.workers(ctx)) > 0
}

// workers are the programs that do the installer's work, as far as they can be
// seen.
func (t runs) workers(ctx context.Context) []Process {
	p := t.product
	found, err := Running(p.path(p.work()))
	for _, file := range []string{
		p.work(t.plan.Source, installerName(t.plan.Kind)), p.work(current, installerName(t.plan.From.Kind)),
	} {
		holders, err := Holders(ctx, p.path(file))
		if err == nil {
			found = append(found, holders...)
		}
	}
	if err != nil {
		p.log.DebugContext(ctx, "running programs cannot be seen", "error", err)
	}
	return found
}

// wait waits for one look's time and says so.
func (t runs) wait(ctx context.Context) error {
	p := t.product
	if p.place.Waiting != nil {
		p.place.Waiting(p.path(p.work()), t.workers(ctx))
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(p.bounds.pause):
		return nil
	}
}

// marker is the name by which a run of this transaction is found.
func (t runs) marker() string {
	sum := sha256.Sum256([]byte(t.product.place.State + "\x00" + t.plan.ID))
	return fmt.Sprintf("%x", sum[:12])
}

// pruneLogs forgets the oldest logs; their names begin with the time.
func (t runs) pruneLogs(ctx context.Context) error {
	p := t.product
	names, err := p.disk.names(p.work("logs"))
	if err != nil || len(names) < maxLogs {
		return err
	}
	slices.Sort(names)
	for _, name := range names[:len(names)-maxLogs+1] {
		if err := p.disk.remove(ctx, p.work("logs", name)); err != nil {
			return err
		}
	}
	return nil
}
