package installer

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"runtime"
	"time"

	"github.com/koshin-updater/koshin/installer/selfswap"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/pack"
)

// A build of kind exe is a tree of one file. The folder that it is installed in
// may hold anything else, such as /usr/local/bin does: that is not the build's,
// is not looked at, and stays.

// Executable says that the product is the one executable of this name in the
// install folder. It comes before any other use of a product of kind exe; see
// [manifest.ExeName]. As long as the recorded build has other files, because the
// product was of kind tree before, the whole folder counts.
func (p *Product) Executable(name string) error {
	if err := pack.CheckPath(name); err != nil {
		return err
	}
	if path.Base(name) != name {
		return fmt.Errorf("executable %q: %w", name, pack.ErrPath)
	}
	p.exe, p.exeAlone = name, true
	// A record that cannot be read is told to whoever asks for what it says.
	if record, listed, err := p.loadBuild(installedName); err == nil && record != nil {
		p.exeAlone = isOnly(listed.Index, name)
	}
	return nil
}

// isOnly says whether the build is this one file.
func isOnly(x pack.Index, name string) bool {
	return len(x.Entries) == 1 && x.Entries[0].Type == pack.File && key(x.Entries[0].Path) == key(name)
}

// exeIndex lists the one file. Windows has no executable bit, and packages for
// it have none.
func exeIndex(name string, size int64, digest manifest.Digest) pack.Index {
	return pack.Index{Entries: []pack.Entry{{Path: name, Type: pack.File, Exec: runtime.GOOS != "windows", Size: size, SHA256: digest}}}
}

// ExeTree is what [Product.Adopt] knows a package of kind exe by.
func ExeTree(name string, pkg manifest.Package) (manifest.Digest, error) {
	return exeIndex(name, pkg.Size, pkg.SHA256).Digest()
}

// walkLive visits what counts in the install folder: everything, or the one
// executable and, where they are asked for, the user's data.
func (p *Product) walkLive(ctx context.Context, data globs, visit func(node) error) error {
	if !p.exeAlone {
		return p.disk.walk(ctx, p.live, visit)
	}
	if len(data) == 0 {
		exe, err := p.exeNode()
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return err
		}
		return visit(exe)
	}
	return p.disk.walk(ctx, p.live, func(n node) error {
		if key(n.path) == key(p.exe) || data.match(n.path) {
			return visit(n)
		}
		return nil
	})
}

func (p *Product) exeNode() (node, error) {
	info, err := p.disk.lstat(path.Join(p.live, p.exe))
	if err != nil {
		return node{}, err
	}
	return node{path: p.exe, mode: info.Mode(), size: info.Size(), mtime: info.ModTime(), access: rightsOf(info)}, nil
}

// stageExe copies the package, which is the executable itself, to staging/.
func (p *Product) stageExe(ctx context.Context, file *os.File, want promised, pkg manifest.Package, version manifest.Version, progress func(done, total int64)) (*Staged, error) {
	if p.exe == "" {
		return nil, fmt.Errorf("no name for the executable: %w", errors.ErrUnsupported)
	}
	if err := p.disk.root.Mkdir(p.work(unpacking), 0o755); err != nil {
		return nil, explain(err)
	}
	stamp := p.now().UTC().Truncate(2 * time.Second)
	index := exeIndex(p.exe, want.size, want.sha256)
	err := p.copyPackage(ctx, file, p.exe, want, stamp, progress)
	if err == nil {
		err = p.checkSigned(ctx, unpacking, pkg, index)
	}
	if err != nil {
		return nil, errors.Join(explain(err), p.disk.root.RemoveAll(p.work(unpacking)))
	}
	staged, err := p.shelve(ctx, version, index, stamp)
	if err != nil {
		return nil, err
	}
	staged.kind = manifest.Exe
	return staged, nil
}

