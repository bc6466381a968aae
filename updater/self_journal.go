package updater

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/koshin-updater/koshin/installer"
	"github.com/koshin-updater/koshin/manifest"
)

// othersSettled refuses to go on while a product's transaction is open,
// configured or not.
func (u *Updater) othersSettled() error {
	entries, err := os.ReadDir(filepath.Join(u.options.StateDir, "products"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, e := range entries {
		id := manifest.ProductID(e.Name())
		if id == SelfID {
			continue
		}
		open, _, err := installer.Unfinished(installer.Place{Product: id, State: u.productState(id)})
		if open || err != nil {
			return errors.Join(fmt.Errorf("%w: of %s", installer.ErrInterrupted, id), err)
		}
	}
	return nil
}

// ownState is what decides how far this koshin may go beyond the one before it.
type ownState struct {
	record    *selfRecord      // nil: there never was a copy
	open      bool             // its own transaction is
	committed bool             // and the new koshin stays
	inPlace   bool             // this program is the one that the record names
	running   manifest.Version // this program; zero: not known
}

func (u *Updater) ownState() (ownState, error) {
	own := ownState{running: u.options.Self.Version}
	var err error
	if own.record, err = u.selfRecord(); err != nil || own.record == nil {
		return own, err
	}
	own.inPlace = own.record.Executable == u.options.Self.Executable
	place := installer.Place{Product: SelfID, Dir: filepath.Dir(own.record.Executable), State: u.productState(SelfID)}
	own.open, own.committed, err = installer.Unfinished(place)
	return own, err
}

// stale says whether the copy is of another koshin than this one, which has been
// committed.
func (s ownState) stale() bool {
	return s.record != nil && !s.open && s.inPlace && !s.running.IsZero() && !s.record.Rescue.Equal(s.running)
}

// newestJournal is the newest schema in which this run may write journals. As
// long as an older koshin may have to recover what this one leaves, because this
// one is not committed or because the copy is still the older one, that is the
// first.
func newestJournal(s ownState) int {
	if s.open && !s.committed || s.stale() {
		return installer.OldestJournal
	}
	return installer.AnyJournal
}

// mayJournal defers what would need a newer journal than this run may write.
func (j *job) mayJournal(kind manifest.Kind) error {
	err := j.place(j.product).MayJournal(kind)
	if err != nil {
		j.report.Outcome = Deferred
	}
	return err
}
