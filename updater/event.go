package updater

import (
	"time"

	"github.com/koshin-updater/koshin/installer"
	"github.com/koshin-updater/koshin/manifest"
)

// Phase is one step of an update, in the order of the package's doc.
type Phase string

// The phases.
const (
	PhaseRecover  Phase = "recover"
	PhaseDetect   Phase = "detect"
	PhaseTrust    Phase = "trust"
	PhaseGates    Phase = "gates"
	PhaseBaseline Phase = "baseline"
	PhaseDownload Phase = "download"
	PhaseVerify   Phase = "verify"
	PhaseStage    Phase = "stage"
	PhaseRehearse Phase = "rehearse"
	PhaseBackUp   Phase = "back-up"
	PhaseSwap     Phase = "swap"
	PhaseConfirm  Phase = "confirm"
	PhaseCommit   Phase = "commit"
	PhaseRollBack Phase = "roll-back"
	PhaseRecord   Phase = "record"
)

// Event is one moment of an update. The terminal, the log and the window all
// read the same events.
type Event struct {
	Seq     int64 // from 1 within one run
	Time    time.Time
	Phase   Phase
	Product manifest.ProductID
	Bytes   int64 // done so far, where the phase counts bytes
	Total   int64 // of that many; 0 where it does not
	Note    Note
}

// say sends an event to whoever listens.
func (u *Updater) say(e Event) {
	u.seq++
	e.Seq, e.Time = u.seq, u.now()
	if u.options.Events != nil {
		u.options.Events(e)
	}
}

// phase announces the beginning of a phase.
func (u *Updater) phase(p manifest.ProductID, phase Phase, n Note) {
	u.at = phase
	u.log.Info("phase", "product", p, "phase", phase)
	u.say(Event{Phase: phase, Product: p, Note: n})
}

// waiting says that a file is in use and is being waited for.
func (u *Updater) waiting(p manifest.ProductID) func(path string, holders []installer.Process) {
	return func(path string, holders []installer.Process) {
		u.log.Info("waiting for a file in use", "product", p, "path", path, "programs", installer.Names(holders))
		n := note(NoteWaiting, "file", path)
		if len(holders) > 0 {
			n = note(NoteWaitingFor, "file", path, "programs", installer.Names(holders))
		}
		u.say(Event{Phase: u.at, Product: p, Note: n})
	}
}

// minStep is the least number of bytes between two events of one phase: enough
// for a smooth bar, and a few hundred lines in the event file at the most.
const minStep = 256 << 10

// counter reports bytes of a phase as they pass, the first and the last always.
func (u *Updater) counter(p manifest.ProductID, phase Phase, n Note) func(done, total int64) {
	next := int64(0)
	return func(done, total int64) {
		if done < next && done != total {
			return
		}
		next = done + max(minStep, total/200)
		u.say(Event{Phase: phase, Product: p, Bytes: done, Total: total, Note: n})
	}
}
