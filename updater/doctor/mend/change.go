package mend

import (
	"fmt"

	"github.com/koshin-updater/koshin/updater/doctor/winsettings"
)

// Choice is what somebody said about SSL 2.0.
type Choice string

// The choices. With Ask nothing is changed where it matters: [ErrSSL2].
const (
	Ask   Choice = ""
	Clear Choice = "clear" // take SSL 2.0 out
	Keep  Choice = "keep"  // leave it in, which may still keep TLS 1.2 out
)

// Change is what would be written. It is always the operator's own value.
type Change struct {
	Old winsettings.Reading // of the operator's own place; it may not be there
	New winsettings.Value
	// From is the value whose bits are taken over: Old, or where there is none
	// the PC's.
	From     winsettings.Reading
	Was, Is  winsettings.Protocols
	ClearsV2 bool // SSL 2.0 is taken out
	Needless bool // nothing is to be written
}

// Look says what to write so that TLS 1.2 is ticked, with no other bit touched
// and the type kept (DOMAIN section 2). It reads nothing and changes nothing.
// Where all is well already, the Change is needless. Where the PC's own value is
// well in one view only, it becomes the operator's, which counts in both. It
// fails with a
// [PolicyError], [ErrSSL2], a [ValueError], [ErrDefault], or with what kept the
// value from being read.
func Look(s winsettings.SecureProtocols, ssl2 Choice) (Change, error) {
	c := Change{Old: winsettings.Reading{Place: winsettings.Tick()}, From: s.Effective, Was: s.Protocols, Is: s.Protocols, Needless: true}
	for _, reading := range s.Readings {
		if reading.Place == winsettings.Tick() {
			c.Old = reading
		}
	}
	if s.Standing == winsettings.ByDefault || s.Standing == winsettings.On && len(s.Shadowed) == 0 {
		return c, nil
	}
	switch {
	case s.Effective.Err != nil:
		return c, s.Effective.Err
	case s.Policy():
		return c, &PolicyError{s.Effective.Place}
	case s.Standing == winsettings.Malformed:
		return c, &ValueError{s.Effective}
	case s.Standing == winsettings.Unknown:
		return c, ErrDefault
	case s.Protocols&winsettings.SSL2 != 0 && ssl2 == Ask:
		return c, fmt.Errorf("%w: %s", ErrSSL2, s.Effective)
	}
	c.Is |= winsettings.TLS12
	if ssl2 == Clear {
		c.ClearsV2 = c.Is&winsettings.SSL2 != 0
		c.Is &^= winsettings.SSL2
	}
	if c.Is == c.Was && len(s.Shadowed) == 0 {
		return c, nil
	}
	kind := winsettings.TypeNumber
	if c.Old.Found {
		kind = c.Old.Value.Type
	}
	c.New, c.Needless = winsettings.NumberAs(kind, uint32(c.Is)), false
	return c, nil
}