// copyPackage copies a package of one file to unpacking/ under a name. It hashes once more while it copies: what was checked a moment ago is in
// a folder of downloads.
func (p *Product) copyPackage(ctx context.Context, from io.Reader, as string, want promised, stamp time.Time, progress func(done, total int64)) error {
	name := p.work(unpacking, as)
	file, err := p.disk.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o755)
	if err != nil {
		return err
	}
	var done int64
	counted := &progressReader{contextReader{ctx, io.LimitReader(from, want.size+1)}, func(n int64) {
		done += n
		if progress != nil {
			progress(done, want.size)
		}
	}}
	hash := sha256.New()
	_, err = io.CopyBuffer(io.MultiWriter(file, hash), counted, make([]byte, copyBuffer))
	if err == nil && runtime.GOOS != "windows" { // which has no such modes
		err = file.Chmod(0o755) // whatever the umask
	}
	if err == nil {
		err = file.Sync()
	}
	if err := errors.Join(err, file.Close()); err != nil {
		return err
	}
	if done != want.size || manifest.Digest(hash.Sum(nil)) != want.sha256 {
		return fmt.Errorf("%w: it changed while it was copied", ErrPackage)
	}
	if err := p.disk.root.Chtimes(name, stamp, stamp); err != nil {
		return err
	}
	return p.disk.flushDir(p.work(unpacking))
}

// replaces turns the steps of a tree into those of an executable: the old one
// is never away before the new one stands complete and flushed beside it.
func (s *survey) replaces() {
	name := s.pl.to.Entries[0].Path
	for i, step := range s.pl.Steps {
		if step != (Step{Retire, name}) || i+1 == len(s.pl.Steps) || s.pl.Steps[i+1] != (Step{Put, name}) {
			continue
		}
		var steps []Step
		if fresh := selfswap.NewName(name); s.p.disk.exists(path.Join(s.p.live, fresh)) {
			s.pl.Report.Aside = append(s.pl.Report.Aside, fresh)
			steps = append(steps, Step{Keep, fresh})
		}
		s.pl.Steps = append(s.pl.Steps[:i], append(steps, Step{Replace, name})...)
		return
	}
}

// replace puts the new executable in the place of the old one, which may be
// running:
//
//	staging/NAME  →  <Dir>/.NAME.new
//	<Dir>/NAME    →  retired/NAME       selfupdate's commit
//	.NAME.new     →  <Dir>/NAME         the same
//
// A death between any two leaves each file in exactly one of its places.
func (t files) replace(ctx context.Context, name string) error {
	p := t.product
	live, source, old := path.Join(p.live, name), p.work(t.plan.Source, name), p.work(retired, name)
	fresh := path.Join(p.live, selfswap.NewName(name))
	if err := p.disk.move(ctx, source, fresh); err != nil {
		return err
	}
	if err := p.disk.flush(); err != nil {
		return err
	}
	return p.disk.change(ctx, "replace "+live, live, func() error {
		p.disk.touch(live, old)
		return selfswap.Commit(p.path(live), p.path(old))
	})
}

// takeBackReplaced takes the new executable out again, wherever the step and an
// earlier try of this got to.
func (t files) takeBackReplaced(ctx context.Context, name string) error {
	p := t.product
	source := p.work(t.plan.Source, name)
	if p.disk.exists(source) {
		return nil // not begun, or taken back
	}
	entry, _ := t.to.find(name)
	// Before or between the two renames.
	fresh := path.Join(p.live, selfswap.NewName(name))
	if info, err := p.disk.lstat(fresh); err == nil && info.Mode().IsRegular() && info.Size() == entry.Size {
		return p.disk.move(ctx, fresh, source)
	}
	// After them. The old one in retired/ says that this is not it.
	live := path.Join(p.live, name)
	if info, err := p.disk.lstat(live); err == nil && info.Mode().IsRegular() && p.disk.exists(p.work(retired, name)) {
		return p.disk.move(ctx, live, source)
	}
	return nil
}

// retireExe makes the old executable the previous one. It moves the file, not
// the folder: Windows lets nobody rename a folder in which a program runs, and
// the program may be this one.
func (t files) retireExe(ctx context.Context) error {
	p := t.product
	name := t.to.Entries[0].Path
	old, was := p.work(retired, name), p.work(previous, name)
	if len(t.from.Entries) > 0 && !p.disk.exists(old) {
		return p.disk.removeIfEmpty(ctx, p.work(retired)) // an earlier try got this far
	}
	if err := t.discardOldest(ctx); err != nil {
		return err
	}
	if p.disk.exists(old) {
		if err := p.disk.move(ctx, old, was); err != nil {
			return err
		}
	}
	if err := p.disk.flush(); err != nil {
		return err
	}
	return p.disk.removeIfEmpty(ctx, p.work(retired))
}

// isBare says whether nothing is installed here.
func (p *Product) isBare() (bool, error) {
	if p.exeAlone {
		_, err := p.exeNode()
		if errors.Is(err, fs.ErrNotExist) {
			return true, nil
		}
		return false, err
	}
	empty, err := p.disk.isEmpty(p.live)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	return empty, err
}
