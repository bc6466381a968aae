package installer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"

	"github.com/koshin-updater/koshin/manifest/pack"
)

// Transaction is a swap that has been done and can still be undone. It ends
// with Commit or Undo; if it ends with neither, [Recover] undoes it.
type Transaction struct {
	product  *Product
	plan     *Plan
	from, to *listing
	journal  *journal
	restart  bool  // an installer wants one
	over     error // what an undo that is over has to say
	sentAway bool  // a client took itself out

	keepStaged bool     // undo: for another try
	differs    []string // files that were not as they should be after an undo
}

func (t *Transaction) globs() globs { return globs(t.plan.Preserve) }

// RestartNeeded says whether an installer wants the PC to be restarted before
// all of its work counts.
func (t *Transaction) RestartNeeded() bool { return t.restart }

// aside is where something goes that koshin did not install.
func (t *Transaction) aside(parts ...string) string {
	return t.product.work(append([]string{kept, t.plan.ID}, parts...)...)
}

// freeAside is the same under a name that is still free.
func (t *Transaction) freeAside(parts ...string) string { return t.product.freeName(t.aside(parts...)) }

// Swap does the plan. When it returns an error, everything has been undone and
// the old build was checked file by file; only [ErrNotRestored] says that this
// did not succeed, and [Recover] will try again. A folder that changed since
// the plan was made is [ErrFolderChanged].
func (p *Product) Swap(ctx context.Context, plan *Plan) (*Transaction, error) {
	p.disk.waits.begin(forward())
	t := &Transaction{product: p, plan: plan, from: plan.from, to: plan.to}
	err := t.swap(ctx)
	if err == nil {
		p.log.InfoContext(ctx, "swapped", "from", plan.From.Version, "to", plan.To.Version, "steps", len(plan.Steps))
		return t, nil
	}
	err = fmt.Errorf("swap %s %s: %w", p.place.Product, plan.To.Version, err)
	if t.journal == nil || errors.Is(err, errStopped) {
		return nil, err
	}
	p.log.WarnContext(ctx, "swap failed, undoing", "error", err)
	t.keepStaged = plan.keepStaged && errors.Is(err, ErrInUse)
	return nil, errors.Join(err, t.Undo(context.WithoutCancel(ctx)))
}

func (t *Transaction) swap(ctx context.Context) error {
	way := t.way()
	if err := way.prepare(ctx); err != nil {
		return err
	}
	err := t.product.place.MayJournal(t.plan.Kind)
	if err != nil {
		return err
	}
	t.journal, err = createJournal(t.product.state(journalName), t.plan, t.product.disk.at)
	t.product.journal = t.journal
	if err != nil {
		return err
	}
	if err := t.product.disk.mkdir(ctx, t.product.work(retired)); err != nil {
		return err
	}
	emptied := false
	for n, step := range t.plan.Steps {
		if err := ctx.Err(); err != nil {
			return err
		}
		// The old build is durably away before the first of the new one comes:
		// the journal may be on another volume, and whoever takes back what it
		// announces must not find the old one there.
		if !emptied && step.Op != Retire && step.Op != Keep {
			if err := t.product.disk.flush(); err != nil {
				return err
			}
			emptied = true
		}
		if err := t.journal.announce(n); err != nil {
			return err
		}
		if err := way.do(ctx, step); err != nil {
			return err
		}
	}
	if err := t.product.disk.flush(); err != nil {
		return err
	}
	if err := way.arrived(ctx); err != nil {
		return err
	}
	return t.journal.pass(swapped)
}

// arrived looks for every entry of the new build.
func (t files) arrived(ctx context.Context) error {
	missing, err := t.product.missing(ctx, t.to, t.globs())
	if err != nil {
		return err
	}
	if len(missing) > 0 {
		return fmt.Errorf("%w: %q", ErrFolderChanged, missing)
	}
	return nil
}

