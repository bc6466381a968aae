package installer

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/pack"
)

// What koshin has of a build of kind msi or setup is its installer, one file:
// in staging/ before it is run, in current/ while its build is the installed
// one, in previous/ after that. An index lists it like any other file.
const current = "current"

func installerIndex(kind manifest.Kind, want promised) pack.Index {
	return pack.Index{Entries: []pack.Entry{{Path: installerName(kind), Type: pack.File, Exec: true, Size: want.size, SHA256: want.sha256}}}
}

// stageInstaller copies the verified package to staging/.
func (p *Product) stageInstaller(ctx context.Context, file *os.File, want promised, pkg manifest.Package, version manifest.Version, progress func(done, total int64)) (*Staged, error) {
	stamp, err := p.copyInstaller(ctx, file, want, pkg, progress)
	if err != nil {
		return nil, err
	}
	index := installerIndex(pkg.Kind, want)
	record, err := p.newForeignRecord(version, index, pkg.Kind, pkg.Installer, PlanOptions{})
	if err != nil {
		return nil, err
	}
	record.Stamp = stamp
	staged, err := p.shelveAs(ctx, record, index)
	if err != nil {
		return nil, err
	}
	staged.kind, staged.installer = pkg.Kind, pkg.Installer
	return staged, nil
}

// copyInstaller copies the package to unpacking/, hashed, its signature checked,
// and flushed.
func (p *Product) copyInstaller(ctx context.Context, file *os.File, want promised, pkg manifest.Package, progress func(done, total int64)) (time.Time, error) {
	if err := p.disk.root.Mkdir(p.work(unpacking), 0o700); err != nil {
		return time.Time{}, explain(err)
	}
	stamp := p.now().UTC().Truncate(2 * time.Second)
	err := p.copyPackage(ctx, file, installerName(pkg.Kind), want, stamp, progress)
	if err == nil {
		err = p.checkSigned(ctx, unpacking, pkg, installerIndex(pkg.Kind, want))
	}
	if err != nil {
		return time.Time{}, errors.Join(explain(err), p.disk.root.RemoveAll(p.work(unpacking)))
	}
	return stamp, nil
}

// HasWayBack says whether the installer of this version is kept, so that an
// update of kind msi or setup could be taken back.
func (p *Product) HasWayBack(ctx context.Context, version manifest.Version) (bool, error) {
	record, listed, err := p.loadBuild(installedName)
	if err != nil || record == nil || !record.Kind.IsInstaller() || !record.Version.Equal(version) {
		return false, err
	}
	return p.holds(ctx, current, listed)
}

// KeepInstaller keeps the installer of the build that is installed already, by
// hand or by an older koshin: the way back, should an update fail. It is
// verified as by [Product.Stage]; options.Detect must read this version, or the
// error is [ErrFolderChanged].
func (p *Product) KeepInstaller(ctx context.Context, packageFile string, promise manifest.Promise, pkg manifest.Package, version manifest.Version, options PlanOptions) error {
	want, err := promisedFor(promise, pkg)
	if err == nil {
		err = p.keepInstaller(ctx, packageFile, want, pkg, version, options)
	}
	if err != nil {
		return fmt.Errorf("keep the installer of %s %s: %w", p.place.Product, version, err)
	}
	return nil
}

func (p *Product) keepInstaller(ctx context.Context, packageFile string, want promised, pkg manifest.Package, version manifest.Version, options PlanOptions) error {
	if !pkg.Kind.IsInstaller() {
		return fmt.Errorf("package of kind %q: %w", pkg.Kind, ErrKindChanged)
	}
	if err := p.settled(); err != nil {
		return err
	}
	there, err := p.installedVersion(ctx, options.Detect)
	if err != nil {
		return err
	}
	if !there.Equal(version) {
		return fmt.Errorf("%w: version %q is installed", ErrFolderChanged, there)
	}
	file, err := os.Open(packageFile)
	if err != nil {
		return err
	}
	defer file.Close()
	if err := p.clearStaging(ctx); err != nil {
		return err
	}
	stamp, err := p.copyInstaller(ctx, file, want, pkg, nil)
	if err != nil {
		return err
	}
	record, listed, err := p.loadBuild(installedName)
	if err != nil {
		return err
	}
	if record == nil {
		record, listed = &Record{}, list(pack.Index{})
	}
	if err := p.discard(ctx, current, listed, record.Stamp, p.newID()); err != nil {
		return err
	}
	if err := p.disk.move(ctx, p.work(unpacking), p.work(current)); err != nil {
		return err
	}
	if err := p.disk.flush(); err != nil {
		return err
	}
	index := installerIndex(pkg.Kind, want)
	kept, err := p.newForeignRecord(version, index, pkg.Kind, pkg.Installer, options)
	if err != nil {
		return err
	}
	kept.Stamp = stamp
	return p.saveBuild(ctx, installedName, kept, index)
}

func (p *Product) newForeignRecord(version manifest.Version, index pack.Index, kind manifest.Kind, how *manifest.Installer, options PlanOptions) (*Record, error) {
	r, err := p.newRecord(version, index, options.Preserve)
	if err != nil {
		return nil, err
	}
	r.Schema, r.Kind, r.Installer, r.Detect = recordSchema2, kind, how, options.Detect
	return r, nil
}

// holds says whether an area has exactly the installer that is listed, byte for
// byte.
func (p *Product) holds(ctx context.Context, area string, listed *listing) (bool, error) {
	if len(listed.Entries) != 1 {
		return false, nil
	}
	e := listed.Entries[0]
	name := p.work(area, e.Path)
	info, err := p.disk.root.Lstat(name)
	if err != nil || !info.Mode().IsRegular() || info.Size() != e.Size {
		return false, nil //nolint:nilerr // then it is not there
	}
	digest, err := p.disk.hash(ctx, name)
	return digest == e.SHA256, explain(err)
}
