package updater

import (
	"slices"
	"time"

	"github.com/koshin-updater/koshin/manifest"
)

// Action is what check says and update does.
type Action string

// The actions.
const (
	ActNone      Action = "none"
	ActUpdate    Action = "update"    // a newer build is there
	ActRequired  Action = "required"  // the installed build is below the floor, or not known
	ActDeferred  Action = "deferred"  // a gate says wait
	ActHeld      Action = "held"      // the only newer builds were at fault here
	ActDelegated Action = "delegated" // nothing to do on this PC
)

// Decision is what to do about one product, and why.
type Decision struct {
	Action   Action
	Required bool                // below the floor, or no readable version: gates of convenience do not count
	Latest   manifest.Version    // newest build for this kind of PC; zero: none
	Floor    manifest.Version    // zero: the publisher has not named one
	Ready    *bool               // installed at or above the floor; nil: cannot be said
	Target   *manifest.Candidate // the build to install, or the one that waits
	Gates    []Gate
	At       time.Time // the moment of the decision, from which what is left is counted
	Ending   *Ending   // the installed build stops connecting soon; nil: no such day is near
}

// Decide chooses the build to install and judges every gate. It looks at the
// candidates from the newest down and takes the first that all gates let
// through, so that an optional build that waits never hides a required one
// below it.
func Decide(f Facts) Decision {
	d := Decision{Action: ActNone, At: f.Now}
	if f.Manifest.TLSReady != nil {
		d.Floor = f.Manifest.TLSReady.Version
	}
	if ready, known := f.Manifest.Ready(f.Installed); known {
		d.Ready = &ready
	}
	choice := f.Manifest.Choose(f.OS, f.Arch, f.Installed)
	d.Required = choice.Required
	d.Ending = endingOf(f.Now, d.Ready, f.Manifest.TLSReady)
	candidates := f.Manifest.Candidates(f.OS, f.Arch)
	if len(candidates) > 0 {
		d.Latest = candidates[0].Build.Version
	}
	if f.Delegated {
		d.Action, d.Gates = ActDelegated, []Gate{f.delegatedGate()}
		return d
	}
	withdrawn := f.withdrawn(d.Latest)
	for _, c := range f.worthwhile(choice) {
		gates := f.gates(c, d.Required, withdrawn)
		if d.Target == nil {
			d.Target, d.Gates = &c, gates // the newest speaks for all, unless a lower one passes
		}
		if firstClosed(gates) == nil {
			d.Target, d.Gates = &c, gates
			break
		}
	}
	d.Action = f.action(d, withdrawn)
	if d.Target == nil {
		d.Gates = []Gate{open(Delegated), withdrawn}
	}
	return d
}

// worthwhile leaves the candidates that would move this PC forward.
func (f Facts) worthwhile(c manifest.Choice) []manifest.Candidate {
	if f.Only.IsZero() {
		return c.Forward
	}
	return slices.DeleteFunc(c.Forward, func(c manifest.Candidate) bool { return !c.Build.Version.Equal(f.Only) })
}

// withdrawn says whether a build newer than all that are offered was taken
// back. It never closes for an installed build: that one stays.
func (f Facts) withdrawn(latest manifest.Version) Gate {
	for _, b := range f.Manifest.Builds {
		if b.Withdrawn == nil {
			continue
		}
		if latest.Less(b.Version) && f.Installed.Less(b.Version) || latest.IsZero() {
			return Gate{Name: Withdrawn, Verdict: Closed, Reason: note(GateWithdrawn, "version", b.Version, "reason", b.Withdrawn.Reason)}
		}
	}
	return open(Withdrawn)
}

func (f Facts) action(d Decision, withdrawn Gate) Action {
	if d.Target == nil {
		if withdrawn.Verdict == Closed {
			return ActDeferred
		}
		return ActNone
	}
	closed := firstClosed(d.Gates)
	switch {
	case closed == nil && d.Required:
		return ActRequired
	case closed == nil:
		return ActUpdate
	case closed.Name == Held:
		return ActHeld
	}
	return ActDeferred
}

// firstClosed is the strongest gate that stops, leaving out a withdrawn build
// that nobody is about to install.
func firstClosed(gates []Gate) *Gate {
	for i := range gates {
		if gates[i].Verdict == Closed && gates[i].Name != Withdrawn {
			return &gates[i]
		}
	}
	return nil
}

// onlyWindow says whether the claim window alone stops the update.
func (d Decision) onlyWindow() bool {
	closed := 0
	for _, g := range d.Gates {
		if g.Verdict == Closed && g.Name != Withdrawn {
			closed++
			if g.Name != ClaimWindow {
				return false
			}
		}
	}
	return closed == 1
}
