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

// patiently does something to one of koshin's own files, and waits while another
// program holds that, as for a file of the client.
func (p *Product) patiently(ctx context.Context, file string, do func() error) error {
	w := p.disk.waits
	w.forOwnFile()
	err := w.retry(ctx, file, do)
	p.disk.waits.spent = w.spent
	return err
}

// Patiently does something to a file of koshin's own, given as a path of the
// system, and does it again while that is [ErrInUse]: for at most five seconds,
// after half a second of which tell, if any, hears who holds it. Then it is an
// [*InUseError].
func Patiently(ctx context.Context, file string, tell func(path string, holders []Process), do func() error) error {
	w := waits{patience: forward(), tell: tell}
	w.forOwnFile()
	return w.retry(ctx, file, do)
}

// forOwnFile makes them those for one file that goes by its path of the system.
// What else is denied there is a lack of rights, and waiting would not help.
func (w *waits) forOwnFile() {
	w.passes = func(err error) bool { return errors.Is(err, ErrInUse) }
	w.path = func(name string) string { return name }
	w.holders = func(ctx context.Context, name string) []Process {
		found, _ := Holders(ctx, name) // nobody is named where nobody can be seen
		return found
	}
}

func (w *waits) say(ctx context.Context, name string) []Process {
	holders := w.holders(ctx, name)
	if w.tell != nil {
		w.tell(w.path(name), holders)
	}
	return holders
}
