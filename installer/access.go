package installer

import (
	"context"
	"fmt"
	"io/fs"
	"path"

	"github.com/koshin-updater/koshin/manifest/pack"
)

// What an administrator changed on an installed file (its owner, mode, access
// list, or on Windows its attributes) holds for the file of the same path in
// the next build. New files have the package's mode and what the folder around
// them hands down.
//
// The old build needs nothing: its files are moved and not copied, so they come
// back from retired/ and previous/ as they were. The new files are made so while
// they are staged, before the journal begins. On Windows it comes after each
// step instead: a file that is moved keeps the rights that the folder around it
// handed down, no user may look into the work folder, and only in its place can
// a file take what the install folder hands down.

// carryAccess gives every staged file and folder the access of the installed
// one whose place it takes. Only those are looked at once more that were not
// alike when both builds were just walked.
func (t files) carryAccess(ctx context.Context, seen *likeness) error {
	if !seen.wanted {
		return nil
	}
	c := newCarrier(t.product, t.product.live, t.product.work(t.plan.Source))
	defer c.close()
	return t.eachPut(ctx, func(e pack.Entry) error {
		at, _ := t.to.found.find(e.Path)
		switch seen.pairs[at] {
		case alike:
			return c.likeList(e)
		case unlike:
			old, _ := t.from.find(e.Path)
			return c.carry(e, installedMode(old))
		}
		return nil
	})
}

// installedMode is what koshin gives such an entry.
func installedMode(e pack.Entry) fs.FileMode {
	if e.Type == pack.Dir {
		return 0o755
	}
	return mode(e)
}

// eachPut goes through the entries that the plan puts.
func (t files) eachPut(ctx context.Context, do func(pack.Entry) error) error {
	for _, step := range t.plan.Steps {
		if !step.brings() {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := t.eachOf(step, do); err != nil {
			return err
		}
	}
	return nil
}

// brings says whether the step takes the place of what stood there.
func (s Step) brings() bool { return s.Op == Put || s.Op == Replace }

func (t files) eachOf(put Step, do func(pack.Entry) error) error {
	entry, listed := t.to.find(put.Path)
	if !listed {
		return nil
	}
	for _, e := range append([]pack.Entry{entry}, t.to.below(put.Path)...) {
		if err := do(e); err != nil {
			return fmt.Errorf("keep the access rights of %q: %w", e.Path, err)
		}
	}
	return nil
}

// settle ends a step that brought something into the install folder.
func (t files) settle(step Step) error {
	p := t.product
	switch {
	case step.Op == Mkdir && step.Path != "":
		return t.settleFolder(step)
	case !accessIsHandedDown || step.Op != Seed && !step.brings():
		return nil
	case t.plan.Direction == Rollback:
		return nil // what comes back from previous/ has its own
	}
	if err := inheritAccess(p.path(path.Join(p.live, step.Path))); err != nil {
		return fmt.Errorf("hand the access rights of the install folder down to %q: %w", step.Path, err)
	}
	return t.eachOf(step, func(e pack.Entry) error {
		return copyAccess(p.path(p.work(retired, e.Path)), p.path(path.Join(p.live, e.Path)))
	})
}

// settleFolder makes a new folder like the one that stood there, or like the one
// that it stands for in the previous build.
func (t files) settleFolder(step Step) error {
	p, model := t.product, t.product.work(retired)
	if t.plan.Direction == Rollback {
		model = p.work(t.plan.Source)
	}
	c := newCarrier(p, model, p.live)
	defer c.close()
	if err := c.carry(pack.Entry{Path: step.Path, Type: pack.Dir}, 0o755); err != nil {
		return fmt.Errorf("keep the access rights of %q: %w", step.Path, err)
	}
	return copyAccess(p.path(path.Join(model, step.Path)), p.path(path.Join(p.live, step.Path)))
}

// carrier carries access from what stands below one folder to what stands at
// the same path below another.
type carrier struct {
	p        *Product
	from, to string
	on       []*shelf
}

func newCarrier(p *Product, from, to string) *carrier {
	c := &carrier{p: p, from: from, to: to}
	for range 2 {
		c.on = append(c.on, &shelf{top: p.disk.root})
	}
	return c
}

func (c *carrier) close() {
	for _, s := range c.on {
		s.close()
	}
}

// carry does it for one entry. Nothing at the old place, or something of another
// type, hands nothing down.
func (c *carrier) carry(e pack.Entry, installed fs.FileMode) error {
	oldFolder, base, err := c.on[0].at(path.Join(c.from, e.Path))
	if err != nil {
		return ignore(err, fs.ErrNotExist)
	}
	old, err := oldFolder.Lstat(base)
	if err != nil {
		return ignore(err, fs.ErrNotExist)
	}
	if !(node{mode: old.Mode()}).isType(e) {
		return nil
	}
	newFolder, base, err := c.on[1].at(path.Join(c.to, e.Path))
	if err != nil {
		return err
	}
	return c.like(old, newFolder, base, e, installed)
}
