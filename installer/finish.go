package installer

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"time"

	"github.com/koshin-updater/koshin/manifest/pack"
)

// Commit makes the new build the installed one and the old one the previous
// one. After an error the new build stands and [Recover] finishes the rest.
func (t *Transaction) Commit(ctx context.Context) error {
	if err := t.journal.pass(committed); err != nil {
		return t.wrap("commit", err)
	}
	return t.wrap("commit", t.finish(ctx))
}

// Undo puts the old build back and checks it file by file. Data that changed
// since the swap stays. It may run again after an error; until it succeeds the
// error matches [ErrNotRestored].
func (t *Transaction) Undo(ctx context.Context) error {
	if err := t.undo(ctx); err != nil {
		return t.wrap("undo", fmt.Errorf("%w: %w", ErrNotRestored, err))
	}
	return nil
}

func (t *Transaction) wrap(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s %s of %s: %w", doing, t.plan.Direction, t.product.place.Product, err)
}

// finish clears up after a commit. It may run again from any point of itself:
// as long as retired/ is there, previous/ is the build before the old one.
func (t *Transaction) finish(ctx context.Context) error {
	if err := t.journal.pass(finishing); err != nil {
		return err
	}
	if t.product.disk.exists(t.product.work(retired)) {
		if err := t.replacePrevious(ctx); err != nil {
			return err
		}
	}
	if err := t.saveRecords(); err != nil {
		return err
	}
	return t.closeJournal(ctx)
}

// replacePrevious discards the oldest build and keeps the old one in its place.
func (t *Transaction) replacePrevious(ctx context.Context) error {
	p := t.product
	record, index, err := p.loadBuild(previousName)
	if err != nil {
		p.log.WarnContext(ctx, "nothing of the previous build is deleted", "error", err)
	}
	if index == nil {
		record, index = &Record{}, list(pack.Index{})
	}
	if err := t.discard(ctx, previous, index, record.Stamp); err != nil {
		return err
	}
	if t.plan.Source == staging {
		if err := t.discard(ctx, staging, t.to, t.plan.To.Stamp); err != nil {
			return err
		}
	}
	if err := p.disk.move(ctx, p.work(retired), p.work(previous)); err != nil {
		return err
	}
	return p.disk.flush()
}

func (t *Transaction) saveRecords() error {
	p := t.product
	if len(t.from.Entries) == 0 {
		if err := p.removeState(previousName+".json", previousName+".index"); err != nil {
			return err
		}
	} else if err := p.saveBuild(previousName, &t.plan.From, t.from.Index); err != nil {
		return err
	}
	return p.saveBuild(installedName, &t.plan.To, t.to.Index)
}

// undo goes back. Its two halves are told apart by a mark, because a name may
// belong to the new build before it and to the old one after it.
func (t *Transaction) undo(ctx context.Context) error {
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
	if t.plan.Source == staging {
		if err := t.discard(ctx, staging, t.to, t.plan.To.Stamp); err != nil {
			return err
		}
	}
	return t.closeJournal(ctx)
}

// restore brings everything back that was moved out, and checks the old build.
func (t *Transaction) restore(ctx context.Context) error {
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
	if err := t.verify(ctx, t.from, true); err != nil {
		return err
	}
	return t.journal.pass(restored)
}

// closeJournal ends the transaction.
func (t *Transaction) closeJournal(ctx context.Context) error {
	p := t.product
	for _, empty := range []string{p.work(retired), t.aside("live"), t.aside(), p.work(kept)} {
		if err := p.disk.removeIfEmpty(ctx, empty); err != nil {
			return err
		}
	}
	if err := p.disk.flush(); err != nil {
		return err
	}
	if err := errors.Join(t.journal.close(), p.removeState(journalName)); err != nil {
		return err
	}
	return p.removeState(fromName+".index", toName+".index", stagedName+".json", stagedName+".index")
}

// discard empties a folder of the work folder. It deletes what is listed and
// unchanged; everything else is moved to kept/.
func (t *Transaction) discard(ctx context.Context, area string, listed *listing, stamp time.Time) error {
	return t.product.discard(ctx, area, listed, stamp, t.plan.ID)
}

func (p *Product) discard(ctx context.Context, area string, listed *listing, stamp time.Time, id string) error {
	nodes, err := p.disk.scan(ctx, p.work(area))
	if err != nil {
		return err
	}
	for _, n := range slices.Backward(nodes) { // what is inside a folder first
		name := p.work(area, n.path)
		if n.mode.IsDir() {
			err = p.disk.removeIfEmpty(ctx, name)
		} else if ours, hashErr := p.isListed(ctx, name, n, listed, stamp); hashErr != nil {
			err = hashErr
		} else if ours {
			err = p.disk.remove(ctx, name)
		} else {
			err = p.disk.move(ctx, name, p.freeName(p.work(kept, id, area, n.path)))
		}
		if err != nil {
			return err
		}
	}
	return p.disk.removeIfEmpty(ctx, p.work(area))
}

// isListed says whether a file is byte for byte one that koshin put there.
func (p *Product) isListed(ctx context.Context, name string, n node, listed *listing, stamp time.Time) (bool, error) {
	e, ok := listed.find(n.path)
	if !ok || !n.isType(e) || n.size != e.Size {
		return false, nil
	}
	if n.mtime.Equal(stamp) {
		return true, nil
	}
	digest, err := p.disk.hash(ctx, name)
	return digest == e.SHA256, err
}

// freeName is name, or the first of name~2, name~3 that is not taken.
func (p *Product) freeName(name string) string {
	free := name
	for n := 2; p.disk.exists(free); n++ {
		free = path.Join(path.Dir(name), fmt.Sprintf("%s~%d", path.Base(name), n))
	}
	return free
}
