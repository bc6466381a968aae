package mend

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/koshin-updater/koshin/updater/doctor/winsettings"
)

// Fix writes a change that [Look] made. It is to be called in a process of the
// operator's own; see [Who]. What was there before is on the disk before the
// value changes. Where somebody changed the value meanwhile, nothing is written
// and the error is a [ChangedError].
func Fix(r winsettings.Registry, c Change, now time.Time) error {
	if c.Needless {
		return nil
	}
	is := winsettings.Read(r, winsettings.Tick())
	switch {
	case is.Err != nil:
		return is.Err
	case is.Found != c.Old.Found || !is.Value.Same(c.Old.Value):
		return &ChangedError{is}
	}
	rec, err := nextRecord(r, is, c.New, now)
	if err != nil {
		return err
	}
	if err := rec.write(r); err != nil {
		return err
	}
	if err := r.Write(winsettings.Tick(), c.New); err != nil {
		return fmt.Errorf("write %s: %w", winsettings.Tick(), err)
	}
	return kept(r, true, c.New)
}

// nextRecord goes on with the record of an earlier fix whose value is still
// there, so that one undo takes back both. Otherwise what is there now is
// somebody else's, and a new record begins with it.
func nextRecord(r winsettings.Registry, is winsettings.Reading, next winsettings.Value, now time.Time) (*record, error) {
	rec, err := readRecord(r)
	switch {
	case errors.Is(err, ErrUndoRecord): // nobody can use it any more
		rec = nil
	case err != nil:
		return nil, err
	}
	if rec == nil || !rec.wrote(is) || rec.found(is) || len(rec.Wrote) == maxWrote {
		rec = &record{Schema: recordSchema, Path: winsettings.Tick().String(), Old: storedValue{Present: is.Found}}
		if is.Found {
			rec.Old.Value = hold(is.Value)
		}
	}
	rec.Time = now.UTC()
	if !slices.Contains(rec.Wrote, hold(next)) {
		rec.Wrote = append(rec.Wrote, hold(next))
	}
	return rec, nil
}

// kept looks whether what was written is there: profiles are also written by
// policies and by what synchronizes them.
func kept(r winsettings.Registry, present bool, v winsettings.Value) error {
	is := winsettings.Read(r, winsettings.Tick())
	if is.Err != nil {
		return is.Err
	}
	if is.Found != present || present && !is.Value.Same(v) {
		return fmt.Errorf("%w: %s", ErrNotKept, is)
	}
	return nil
}
