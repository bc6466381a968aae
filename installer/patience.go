package installer

import (
	"context"
	"errors"
	"time"
)

// patience is how long files in use are waited for. A virus scanner lets go
// within a second or two; a person at work does not, and is asked instead.
type patience struct {
	each time.Duration // one file
	all  time.Duration // all files of one way together: 20,000 files must not wait one by one
}

// forward is the patience of staging, swapping and clearing up: giving up costs
// nothing but another try.
func forward() patience { return patience{each: 5 * time.Second, all: 30 * time.Second} }

// wayBack is that of an undo and a recovery, which should rather take a while
// than leave a client half way.
func wayBack() patience { return patience{each: 15 * time.Second, all: 2 * time.Minute} }

const (
	pause = 50 * time.Millisecond  // between two tries
	quiet = 500 * time.Millisecond // after which somebody is told what is waited for
)

// waits are the waits of one product for files in use.
type waits struct {
	patience
	spent   time.Duration
	passes  func(error) bool                                 // may it go away by itself?
	holders func(ctx context.Context, name string) []Process // who has it open
	tell    func(name string, holders []Process)             // nil: nobody listens
	path    func(name string) string                         // of the system
}

// begin starts one way with a full purse.
func (w *waits) begin(p patience) { w.patience, w.spent = p, 0 }

// retry does something to a file, again and again while that is in use, within
// limits. The first half second passes silently; then it says what it waits for.
func (w *waits) retry(ctx context.Context, name string, do func() error) error {
	err := do()
	if err == nil || !w.passes(err) {
		return err
	}
	begun := time.Now()
	var holders []Process
	for told := false; ; {
		waited := time.Since(begun)
		if waited >= min(w.each, w.all-w.spent) {
			w.spent += waited
			break
		}
		if !told && waited >= quiet {
			told, holders = true, w.say(ctx, name)
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-time.After(pause):
		}
		if err = do(); err == nil || !w.passes(err) {
			w.spent += time.Since(begun)
			return err
		}
	}
	if len(holders) == 0 {
		holders = w.holders(ctx, name)
	}
	return &InUseError{Path: w.path(name), Holders: holders, Err: err}
}

func (w *waits) say(ctx context.Context, name string) []Process {
	holders := w.holders(ctx, name)
	if w.tell != nil {
		w.tell(w.path(name), holders)
	}
	return holders
}
