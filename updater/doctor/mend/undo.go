package mend

import (
	"fmt"

	"github.com/koshin-updater/koshin/updater/doctor/winsettings"
)

// Return is what an undo would do.
type Return struct {
	Now  winsettings.Reading // what is there
	Then winsettings.Reading // what was there before koshin changed it, maybe nothing
	// Needless: there is nothing to take back, or it is back already. The
	// record, if there is one, is dropped all the same.
	Needless bool
	recorded bool
}

// LookBack says what an undo would do, and changes nothing. Where somebody else
// changed the value since, the error is a [ChangedError]: what is there is
// neither what koshin found nor what it wrote, so it is not koshin's to touch.
func LookBack(r winsettings.Registry) (Return, error) {
	rec, err := readRecord(r)
	if err != nil {
		return Return{}, err
	}
	back := Return{Now: winsettings.Read(r, winsettings.Tick()), Needless: true}
	if back.Now.Err != nil {
		return back, back.Now.Err
	}
	back.Then = back.Now
	if rec == nil {
		return back, nil
	}
	back.recorded = true
	back.Then = winsettings.Reading{Place: winsettings.Tick(), Found: rec.Old.Present}
	if rec.Old.Present {
		if back.Then.Value, err = rec.Old.Value.value(); err != nil {
			return back, err
		}
	}
	switch {
	case rec.found(back.Now): // cut off, or done before
		return back, nil
	case !rec.wrote(back.Now):
		return back, &ChangedError{back.Now}
	}
	back.Needless = false
	return back, nil
}

// Undo puts back what [Fix] found: value, type, or that there was none. It can
// be repeated, and it can follow a fix or an undo that was cut off anywhere. It
// is to be called in a process of the operator's own; see [Who].
func Undo(r winsettings.Registry) (Return, error) {
	back, err := LookBack(r)
	if err != nil {
		return back, err
	}
	if !back.Needless {
		if err := restore(r, back.Then); err != nil {
			return back, err
		}
	}
	if back.recorded { // last, so that a cut before it only means to do it again
		if err := r.Delete(recordPlace()); err != nil {
			return back, fmt.Errorf("drop the record: %w", err)
		}
	}
	return back, nil
}

func restore(r winsettings.Registry, then winsettings.Reading) error {
	var err error
	if then.Found {
		err = r.Write(winsettings.Tick(), then.Value)
	} else {
		err = r.Delete(winsettings.Tick())
	}
	if err != nil {
		return fmt.Errorf("put back %s: %w", winsettings.Tick(), err)
	}
	return kept(r, then.Found, then.Value)
}
