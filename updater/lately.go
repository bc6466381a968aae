package updater

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/koshin-updater/koshin/installer/protect"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/confirm"
)

// Lately is what the last runs found out about a product, for whoever looks
// afterwards or from elsewhere. It has codes and moments only: no words, no
// paths, and nothing of the people at this PC.
type Lately struct {
	Decided   *LatelyDecided   `json:"decided,omitempty"`   // nil: no source was ever asked
	Confirmed *LatelyConfirmed `json:"confirmed,omitempty"` // nil: never asked
	Ended     *LatelyEnded     `json:"ended,omitempty"`     // nil: no run has ended
}

// LatelyDecided is what was to be done, of the last run that could ask a source.
type LatelyDecided struct {
	Time      time.Time        `json:"time"`
	Installed manifest.Version `json:"installed,omitzero"` // that it was about; zero: none, or not known
	Latest    manifest.Version `json:"latest,omitzero"`    // zero: none
	Action    Action           `json:"action"`
	LastDay   *manifest.Date   `json:"last_day,omitempty"` // of the installed build, where it is near
	Gates     []LatelyGate     `json:"gates"`              // that are closed
}

// LatelyGate is one of its gates.
type LatelyGate struct {
	Name    GateName    `json:"name"`
	Verdict GateVerdict `json:"verdict"`
	Until   time.Time   `json:"until,omitzero"`
}

// LatelyConfirmed is the last proof of connectivity.
type LatelyConfirmed struct {
	Time    time.Time       `json:"time"`
	Verdict confirm.Verdict `json:"verdict"`
	Reason  confirm.Reason  `json:"reason"`
}

// LatelyEnded is how the last run ended.
type LatelyEnded struct {
	Time    time.Time `json:"time"`
	Verb    string    `json:"verb"`
	Outcome Outcome   `json:"outcome,omitempty"` // of a check: none
	Error   string    `json:"error,omitempty"`   // its code, such as "disk-full"
}

type latelyRecord struct {
	Schema string `json:"schema"`
	Lately
}

const latelySchema = "koshin/lately/1"

func (u *Updater) latelyFile(p manifest.ProductID) string {
	return filepath.Join(u.options.StateDir, "lately", string(p)+".json")
}

// Lately is what the last runs found out. One that is damaged or was written by
// a later koshin is no more than not known: the next run writes it anew.
func (u *Updater) Lately(p manifest.ProductID) Lately {
	var r latelyRecord
	data, err := readSmall(u.latelyFile(p))
	if errors.Is(err, fs.ErrNotExist) {
		return Lately{}
	}
	if err == nil {
		err = json.Unmarshal(data, &r)
	}
	if err == nil && r.Schema != latelySchema {
		err = fmt.Errorf("schema %q", r.Schema)
	}
	if err != nil {
		u.log.Warn("what the last runs found out cannot be read", "product", p, "error", err)
		return Lately{}
	}
	return r.Lately
}

// RememberFinding keeps what a check found, with the code of its error. Who may
// not write in the state folder has nothing kept; no run fails by this.
func (u *Updater) RememberFinding(f Finding, fault string) {
	l := u.Lately(f.Product.ID)
	if f.Err == nil {
		l.Decided = u.decided(f.Decision, f.Installed.Version)
	}
	l.Ended = &LatelyEnded{Time: u.moment(), Verb: "check", Error: fault}
	u.keepLately(f.Product.ID, l)
}

// RememberReport is the same for what update, confirm, rollback or recover did.
func (u *Updater) RememberReport(verb string, r Report, fault string) {
	l := u.Lately(r.Product)
	ended := &LatelyEnded{Time: u.moment(), Verb: verb, Outcome: r.Outcome, Error: fault}
	if r.DryRun {
		ended.Verb, ended.Outcome = "check", ""
	}
	switch {
	case r.Outcome == RolledBack || verb == "rollback" && r.Err == nil:
		l.Decided = nil // what follows from it, the next check says
	case r.Outcome == Updated && r.Err == nil:
		l.Decided = u.decided(Decision{Action: ActNone, Latest: r.To}, r.To)
	case r.Decision.Action != "":
		l.Decided = u.decided(r.Decision, r.From)
	}
	if c := u.confirmedBy(verb, r); c != nil {
		l.Confirmed = c
	}
	l.Ended = ended
	u.keepLately(r.Product, l)
}

// confirmedBy is what the run proved of the build that stands there now; nil:
// nothing.
func (u *Updater) confirmedBy(verb string, r Report) *LatelyConfirmed {
	proof := r.After
	if proof == nil && r.Outcome != Updated && r.Outcome != RolledBack {
		proof = r.Before // the update did not come about
	}
	if proof == nil {
		return nil
	}
	c := &LatelyConfirmed{Time: u.moment(), Verdict: proof.Verdict, Reason: proof.Reason}
	if verb == "confirm" && r.Err != nil && c.Verdict == confirm.Confirmed {
		c.Verdict = confirm.Partial // the hosts answer, but the client is not whole
	}
	if proof == r.After && r.Judgement != nil && r.Fault == nil {
		c.Reason = r.Judgement.Reason
	}
	return c
}

func (u *Updater) moment() time.Time { return u.now().UTC().Truncate(time.Second) }

func (u *Updater) decided(d Decision, installed manifest.Version) *LatelyDecided {
	one := &LatelyDecided{Time: u.moment(), Installed: installed, Latest: d.Latest, Action: d.Action, Gates: []LatelyGate{}}
	if d.Ending != nil {
		one.LastDay = &d.Ending.LastDay
	}
	for _, g := range d.Gates {
		if g.Verdict == Closed {
			one.Gates = append(one.Gates, LatelyGate{g.Name, g.Verdict, g.Until})
		}
	}
	return one
}

// keepLately writes without the lock: of two runs that end at once, the later
// one's word is as good as any.
func (u *Updater) keepLately(p manifest.ProductID, l Lately) {
	if u.options.Look {
		return
	}
	data, err := json.MarshalIndent(latelyRecord{latelySchema, l}, "", "  ")
	if err == nil {
		err = protect.Make(filepath.Dir(u.latelyFile(p)), protect.Everyone)
	}
	if err == nil {
		err = u.keep(u.latelyFile(p), data)
	}
	if err != nil && !errors.Is(err, fs.ErrPermission) { // an operator's run
		u.log.Warn("what this run found out was not kept", "product", p, "error", err)
	}
}
