package installer

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/koshin-updater/koshin/installer/foreign"
	"github.com/koshin-updater/koshin/installer/protect"
	"github.com/koshin-updater/koshin/installer/uninstallkey"
	"github.com/koshin-updater/koshin/manifest"
)

// A setup program has no way back of its own, but most leave one on the PC: the
// line by which アプリと機能 would take the client out without a window. A first
// install that turns out broken goes that way. No update does: its way back is
// the installer of before.

// errNoLine is a client that does not say how it is taken out.
var errNoLine = errors.New("it left no line for its quiet removal")

// sendAway has a first install take itself out again. It stays where that cannot
// be done; [Transaction.over] then says why. The copy of the data is kept
// in any case: some uninstallers go on after they have ended.
func (t runs) sendAway(ctx context.Context) (stays bool, err error) {
	t.sentAway = true
	to := t.plan.To
	err = t.uninstallItself(ctx)
	if errors.Is(err, errStopped) || errors.Is(err, foreign.ErrOther) || ctx.Err() != nil {
		return false, errors.Join(err, ctx.Err())
	}
	now, readErr := t.product.installedVersion(ctx, to.Detect)
	if readErr != nil {
		return false, errors.Join(err, readErr)
	}
	if now.IsZero() {
		t.product.log.InfoContext(ctx, "a first install that was broken has been taken out", "version", to.Version, "error", err)
		return false, nil
	}
	t.over = fmt.Errorf("%w: version %q is installed: %w", ErrStays, now, err)
	return true, nil
}

// uninstallItself runs the client's own line and waits until the version is
// gone.
func (t runs) uninstallItself(ctx context.Context) error {
	line, err := t.product.quietLine(t.plan.To)
	if err != nil {
		return err
	}
	program, _, err := foreign.SplitLine(line)
	if err != nil {
		return err
	}
	if err := t.product.mayUninstall(program); err != nil {
		return err
	}
	if err := t.carryOut(ctx, foreign.Run{Kind: manifest.Setup, Action: foreign.Uninstall, File: program, Line: line}, t.plan.To.Version); err != nil {
		return err
	}
	return t.waitUntilGone(ctx)
}

// quietLine is how this build takes itself out without a window, as it noted
// for Windows. Only a line for this version in this folder counts, and with the
// rights of the whole system none that an ordinary user could have written.
func (p *Product) quietLine(build Record) (string, error) {
	rule, err := manifest.ParseRule(build.Detect)
	if err != nil {
		return "", err
	}
	if rule.Kind != manifest.RuleUninstall {
		return "", fmt.Errorf("%w: the rule is %q", errNoLine, build.Detect)
	}
	entries, err := p.uninstall.Find(rule.Name)
	if err != nil {
		return "", err
	}
	for _, e := range entries {
		version, err := foundVersion(e.Version)
		switch {
		case err != nil, !version.Equal(build.Version):
		case e.View == uninstallkey.User && p.elevated():
		case e.Location != "" && !sameFolder(e.Location, p.place.Dir):
		case e.QuietLine() != "":
			return e.QuietLine(), nil
		}
	}
	return "", fmt.Errorf("%w: %d uninstall keys %q", errNoLine, len(entries), rule.Name)
}

// mayUninstall refuses to run with the rights of the whole system a program that
// an ordinary user could have put there.
func (p *Product) mayUninstall(program string) error {
	if !p.elevated() || foreign.IsSystems(program) {
		return nil
	}
	if err := errors.Join(protect.File(program, false), protect.Folder(filepath.Dir(program))); err != nil {
		return fmt.Errorf("%w: %w", ErrUnsafeProgram, err)
	}
	return nil
}

// waitUntilGone waits until the version cannot be read any more: the program
// that was run can end before what it started does.
func (t runs) waitUntilGone(ctx context.Context) error {
	begun := time.Now()
	for {
		now, err := t.product.installedVersion(ctx, t.plan.To.Detect)
		if err != nil || now.IsZero() {
			return err
		}
		if time.Since(begun) > t.product.bounds.other {
			return fmt.Errorf("%w: its uninstaller reports success, and version %q is installed", ErrNotInstalled, now)
		}
		if err := t.wait(ctx); err != nil {
			return err
		}
	}
}
