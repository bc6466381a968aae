package request

import (
	"errors"
	"fmt"
	"slices"
)

// ErrCaller is a caller that is not somebody who works at this PC.
var ErrCaller = errors.New("caller is not a person at this pc")

// Caller is who is at the other end, as Windows knows it.
type Caller struct {
	SID    string
	Groups []string // security identifiers
	Known  bool     // it let itself be identified
}

// Of the "well-known SIDs" in the documentation of Windows.
const (
	sidAnonymous = "S-1-5-7"
	sidNetwork   = "S-1-5-2" // signed in from another PC
	sidGuests    = "S-1-5-32-546"
)

// check refuses who is nobody, a guest, or elsewhere. Windows has turned remote
// callers away already.
func (c Caller) check() error {
	switch {
	case !c.Known || c.SID == "" || c.SID == sidAnonymous:
		return fmt.Errorf("%w: nobody", ErrCaller)
	case slices.Contains(c.Groups, sidNetwork):
		return fmt.Errorf("%w: from another pc", ErrCaller)
	case slices.Contains(c.Groups, sidGuests):
		return fmt.Errorf("%w: a guest", ErrCaller)
	}
	return nil
}
