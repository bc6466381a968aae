package installer

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/koshin-updater/koshin/manifest"
)

// Schemas of a journal that may be written; see [Place].
const (
	AnyJournal    = 0 // the newest that this koshin knows
	OldestJournal = 1 // what every koshin can recover: plans of kind tree only
)

// ErrJournalHeld is a build whose journal an older koshin could not read, while
// an older koshin may still have to. It can be installed once koshin's own
// update is complete.
var ErrJournalHeld = errors.New("an older koshin could not recover this kind of build")

// MayJournal says whether a plan for builds of this kind may be done here now.
func (p Place) MayJournal(kind manifest.Kind) error {
	if p.Journal == AnyJournal || journalSchema(kind) == journalSchema1 {
		return nil
	}
	return fmt.Errorf("%s of kind %s: %w", p.Product, kind, ErrJournalHeld)
}

// Unfinished says whether a transaction is open at a place, and whether the new
// build stays in any case. It changes nothing.
func Unfinished(place Place) (open, committedAlready bool, err error) {
	p := &Product{place: place}
	data, err := readAtMost(p.state(journalName), maxJournal)
	if errors.Is(err, fs.ErrNotExist) {
		return false, false, nil
	}
	if err != nil {
		return true, false, fmt.Errorf("%w: %w", ErrJournal, err)
	}
	_, lines, _, err := readJournal(data)
	for _, l := range lines {
		committedAlready = committedAlready || l.Mark == committed
	}
	return true, committedAlready, err
}
