package window

import (
	"time"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater"
)

// run is the update that is followed.
type run struct {
	last  Event // the newest
	begun bool  // there was one
	pace  []point
	now   time.Time
	open  bool // the disk is between two builds
}

// point is how far one phase was at a moment.
type point struct {
	at    time.Time
	bytes int64
}

// The bounds of the time that is left. A rate is taken over the last while, so
// that a line that became slower is seen soon; before there is enough of it, and
// where nothing has moved for some seconds, nobody knows.
const (
	paceOver  = 20 * time.Second
	paceLeast = 2 * time.Second
	paceStale = 10 * time.Second
	paceMost  = 24 * time.Hour
)

// follow takes an event in. Events of another phase or product begin a new pace,
// and so do bytes that go back: a download that began anew.
func (r run) follow(e Event) run {
	fresh := !r.begun || e.Phase != r.last.Phase || e.Product != r.last.Product || e.Bytes < r.last.Bytes || e.Time.Before(r.last.Time)
	if fresh {
		r.pace = nil
	}
	if e.Total > 0 {
		kept := make([]point, 0, len(r.pace)+1)
		for i, p := range r.pace {
			// The newest point that is old enough stays as the beginning.
			if i+1 < len(r.pace) && e.Time.Sub(r.pace[i+1].at) >= paceOver {
				continue
			}
			kept = append(kept, p)
		}
		r.pace = append(kept, point{e.Time, e.Bytes})
	}
	r.open = r.changing(e)
	r.last, r.begun, r.now = e, true, e.Time
	return r
}

// left is how long the phase takes yet, by its events' bytes and times.
func (r run) left() (time.Duration, bool) {
	if len(r.pace) < 2 || r.last.Total <= r.last.Bytes {
		return 0, false
	}
	first, last := r.pace[0], r.pace[len(r.pace)-1]
	over, moved := last.at.Sub(first.at), last.bytes-first.bytes
	if over < paceLeast || moved <= 0 || r.now.Sub(last.at) > paceStale {
		return 0, false
	}
	seconds := float64(r.last.Total-r.last.Bytes) * over.Seconds() / float64(moved)
	if seconds > paceMost.Seconds() {
		return 0, false
	}
	// What has passed since the last event has been waited already.
	left := time.Duration(seconds*float64(time.Second)) - max(0, r.now.Sub(last.at))
	return max(0, left), true
}

// percent of the phase that is done; -1 where it does not count bytes.
func (r run) percent() int {
	if r.last.Total <= 0 {
		return -1
	}
	return int(100 * (float64(min(r.last.Bytes, r.last.Total)) / float64(r.last.Total)))
}

// changing says whether the disk is between two builds after this event: from
// the backup until the new build is confirmed and kept, or the old one is back.
// Whatever happens is put right at the next start, but nobody should find that
// out on the last day of a claim window.
func (r run) changing(e Event) bool {
	switch e.Phase {
	case updater.PhaseBackUp, updater.PhaseSwap, updater.PhaseRollBack:
		return true
	case updater.PhaseConfirm, updater.PhaseCommit: // of what was swapped, or of what is only asked again
		return r.open
	}
	return false
}

// of is the product that is worked on; "" before the first event.
func (r run) of() manifest.ProductID { return r.last.Product }

// bar is the progress as it is drawn.
func (w Words) bar(r run) *Progress {
	if !r.begun {
		return &Progress{Percent: -1, Text: w.say("window-asking")}
	}
	p := &Progress{Percent: r.percent(), Text: plain(w.text(r.last.Message), maxText)}
	if p.Percent >= 0 {
		p.Text = w.say("window-percent", "text", p.Text, "percent", p.Percent)
	}
	switch left, known := r.left(); {
	case known && left <= time.Minute:
		p.Left = w.say("window-left-soon")
	case known:
		p.Left = w.say("window-left", "left", w.left(left))
	}
	return p
}
