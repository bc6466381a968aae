package installer

import (
	"context"
	"errors"
	"fmt"
	"path"

	"github.com/koshin-updater/koshin/manifest/pack"
)

// Op is what a step does.
type Op string

// The steps of a plan for a tree. A path is relative to the install folder; a
// step on a folder takes everything in it along, in one rename.
const (
	Retire Op = "retire" // from the install folder to retired/
	Keep   Op = "keep"   // from the install folder to kept/: koshin did not install it
	Mkdir  Op = "mkdir"  // a folder that is filled by further steps
	Put    Op = "put"    // from staging/ or previous/ to the install folder
	Seed   Op = "seed"   // put a first version of what will be the user's data
)

// The steps of the other kinds.
const (
	Run     Op = "run"     // the installer at this path of staging/ or previous/; kinds msi and setup
	Replace Op = "replace" // retire and put one executable that may be running; kind exe
)

// Step is one change to the disk.
type Step struct {
	Op   Op     `json:"op"`
	Path string `json:"path"`
}

func (s Step) String() string { return string(s.Op) + " " + s.Path }

func (s Step) check() error {
	switch s.Op {
	case Retire, Keep, Mkdir, Put, Seed, Run, Replace:
	default:
		return fmt.Errorf("unknown step %q", s.Op)
	}
	if s.Path == "" && s.Op == Mkdir {
		return nil // the install folder itself
	}
	return insidePath(s.Path)
}

// do takes the step and gives what it brought the right access.
func (t files) do(ctx context.Context, s Step) error {
	if err := t.change(ctx, s); err != nil {
		return err
	}
	return t.settle(s)
}

// change is one rename or one new folder, so after a crash it has happened or
// not. Replace is the exception: see [files.replace].
func (t files) change(ctx context.Context, s Step) error {
	p := t.product
	live := path.Join(p.live, s.Path)
	switch s.Op {
	case Retire:
		return p.disk.move(ctx, live, p.work(retired, s.Path))
	case Keep:
		return p.disk.move(ctx, live, t.aside("live", s.Path))
	case Mkdir:
		return p.disk.mkdir(ctx, live)
	case Put, Seed:
		return p.disk.move(ctx, p.work(t.plan.Source, s.Path), live)
	case Replace:
		return t.replace(ctx, s.Path)
	}
	return fmt.Errorf("step %s: %w", s, errors.ErrUnsupported)
}

// takeBack undoes a step that brought something of the new build into the
// install folder. What became of it since does not matter: a file of the new
// build stands either in its source or in the install folder, never in both,
// so it can run after half a step, or after half of itself.
func (t files) takeBack(ctx context.Context, s Step) error {
	disk, live := t.product.disk, path.Join(t.product.live, s.Path)
	switch s.Op {
	case Mkdir:
		return disk.removeIfEmpty(ctx, live)
	case Put:
		return t.takeBackEntry(ctx, s.Path)
	case Replace:
		return t.takeBackReplaced(ctx, s.Path)
	case Seed:
		// Data that changed since the swap stays.
		entry, _ := t.to.find(s.Path)
		if !disk.exists(live) || disk.exists(t.product.work(t.plan.Source, s.Path)) {
			return nil
		}
		if digest, err := disk.hash(ctx, live); err != nil || digest != entry.SHA256 {
			return err
		}
		return t.takeBackEntry(ctx, s.Path)
	}
	return nil // retired and kept things go back all together
}

func (t files) takeBackEntry(ctx context.Context, rel string) error {
	entry, listed := t.to.find(rel)
	if !listed {
		return fmt.Errorf("%w: the index lacks %q", ErrJournal, rel)
	}
	disk := t.product.disk
	live, source := path.Join(t.product.live, rel), t.product.work(t.plan.Source, rel)
	info, err := disk.lstat(live)
	if err != nil || !(node{mode: info.Mode()}).isType(entry) {
		return nil // gone, or replaced by something that is not the build's
	}
	if !disk.exists(source) {
		alone := entry.Type == pack.File
		if !alone {
			if alone, err = t.onlyListed(ctx, rel); err != nil {
				return err
			}
		}
		if alone {
			return disk.move(ctx, live, source)
		}
	}
	if entry.Type == pack.File {
		return nil // not put, or taken back already
	}
	return t.takeBackInside(ctx, rel)
}

// takeBackInside takes back entry by entry and leaves what is not the build's.
func (t files) takeBackInside(ctx context.Context, rel string) error {
	for _, e := range t.to.below(rel) {
		if path.Dir(e.Path) != rel {
			continue
		}
		if err := t.takeBackEntry(ctx, e.Path); err != nil {
			return err
		}
	}
	return t.product.disk.removeIfEmpty(ctx, path.Join(t.product.live, rel))
}

// onlyListed says whether the folder holds nothing but entries of the new build.
func (t files) onlyListed(ctx context.Context, rel string) (bool, error) {
	only := true
	err := t.product.disk.walk(ctx, path.Join(t.product.live, rel), func(n node) error {
		full := path.Join(rel, n.path)
		e, listed := t.to.find(full)
		only = only && listed && n.isType(e) && !t.globs().match(full)
		return nil
	})
	return only, err
}

// giveBack moves everything in area into the install folder, whole folders
// where it can. What stands in its way goes to kept/, or wins when yield is set.
func (t files) giveBack(ctx context.Context, area, rel string, yield bool) error {
	disk := t.product.disk
	from, live := path.Join(area, rel), path.Join(t.product.live, rel)
	if rel != "" && !disk.exists(live) {
		return disk.move(ctx, from, live)
	}
	if disk.isDir(from) && (rel == "" || disk.isDir(live)) {
		return t.giveBackInside(ctx, area, rel, yield)
	}
	if yield {
		return nil
	}
	if err := disk.move(ctx, live, t.freeAside("since", rel)); err != nil {
		return err
	}
	return disk.move(ctx, from, live)
}

func (t files) giveBackInside(ctx context.Context, area, rel string, yield bool) error {
	disk := t.product.disk
	names, err := disk.names(path.Join(area, rel))
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := t.giveBack(ctx, area, path.Join(rel, name), yield); err != nil {
			return err
		}
	}
	return disk.removeIfEmpty(ctx, path.Join(area, rel))
}
