package window

import (
	"errors"

	"github.com/koshin-updater/koshin/installer"
	"github.com/koshin-updater/koshin/updater"
	"github.com/koshin-updater/koshin/updater/transport"
)

// ErrNoWay: no daily run of this PC can be asked, and this user has not the
// rights to do without one.
var ErrNoWay = errors.New("no daily run is registered, and no administrator rights")

// state is what one product's finding means to its operator, the weakest first:
// the window's headline is the strongest of all products'.
type state int

const (
	stateDelegated state = iota
	stateCurrent
	stateWaits // a gate is closed, or the newest build is held
	stateUpdate
	stateRestart // an update stands ready for the restart
	stateRequired
	stateNoBuild // below the floor, and there is none for this PC
	stateTrouble // could not be checked, or not trusted
)

func stateOf(f updater.Finding) state {
	d := f.Decision
	switch {
	case f.Err != nil:
		return stateTrouble
	case d.Action == updater.ActDelegated:
		return stateDelegated
	case f.Owed != nil:
		return stateRestart
	case d.Action == updater.ActRequired:
		return stateRequired
	case d.Action == updater.ActUpdate:
		return stateUpdate
	case d.Action == updater.ActDeferred, d.Action == updater.ActHeld:
		return stateWaits
	case d.Required:
		return stateNoBuild
	}
	return stateCurrent
}

// strongest is the finding that the headline speaks of.
func (m Model) strongest() updater.Finding {
	var worst updater.Finding
	for i, f := range m.findings {
		if i == 0 || stateOf(f) > stateOf(worst) {
			worst = f
		}
	}
	return worst
}

// mayUpdate says whether 今すぐ更新する can do something for a product: it waits
// for nothing, or for nothing but what its operator can decide. That is a "not
// now" (leased), and the claim window, which yields if the installed client
// turns out to be unable to connect.
func mayUpdate(f updater.Finding) (may, leased bool) {
	if f.Err != nil {
		return false, false
	}
	switch f.Decision.Action {
	case updater.ActUpdate, updater.ActRequired:
		return true, false
	case updater.ActDeferred:
	default:
		return false, false
	}
	for _, g := range closed(f.Decision) {
		switch g.Name {
		case updater.BusyLease:
			may, leased = true, true
		case updater.ClaimWindow:
			may = may || !f.Installed.Version.IsZero()
		default:
			return false, false
		}
	}
	return may, leased
}

// mayWait says whether 後で更新する would be heard.
func mayWait(f updater.Finding) bool {
	switch f.Decision.Action {
	case updater.ActUpdate, updater.ActRequired:
	default:
		return false
	}
	for _, g := range f.Decision.Gates {
		if g.Name == updater.BusyLease && g.Verdict == updater.Ignored {
			return false
		}
	}
	below := f.Decision.Ready != nil && !*f.Decision.Ready
	// Below the floor a lease counts to its last day; Ending is that day while
	// it is near, and on the day itself there is little left to wait for.
	over := below && f.Floor != nil && f.Decision.Ending == nil && !f.Decision.At.Before(f.Floor.Since.Time())
	return f.Err == nil && !over
}

// closed are the gates that stop an update. A newest build that was withdrawn
// does not, where another stands to be installed.
func closed(d updater.Decision) (all []updater.Gate) {
	for _, g := range d.Gates {
		if g.Verdict == updater.Closed && (g.Name != updater.Withdrawn || d.Target == nil) {
			all = append(all, g)
		}
	}
	return all
}

// needsDoctor says that the release hosts could not be asked, which often has
// the cause that also stops the client.
func needsDoctor(c Checked) bool {
	lost := func(err error) bool {
		for _, network := range []error{
			transport.ErrUnreachable, transport.ErrProxy, transport.ErrTimeout, transport.ErrStatus,
			transport.ErrTLSVersion, transport.ErrHandshake, transport.ErrCertificate,
		} {
			if errors.Is(err, network) {
				return true
			}
		}
		return false
	}
	if lost(c.Err) {
		return true
	}
	for _, f := range c.Findings {
		if lost(f.Err) && !updater.IsRefusal(f.Err) {
			return true
		}
	}
	return false
}

// absent says that nothing is installed there yet.
func absent(f updater.Finding) bool {
	return f.Installed.Version.IsZero() && f.Installed.State == installer.Absent
}
