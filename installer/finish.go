package installer

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/pack"
)

// Commit makes the new build the installed one and the old one the previous
// one. After an error the new build stands and [Recover] finishes the rest.
func (t *Transaction) Commit(ctx context.Context) error {
	t.product.disk.waits.begin(forward())
	if err := t.journal.pass(committed); err != nil {
		return t.wrap("commit", err)
	}
	return t.wrap("commit", t.way().finish(ctx))
}

// Undo puts the old build back and checks it file by file. Data that changed
// since the swap stays. [ErrDiffers] names files that somebody else changed
// meanwhile. After [ErrNotRestored] it, or [Recover], may run again.
func (t *Transaction) Undo(ctx context.Context) error {
	t.product.disk.waits.begin(wayBack())
	if err := t.way().undo(ctx); err != nil {
		return t.wrap("undo", fmt.Errorf("%w: %w", ErrNotRestored, err))
	}
	return t.wrap("undo", t.different())
}

func (t *Transaction) different() error {
	if t.over != nil {
		return t.over
	}
	if len(t.differs) == 0 {
		return nil
	}
	return fmt.Errorf("%w: %q", ErrDiffers, t.differs)
}

func (t *Transaction) wrap(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s %s of %s: %w", doing, t.plan.Direction, t.product.place.Product, err)
}

// finish clears up after a commit. It may run again from any point of itself:
// as long as retired/ is there, previous/ is the build before the old one.
func (t files) finish(ctx context.Context) error {
	if err := t.journal.pass(finishing); err != nil {
		return err
	}
	if t.product.disk.exists(t.product.work(retired)) {
		keep := t.replacePrevious
		if t.plan.Kind == manifest.Exe {
			keep = t.retireExe
		}
		if err := keep(ctx); err != nil {
			return err
		}
	}
	if err := t.saveRecords(ctx); err != nil {
		return err
	}
	return t.end(ctx)
}

// replacePrevious discards the oldest build and keeps the old one in its place.
func (t files) replacePrevious(ctx context.Context) error {
	p := t.product
	if err := t.discardOldest(ctx); err != nil {
		return err
	}
	if err := p.disk.move(ctx, p.work(retired), p.work(previous)); err != nil {
		return err
	}
	return p.disk.flush()
}

// discardOldest empties previous/, and staging/ when the new build came from it.
// Of a build that koshin did not install nothing is deleted.
func (t files) discardOldest(ctx context.Context) error {
	p := t.product
	record, index, err := p.loadBuild(previousName)
	if err != nil {
		p.log.WarnContext(ctx, "nothing of the previous build is deleted", "error", err)
	}
	if index == nil || record.When.IsZero() {
		record, index = &Record{}, list(pack.Index{})
	}
	if err := t.discard(ctx, previous, index, record.Stamp); err != nil {
		return err
	}
	if t.plan.Source == staging {
		return t.discard(ctx, staging, t.to, t.plan.To.Stamp)
	}
	return nil
}

func (t files) saveRecords(ctx context.Context) error {
	p := t.product
	if len(t.from.Entries) == 0 {
		if err := p.removeState(ctx, previousName+".json", previousName+".index"); err != nil {
			return err
		}
	} else if err := p.saveBuild(ctx, previousName, &t.plan.From, t.from.Index); err != nil {
		return err
	}
	return p.saveBuild(ctx, installedName, &t.plan.To, t.to.Index)
}

// undo goes back. Its two halves are told apart by a mark, because a name may
// belong to the new build before it and to the old one after it.
func (t files) undo(ctx context.Context) error {
	if err := t.product.release(ctx); err != nil {
		return err
	}
	if !t.journal.marks[cleared] && !t.journal.marks[restored] {
		for _, step := range slices.Backward(t.plan.Steps[:t.journal.begun]) {
			if err := t.takeBack(ctx, step); err != nil {
				return err
			}
		}
		if err := t.product.disk.flush(); err != nil {
			return err
		}
		if err := t.journal.pass(cleared); err != nil {
			return err
		}
	}
	if err := t.restore(ctx); err != nil {
		return err
	}
	if t.keepStaged {
		return t.closeJournal(ctx)
	}
	if t.plan.Source == staging {
		err := t.discard(ctx, staging, t.to, t.plan.To.Stamp)
		if errors.Is(err, ErrInUse) {
			// The old build is back and checked. What still runs from the one
			// that was taken out is left for the next Stage to discard.
			t.product.log.WarnContext(ctx, "staged build is in use, it is discarded later", "error", err)
			return t.closeJournal(ctx)
		}
		if err != nil {
			return err
		}
	}
	return t.end(ctx)
}

// restore brings everything back that was moved out, and checks the old build.
func (t files) restore(ctx context.Context) error {
	p := t.product
	if t.journal.marks[restored] {
		return nil
	}
	if p.disk.exists(p.work(retired)) {
		if err := t.giveBack(ctx, p.work(retired), "", false); err != nil {
			return err
		}
	}
	if p.disk.exists(t.aside("live")) {
		if err := t.giveBack(ctx, t.aside("live"), "", true); err != nil {
			return err
		}
	}
	if err := p.disk.flush(); err != nil {
		return err
	}
	var err error
	if t.differs, err = t.verify(ctx, t.from); err != nil {
		return err
	}
	if len(t.differs) == 0 {
		if err := t.dropEdited(ctx); err != nil {
			return err
		}
	}
	return t.journal.pass(restored)
}

// end closes the journal and forgets the staged build, which is no more.
func (t *Transaction) end(ctx context.Context) error {
	if err := t.closeJournal(ctx); err != nil {
		return err
	}
	return t.product.removeState(ctx, stagedName+".json", stagedName+".index")
}

// closeJournal ends the transaction.
func (t *Transaction) closeJournal(ctx context.Context) error {
	p := t.product
	for _, empty := range []string{p.work(retired), t.aside("live"), t.aside(), p.work(kept)} {
		if err := p.disk.removeIfEmpty(ctx, empty); err != nil {
			return err
		}
	}
	if err := errors.Join(p.release(ctx), p.disk.flush()); err != nil {
		return err
	}
	if err := errors.Join(t.journal.close(), p.removeState(ctx, journalName)); err != nil {
		return err
	}
	return p.removeState(ctx, fromName+".index", toName+".index")
}