// prepare does what needs no journal because it changes nothing of the install
// folder.
func (t files) prepare(ctx context.Context) error {
	p := t.product
	seen := t.newLikeness()
	if err := p.unchanged(ctx, t.plan, seen); err != nil {
		return err
	}
	if err := p.prepare(); err != nil {
		return err
	}
	if err := t.tidySource(ctx, seen); err != nil {
		return err
	}
	if err := t.carryAccess(ctx, seen); err != nil {
		return err
	}
	if err := t.setAside(ctx, retired); err != nil {
		return err
	}
	if err := t.copyEdited(ctx); err != nil {
		return err
	}
	if err := p.saveIndex(ctx, fromName, t.from.Index); err != nil {
		return err
	}
	if err := p.saveIndex(ctx, toName, t.to.Index); err != nil {
		return err
	}
	if err := p.reserve(ctx); err != nil {
		return err
	}
	return p.disk.flush()
}

// unchanged looks at the install folder once more: whoever agreed to a plan did
// not agree to another one.
func (p *Product) unchanged(ctx context.Context, plan *Plan, seen *likeness) error {
	if err := p.settled(); err != nil {
		return err
	}
	now := newFingerprint(plan.Preserve)
	err := p.walkLive(ctx, plan.Preserve, func(n node) error {
		now.add(n)
		seen.installed(n)
		return nil
	})
	if err != nil {
		return err
	}
	if now.sum() != plan.seen {
		return ErrFolderChanged
	}
	return nil
}

// tidySource checks that the new build is still complete, and moves out what a
// rehearsal left in it.
func (t files) tidySource(ctx context.Context, seen *likeness) error {
	source := t.product.work(t.plan.Source)
	good := make([]bool, len(t.to.Entries))
	err := t.product.disk.walk(ctx, source, func(n node) (err error) {
		at, listed := t.to.found.find(n.path)
		if !listed || !n.isType(t.to.Entries[at]) {
			err := t.product.disk.move(ctx, path.Join(source, n.path), t.freeAside(t.plan.Source, n.path))
			return cmp.Or(err, fs.SkipDir)
		}
		seen.staged(at, t.to.Entries[at], n.access)
		good[at] = n.mode.IsDir()
		if !good[at] {
			good[at], err = t.product.isListed(ctx, path.Join(source, n.path), n, t.to, t.plan.To.Stamp)
		}
		return err
	})
	if err != nil {
		return err
	}
	return t.checkSource(good)
}

// checkSource looks for every entry that the plan needs from the source.
func (t files) checkSource(good []bool) error {
	for _, step := range t.plan.Steps {
		if step.Op != Put && step.Op != Seed && step.Op != Replace {
			continue
		}
		first, listed := t.to.found.find(step.Path)
		if !listed {
			return fmt.Errorf("%w: %q is not listed", ErrStaged, step.Path)
		}
		if n := slices.Index(good[first:t.to.found.end(first)], false); n >= 0 {
			return fmt.Errorf("%w: %q is missing or was changed", ErrStaged, t.to.Entries[first+n].Path)
		}
	}
	return nil
}

// setAside moves a whole folder to kept/, when it is there and not empty.
func (t *Transaction) setAside(ctx context.Context, area string) error {
	disk, name := t.product.disk, t.product.work(area)
	if err := disk.removeIfEmpty(ctx, name); err != nil || !disk.exists(name) {
		return err
	}
	return disk.move(ctx, name, t.freeAside(area))
}

// verify hashes every file of a build in the install folder and lists what
// differs. Preserved data is the user's affair.
func (t files) verify(ctx context.Context, build *listing) ([]string, error) {
	there, mark := build.checklist(hasSize)
	if err := t.product.walkLive(ctx, nil, mark); err != nil {
		return nil, err
	}
	var differs []string
	for n, e := range build.Entries {
		if t.globs().match(e.Path) {
			continue
		}
		same := there[n]
		if same && e.Type == pack.File {
			var err error
			if same, err = t.stands(ctx, e, build); err != nil {
				return nil, err
			}
		}
		if !same {
			differs = append(differs, e.Path)
		}
	}
	return differs, nil
}

// missing lists the entries that are not there, or not of their type and size.
func (p *Product) missing(ctx context.Context, build *listing, data globs) ([]string, error) {
	there, mark := build.checklist(hasSize)
	if err := p.walkLive(ctx, nil, mark); err != nil {
		return nil, err
	}
	var missing []string
	for n, e := range build.Entries {
		if !there[n] && !data.match(e.Path) {
			missing = append(missing, e.Path)
		}
	}
	return missing, nil
}
