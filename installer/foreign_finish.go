package installer

import (
	"context"

	"github.com/koshin-updater/koshin/manifest/pack"
)

// finish keeps the installers: the new one is the current one, and the one
// before it is the previous. What each folder holds says how far an earlier try
// got.
func (t runs) finish(ctx context.Context) error {
	if err := t.journal.pass(finishing); err != nil {
		return err
	}
	p := t.product
	if err := p.disk.removeIfEmpty(ctx, p.work(retired)); err != nil {
		return err
	}
	if err := t.keepNew(ctx); err != nil {
		return err
	}
	if err := t.keepOld(ctx); err != nil {
		return err
	}
	if err := p.disk.flush(); err != nil {
		return err
	}
	if err := t.saveRecords(ctx); err != nil {
		return err
	}
	if t.plan.Source == staging {
		if err := t.discard(ctx, staging, t.to, t.plan.To.Stamp); err != nil {
			return err
		}
	}
	return t.end(ctx)
}

// keepNew moves the old installer out of current/ and the new one in.
func (t runs) keepNew(ctx context.Context) error {
	p := t.product
	if done, err := p.holds(ctx, current, t.to); err != nil || done {
		return err
	}
	if old, err := p.holds(ctx, current, t.from); err != nil {
		return err
	} else if old && !p.disk.exists(p.work(retired)) {
		if err := p.disk.move(ctx, p.work(current), p.work(retired)); err != nil {
			return err
		}
	}
	// What else is in it is the installer of a build that somebody replaced by
	// hand since.
	if err := t.discardBuild(ctx, current, installedName); err != nil {
		return err
	}
	return p.disk.move(ctx, p.work(t.plan.Source), p.work(current))
}

// keepOld makes the old installer the previous one.
func (t runs) keepOld(ctx context.Context) error {
	p := t.product
	if p.disk.exists(p.work(retired)) {
		if err := t.discardBuild(ctx, previous, previousName); err != nil {
			return err
		}
		return p.disk.move(ctx, p.work(retired), p.work(previous))
	}
	if done, err := p.holds(ctx, previous, t.from); err != nil || done {
		return err
	}
	return t.discardBuild(ctx, previous, previousName)
}

// discardBuild empties an area by the record of what is in it.
func (t runs) discardBuild(ctx context.Context, area, name string) error {
	p := t.product
	record, index, err := p.loadBuild(name)
	if err != nil {
		p.log.WarnContext(ctx, "nothing of a stored build is deleted", "folder", area, "error", err)
	}
	if index == nil {
		record, index = &Record{}, list(pack.Index{})
	}
	return t.discard(ctx, area, index, record.Stamp)
}

func (t runs) saveRecords(ctx context.Context) error {
	p := t.product
	kept, err := p.holds(ctx, previous, t.from)
	if err != nil {
		return err
	}
	if !kept {
		err = p.removeState(ctx, previousName+".json", previousName+".index")
	} else {
		err = p.saveBuild(ctx, previousName, &t.plan.From, t.from.Index)
	}
	if err != nil {
		return err
	}
	return p.saveBuild(ctx, installedName, &t.plan.To, t.to.Index)
}
