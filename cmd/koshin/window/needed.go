package window

import (
	"slices"

	"github.com/koshin-updater/koshin/cmd/internal/exitcode"
	"github.com/koshin-updater/koshin/updater"
)

// Attention is why the window shows itself when somebody signs in.
type Attention string

// The reasons, the strongest first.
const (
	NoAttention     Attention = ""
	DeadlineIsNear  Attention = "deadline" // a client is not TLS-ready, and the day is near or past
	UpdateFailed    Attention = "failed"   // the last daily run did
	RestartIsWanted Attention = "restart"  // an update stands ready for it
)

// Seen is what is known at sign-in without the network and without rights.
type Seen struct {
	Delegated bool
	Products  []updater.Status
	LastRun   *updater.Run // nil: there was none
	Postponed bool         // somebody said "not now", and it counts
}

// urgent is how many days before a client stops connecting a "not now" keeps
// nobody from being told: a working week, and the weekend before it.
const urgent = 7

// Needed says whether the window has to show itself. An operator is not called
// for what koshin does by itself, nor for what only time changes; one who said
// "not now" is called for nothing but a failure and the last days.
func Needed(s Seen) Attention {
	if s.Delegated {
		return NoAttention
	}
	waits := false
	for _, p := range s.Products {
		switch {
		case p.Over:
			return DeadlineIsNear
		case p.Ending != nil && (!s.Postponed || p.Ending.Days <= urgent):
			return DeadlineIsNear
		}
		waits = waits || p.Owed != nil
	}
	switch {
	case s.LastRun != nil && failed(exitcode.Code(s.LastRun.Code)):
		return UpdateFailed
	case waits && !s.Postponed:
		return RestartIsWanted
	}
	return NoAttention
}

// failed are the ends of a daily run that somebody should know of. Not one: a
// client that was open, another koshin, a gate, or a PC that was switched off.
func failed(c exitcode.Code) bool {
	return slices.Contains([]exitcode.Code{
		exitcode.Failed, exitcode.Usage, exitcode.Refused, exitcode.RolledBack, exitcode.Unconfirmed, exitcode.NotAdmin,
	}, c)
}
