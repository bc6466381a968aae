package installer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/koshin-updater/koshin/manifest"
)

// Action is what a recovery did.
type Action string

// The actions.
const (
	Nothing  Action = "nothing"  // no transaction was open
	Reverted Action = "reverted" // it was not committed: the old build is back
	Finished Action = "finished" // it was committed: the new build stays
)

// Recovered is the result of a recovery.
type Recovered struct {
	Action    Action
	Direction Direction
	From, To  manifest.Version // of the interrupted transaction
	Snapshot  string           // copy of the user's data from before it, if one was made
}

// Recover ends a transaction that a kill or a power cut left open. It decides
// from the journal alone, checks every file of the build that it leaves, and
// may itself be killed and run again. [ErrDiffers] comes with a full result: the
// transaction is over, and somebody changed files of the build meanwhile. A damaged journal ([ErrJournal]) or a
// newer one ([ErrJournalSchema]) is refused and nothing is changed.
func Recover(ctx context.Context, place Place, log *slog.Logger) (Recovered, error) {
	p, err := Open(place, log)
	if err != nil {
		return Recovered{}, err
	}
	defer p.Close()
	return p.recover(ctx)
}

func (p *Product) recover(ctx context.Context) (Recovered, error) {
	journal, plan, err := openJournal(p.state(journalName), p.disk.at)
	if err != nil {
		return Recovered{}, fmt.Errorf("recover %s: %w", p.place.Product, err)
	}
	if journal == nil {
		return Recovered{Action: Nothing}, nil
	}
	p.journal = journal
	r := Recovered{Direction: plan.Direction, From: plan.From.Version, To: plan.To.Version, Snapshot: plan.Snapshot}
	t := &Transaction{product: p, plan: plan, journal: journal}
	if r.Action, err = t.recover(ctx); err != nil && !errors.Is(err, ErrDiffers) && !errors.Is(err, ErrStays) {
		return Recovered{}, fmt.Errorf("recover %s: %w", p.place.Product, err)
	}
	p.log.InfoContext(ctx, "recovered", "action", r.Action, "from", r.From, "to", r.To, "error", err)
	return r, err
}

func (t *Transaction) recover(ctx context.Context) (Action, error) {
	var err error
	if t.from, err = t.product.loadIndex(fromName, t.plan.From.Tree); err != nil {
		return "", err
	}
	if t.to, err = t.product.loadIndex(toName, t.plan.To.Tree); err != nil {
		return "", err
	}
	t.product.disk.waits.begin(wayBack())
	if t.plan.Kind == manifest.Exe {
		if len(t.to.Entries) != 1 {
			return "", fmt.Errorf("%w: a plan for one executable with %d files", ErrJournal, len(t.to.Entries))
		}
		t.product.exe, t.product.exeAlone = t.to.Entries[0].Path, true
	}
	if !t.journal.marks[committed] {
		err := t.Undo(ctx)
		if t.journal.marks[committed] {
			return Finished, err // nothing led back
		}
		return Reverted, err
	}
	if t.differs, err = t.way().verify(ctx, t.to); err != nil {
		return "", fmt.Errorf("%w: %w", ErrNotRestored, err)
	}
	if err := t.way().finish(ctx); err != nil {
		return "", fmt.Errorf("%w: %w", ErrNotRestored, err)
	}
	return Finished, t.wrap("finish", t.different())
}
