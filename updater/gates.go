package updater

import (
	"fmt"
	"time"

	"github.com/koshin-updater/koshin/installer"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/line"
	"github.com/koshin-updater/koshin/updater/policy"
	"github.com/koshin-updater/koshin/updater/power"
)

// GateName is one reason to act or to wait.
type GateName string

// The gates, in their order of strength (DESIGN section 7, which does not name
// policy, battery and metered). What this PC cannot do stands above what its operator
// does not want, and that above what is only better later.
//
// Battery stands beside disk space: an update that the power ends halfway is
// put right at the next start, but on a PC that its operator finds dead in the
// claim window. No floor and no wish changes that; a socket does, in a minute.
// Policy is the administrator's word, as delegated is the facility's and withdrawn
// the publisher's: it is looked at before anything is asked of the PC.
// Metered stands beside the rollout share, and like it does not count below the
// floor: money that is saved by a client that cannot send claims is not saved.
const (
	Delegated     GateName = "delegated"      // claims are sent by somebody else
	Withdrawn     GateName = "withdrawn"      // the publisher took the newest build back
	Policy        GateName = "policy"         // the administrator does not want it, or not now
	MinimumOS     GateName = "minimum-os"     // the build needs a newer system
	DiskSpace     GateName = "disk-space"     // no room for download, staging and backup
	BatteryLow    GateName = "battery"        // on battery, and not enough is left
	ClientRunning GateName = "client-running" // the client is open
	BusyLease     GateName = "busy-lease"     // the operator or the client says "not now"
	ClaimWindow   GateName = "claim-window"   // claims are being sent these days
	Held          GateName = "held"           // this build was at fault here before
	MeteredLine   GateName = "metered"        // loading costs money
	RolloutShare  GateName = "rollout-share"  // this PC's turn comes later
)

// GateVerdict is what a gate says.
type GateVerdict string

// The verdicts.
const (
	Open    GateVerdict = "open"
	Closed  GateVerdict = "closed"
	Ignored GateVerdict = "ignored" // closed, but does not stop this update
	Unknown GateVerdict = "unknown" // cannot be told on this system; does not stop
)

// Gate is one gate's verdict with its evidence.
type Gate struct {
	Name    GateName
	Verdict GateVerdict
	Reason  Note
	Until   time.Time // when the verdict will change by itself; zero where unknown
}

// Facts is everything that a decision depends on. Gathering them is the
// updater's work; deciding is pure.
type Facts struct {
	Now          time.Time
	Delegated    bool
	Window       Window
	Manifest     *manifest.Manifest
	Installed    manifest.Version // zero: none, or not known
	Present      bool             // there are files in the install folder
	OS, Arch     string
	OSVersion    manifest.Version // zero: not known
	Space        Space
	Running      []installer.Process
	RunningKnown bool
	Holds        []Hold
	Retry        bool             // the operator wants a held build tried again
	Only         manifest.Version // no other build is looked at; zero: any
	Staged       manifest.Version // stands ready on the disk already; zero: none
	Installation string           // empty: not drawn yet
	Power        power.State
	Line         line.Cost
	Busy         Busy
	Policy       policy.Product // what the administrator says of this product
}

// gates judges one candidate. Below the floor the rollout share, a metered line
// and a hold by hand do not count: a client that cannot connect must not wait
// its turn.
func (f Facts) gates(c manifest.Candidate, required bool, withdrawn Gate) []Gate {
	return []Gate{
		f.delegatedGate(),
		withdrawn,
		f.policy(c, required),
		f.minimumOS(c),
		f.diskSpace(c),
		f.battery(),
		f.clientRunning(c),
		f.busyLease(required),
		f.claimWindow(),
		f.held(c, required),
		f.metered(c, required),
		f.rollout(c, required),
	}
}

func open(name GateName) Gate { return Gate{Name: name, Verdict: Open, Reason: note(GateOpen)} }

func (f Facts) delegatedGate() Gate {
	if f.Delegated {
		return Gate{Name: Delegated, Verdict: Closed, Reason: note(GateDelegated)}
	}
	return open(Delegated)
}

func (f Facts) minimumOS(c manifest.Candidate) Gate {
	need := c.Build.MinOS
	switch {
	case need.IsZero() || (!f.OSVersion.IsZero() && !f.OSVersion.Less(need)):
		return open(MinimumOS)
	case f.OSVersion.IsZero():
		return Gate{Name: MinimumOS, Verdict: Unknown, Reason: note(GateMinOSAsk, "need", need)}
	}
	return Gate{Name: MinimumOS, Verdict: Closed, Reason: note(GateMinOS, "need", need, "have", f.OSVersion)}
}

func (f Facts) clientRunning(c manifest.Candidate) Gate {
	if !f.RunningKnown {
		return Gate{Name: ClientRunning, Verdict: Unknown, Reason: note(GateRunningAsk)}
	}
	if len(f.Running) == 0 {
		return open(ClientRunning)
	}
	if c.Package.RestartAllowed {
		// It can be made ready beside the client, and put into place later.
		return Gate{Name: ClientRunning, Verdict: Ignored, Reason: note(GateRunningOwe, "programs", installer.Names(f.Running))}
	}
	return Gate{Name: ClientRunning, Verdict: Closed, Reason: note(GateRunning, "programs", installer.Names(f.Running))}
}

func (f Facts) claimWindow() Gate {
	until, inside := f.Window.Until(f.Now)
	next := f.Window.Next(f.Now)
	switch {
	case inside && until.IsZero():
		return Gate{Name: ClaimWindow, Verdict: Closed, Reason: note(GateWindowEver)}
	case inside:
		return Gate{Name: ClaimWindow, Verdict: Closed, Until: until, Reason: note(GateWindow, "until", until)}
	case !next.IsZero():
		return Gate{Name: ClaimWindow, Verdict: Open, Until: next, Reason: note(GateWindowNext, "from", next)}
	}
	return open(ClaimWindow)
}

func (f Facts) held(c manifest.Candidate, required bool) Gate {
	for _, h := range f.Holds {
		if !h.Version.Equal(c.Build.Version) || f.Retry {
			continue
		}
		gate := Gate{Name: Held, Verdict: Closed, Reason: note(GateHeld, "version", h.Version, "reason", h.Reason)}
		if h.ByHand {
			gate.Reason.Key = GateHeldByHand
			if required {
				gate.Verdict, gate.Reason = Ignored, note(GateIgnored)
			}
		}
		return gate
	}
	return open(Held)
}

func (f Facts) rollout(c manifest.Candidate, required bool) Gate {
	if c.Build.Rollout == nil {
		return open(RolloutShare)
	}
	if f.Installation == "" && !required {
		return Gate{Name: RolloutShare, Verdict: Unknown, Reason: note(GateRolloutAsk, "percent", c.Build.Rollout.Percent)}
	}
	share := manifest.Share(f.Installation, f.Manifest.Product, c.Build.Version)
	percent := c.Build.Percent(false)
	switch {
	case share < percent:
		return open(RolloutShare)
	case share < c.Build.Percent(required):
		return Gate{Name: RolloutShare, Verdict: Ignored, Reason: note(GateIgnored)}
	}
	return Gate{Name: RolloutShare, Verdict: Closed, Reason: note(GateRollout, "percent", percent, "share", share)}
}

func megabytes(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }
