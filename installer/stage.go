package installer

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"time"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/pack"
)

// Staged is a build that stands complete and checked beside the install folder.
type Staged struct {
	Version manifest.Version
	Dir     string // path of the system, for a rehearsal
	Tree    manifest.Digest
	kind    manifest.Kind
	index   *listing
	stamp   time.Time

	installer *manifest.Installer // kinds msi and setup: how it is run
}

// Stage unpacks a package beside the install folder, or copies it there when it
// is one executable or an installer. It hashes the package file
// again against the promise ([ErrNoPromise], [ErrPackage]), the index against
// the signed tree ([pack.ErrTree]) and every file against the index, and
// flushes all of it to the disk before it returns. Where the package names a
// signer, every program must have his signature, or the error is one of
// package authenticode. Progress, if any, is told
// the bytes written so far and in all. A build that was staged before is
// discarded. Memory does not grow with the package's size.
func (p *Product) Stage(ctx context.Context, packageFile string, promise manifest.Promise, pkg manifest.Package, version manifest.Version, progress func(done, total int64)) (*Staged, error) {
	want, err := promisedFor(promise, pkg)
	if err != nil {
		return nil, fmt.Errorf("stage %s %s: %w", p.place.Product, version, err)
	}
	st, err := p.stage(ctx, packageFile, want, pkg, version, progress)
	if err != nil {
		return nil, fmt.Errorf("stage %s %s: %w", p.place.Product, version, err)
	}
	return st, nil
}

// promised is what a promise says about the bytes.
type promised struct {
	size   int64
	sha256 manifest.Digest
}

// promisedFor is what both the repository and the manifest say.
func promisedFor(promise manifest.Promise, pkg manifest.Package) (promised, error) {
	if !promise.Made() {
		return promised{}, ErrNoPromise
	}
	want := promised{promise.Length(), promise.SHA256()}
	if want != (promised{pkg.Size, pkg.SHA256}) {
		return promised{}, fmt.Errorf("%w: manifest and repository disagree", ErrPackage)
	}
	return want, nil
}

func (p *Product) stage(ctx context.Context, packageFile string, want promised, pkg manifest.Package, version manifest.Version, progress func(done, total int64)) (*Staged, error) {
	if len(opsOf(pkg.Kind)) == 0 || pkg.Kind == manifest.MSI && runtime.GOOS != "windows" {
		return nil, fmt.Errorf("package of kind %q: %w", pkg.Kind, errors.ErrUnsupported)
	}
	if err := p.settled(); err != nil {
		return nil, err
	}
	if err := pack.CheckRatio(pkg.Size, pkg.InstalledSize); err != nil {
		return nil, err
	}
	p.disk.waits.begin(forward())
	file, err := os.Open(packageFile)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if err := p.checkPackage(ctx, file, want); err != nil {
		return nil, err
	}
	if err := p.clearStaging(ctx); err != nil {
		return nil, err
	}
	if pkg.Kind.IsInstaller() {
		return p.stageInstaller(ctx, file, want, pkg, version, progress)
	}
	if pkg.Kind == manifest.Exe {
		return p.stageExe(ctx, file, want, pkg, version, progress)
	}
	reader, err := pack.NewReader(file, pack.Want{Tree: pkg.TreeSHA256, Size: pkg.InstalledSize})
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	// Even seconds are what every file system can keep.
	stamp := p.now().UTC().Truncate(2 * time.Second)
	if err = p.unpack(ctx, reader, stamp, progress); err == nil {
		err = p.checkSigned(ctx, unpacking, pkg, reader.Index())
	}
	if err != nil {
		return nil, errors.Join(explain(err), p.disk.root.RemoveAll(p.work(unpacking)))
	}
	return p.shelve(ctx, version, reader.Index(), stamp)
}

// shelve turns the unpacked build into the staged one.
func (p *Product) shelve(ctx context.Context, version manifest.Version, index pack.Index, stamp time.Time) (*Staged, error) {
	record, err := p.newRecord(version, index, nil)
	if err != nil {
		return nil, err
	}
	record.Stamp = stamp
	return p.shelveAs(ctx, record, index)
}

// shelveAs is shelve for a record that says more.
func (p *Product) shelveAs(ctx context.Context, record *Record, index pack.Index) (*Staged, error) {
	if err := p.saveBuild(ctx, stagedName, record, index); err != nil {
		return nil, err
	}
	if err := p.disk.move(ctx, p.work(unpacking), p.work(staging)); err != nil {
		return nil, err
	}
	if err := p.disk.flush(); err != nil {
		return nil, err
	}
	return &Staged{Version: record.Version, Dir: p.path(p.work(staging)), Tree: record.Tree, kind: manifest.Tree, index: list(index), stamp: record.Stamp}, nil
}

// checkPackage hashes the file and goes back to its start.
func (p *Product) checkPackage(ctx context.Context, file *os.File, want promised) error {
	hash := sha256.New()
	n, err := io.CopyBuffer(hash, &contextReader{ctx, io.LimitReader(file, want.size+1)}, p.disk.copy)
	if err != nil {
		return err
	}
	if n != want.size || manifest.Digest(hash.Sum(nil)) != want.sha256 {
		return fmt.Errorf("%w: %s", ErrPackage, file.Name())
	}
	_, err = file.Seek(0, io.SeekStart)
	return err
}

// clearStaging discards what an earlier run left.
func (p *Product) clearStaging(ctx context.Context) error {
	if err := p.prepare(); err != nil {
		return err
	}
	if err := p.disk.removeAll(ctx, p.work(unpacking)); err != nil {
		return err
	}
	return p.Unstage(ctx)
}
