package updater

import (
	"time"

	"github.com/koshin-updater/koshin/manifest"
)

// policy is what the administrator says: whether anything is installed, no newer
// than what, and in which hours not. A word that cannot be read keeps nothing
// back, and is named.
func (f Facts) policy(c manifest.Candidate, required bool) Gate {
	said := []Gate{f.policyInstall(), f.policyTarget(c, required), f.policyHours(required), f.policyFault()}
	for _, v := range []GateVerdict{Closed, Ignored, Unknown} {
		for _, g := range said {
			if g.Verdict == v {
				return g
			}
		}
	}
	return f.policyHours(required)
}

func policyGate(v GateVerdict, n Note, until time.Time) Gate {
	return Gate{Name: Policy, Verdict: v, Reason: n, Until: until}
}

func (f Facts) policyInstall() Gate {
	if install := f.Policy.Install; install.Set() && !install.Value {
		return policyGate(Closed, note(GatePolicyOff, "path", install.From), time.Time{})
	}
	return open(Policy)
}

// policyTarget keeps newer builds back. A target below the floor does not count
// for a client that is below it too: that is a word from before the floor, and a
// client that cannot connect is of no use to anybody. Who really wants none says
// InstallAllowed.
func (f Facts) policyTarget(c manifest.Candidate, required bool) Gate {
	target := f.Policy.Target
	if !target.Set() || !target.Value.Less(c.Build.Version) {
		return open(Policy)
	}
	if floor := f.Manifest.TLSReady; required && floor != nil && target.Value.Less(floor.Version) {
		return policyGate(Ignored, note(GatePolicyLow, "version", target.Value, "floor", floor.Version, "path", target.From), time.Time{})
	}
	return policyGate(Closed, note(GatePolicyPin, "version", target.Value, "path", target.From), time.Time{})
}

// policyHours is a convenience like the operator's "not now". Below the floor it
// ends with the same days: a PC that is off in the other hours would never be
// updated.
func (f Facts) policyHours(required bool) Gate {
	hours := f.Policy.Suppressed
	if !hours.Set() {
		return open(Policy)
	}
	until, inside := hours.Value.Until(f.Now)
	if !inside {
		next := hours.Value.Next(f.Now)
		return policyGate(Open, note(GatePolicyNext, "hours", hours.Value, "from", next), next)
	}
	var limit time.Time
	var day manifest.Date
	if required {
		limit, day = f.busyLimit(required)
	}
	if !limit.IsZero() && !f.Now.Before(limit) {
		return policyGate(Ignored, note(GatePolicyPast, "day", day, "path", hours.From), time.Time{})
	}
	if !limit.IsZero() && limit.Before(until) {
		until = limit
	}
	return policyGate(Closed, note(GatePolicyNow, "hours", hours.Value, "until", until, "path", hours.From), until)
}

func (f Facts) policyFault() Gate {
	if faults := f.Policy.Faults; len(faults) > 0 {
		return policyGate(Unknown, note(GatePolicyBad, "path", faults[0].Path), time.Time{})
	}
	return open(Policy)
}
