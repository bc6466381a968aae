package mend

import (
	"errors"
	"fmt"
	"time"

	"github.com/koshin-updater/koshin/updater/doctor/winsettings"
)

// Errand is one thing to do in the operator's own process. What it can say is a
// closed list of words: SYSTEM sends it into the session, and there is nothing
// in it that names a place or a value.
type Errand struct {
	Do   Deed   `json:"do"`
	SSL2 Choice `json:"ssl2"` // of a fix
}

// Deed is what an errand is about.
type Deed string

// The deeds. Those that look change nothing.
const (
	ReadProfile Deed = "read" // the user's part of all settings
	LookToFix   Deed = "look"
	DoFix       Deed = "fix"
	LookToUndo  Deed = "look-back"
	DoUndo      Deed = "undo"
)

// ErrErrand is an errand with a word that is none.
var ErrErrand = errors.New("no such errand")

// Run does an errand for the user of this process. Whether that is the operator
// is what [Who.Way] says.
func (pc PC) Run(e Errand, now time.Time) (Result, error) {
	if e.SSL2 != Ask && e.SSL2 != Clear && e.SSL2 != Keep {
		return Result{}, fmt.Errorf("%w: ssl2 %q", ErrErrand, e.SSL2)
	}
	switch e.Do {
	case ReadProfile:
		return Result{Outcome: Unchanged, Profile: winsettings.ReadProfile(pc.Registry, pc.Kernel)}, nil
	case LookToFix:
		c, err := pc.look(e.SSL2)
		return fixed(c), err
	case DoFix:
		return pc.fix(e.SSL2, now)
	case LookToUndo:
		back, err := LookBack(pc.Registry)
		return returned(back), err
	case DoUndo:
		return pc.undo()
	}
	return Result{}, fmt.Errorf("%w: %q", ErrErrand, e.Do)
}
