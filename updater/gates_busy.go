package updater

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/busy"
)

// Busy is what is known of the "not now" of this PC.
type Busy struct {
	Lease   busy.Lease
	Since   time.Time // when the first lease kept an update back that was renewed until today; zero: none did
	Refused bool      // what lies in the lease's place is no lease; it does not count
}

// busyLease stops until the lease ends, or the day that is stronger than it.
func (f Facts) busyLease(required bool) Gate {
	if f.Busy.Refused {
		return Gate{Name: BusyLease, Verdict: Unknown, Reason: note(GateBusyBad)}
	}
	limit, day := f.busyLimit(required)
	j := busy.Judge(f.Now, f.Busy.Lease, f.Busy.Since, limit)
	ignored := func(n Note) Gate { return Gate{Name: BusyLease, Verdict: Ignored, Reason: n} }
	switch j.Why {
	case busy.Counts:
		hours, minutes := left(f.Now, j.Until)
		return Gate{Name: BusyLease, Verdict: Closed, Until: j.Until, Reason: note(GateBusy, "until", j.Until, "hours", hours, "minutes", minutes)}
	case busy.Ahead:
		return ignored(note(GateBusyAhead))
	case busy.Renewed:
		return ignored(note(GateBusyOften, "since", f.Busy.Since))
	case busy.PastLimit:
		return ignored(note(GateBusyLimit, "day", day))
	}
	return open(BusyLease)
}

// busyLimit is the first moment at which no lease counts, and the last day on
// which one does: the manifest's deadline, and for a client that is not
// TLS-ready the last day on which it can connect. Days are Japan's.
func (f Facts) busyLimit(required bool) (limit time.Time, last manifest.Date) {
	if d := f.Manifest.Deadline; d != nil {
		limit, last = startOf(*d).AddDate(0, 0, 1), *d
	}
	if floor := f.Manifest.TLSReady; required && floor != nil {
		if since := startOf(floor.Since); limit.IsZero() || since.Before(limit) {
			limit, last = since, manifest.DateOf(floor.Since.Time().AddDate(0, 0, -1))
		}
	}
	return limit, last
}

// left is the time until a moment in whole minutes, rounded up: what is said to
// be over is over.
func left(now, until time.Time) (hours, minutes int) {
	whole := int((until.Sub(now) + time.Minute - 1) / time.Minute)
	return whole / 60, whole % 60
}

// busyFile is koshin's own note of the first of the leases that were renewed. It
// lies where no operator can write, or nobody could be held to a bound.
func (u *Updater) busyFile() string { return filepath.Join(u.options.StateDir, "busy.json") }

type busyNote struct {
	Since time.Time `json:"since"`
}

// busy reads the lease and that note. Whatever is wrong with either keeps no
// update back.
func (u *Updater) busy() Busy {
	var b Busy
	var err error
	if b.Lease, err = busy.Read(u.options.StateDir); err != nil {
		u.log.Warn("lease is refused", "error", err)
		b.Refused = true
	}
	data, err := readSmall(u.busyFile())
	var n busyNote
	if err == nil {
		err = json.Unmarshal(data, &n)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		u.log.Warn("note of the first lease is damaged", "error", err)
		n.Since = u.now().Add(-busy.Together) // as if it were used up, not as if it were new
	}
	b.Since = n.Since
	return b
}

// BusySince is what the next run is to know as [Busy].Since: the first lease
// that kept an update back, until a run that finds none.
func (f Facts) BusySince(d Decision) time.Time {
	if !f.Now.Before(f.Busy.Lease.End()) {
		return time.Time{}
	}
	for _, g := range d.Gates {
		if g.Name == BusyLease && g.Verdict == Closed && f.Busy.Since.IsZero() {
			return f.Now.UTC()
		}
	}
	return f.Busy.Since
}

// noteBusy keeps that.
func (u *Updater) noteBusy(f Facts, d Decision) error {
	since := f.BusySince(d)
	switch {
	case since.Equal(f.Busy.Since):
		return nil
	case since.IsZero():
		if err := os.Remove(u.busyFile()); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("forget the lease: %w", err)
		}
		return nil
	}
	data, err := json.Marshal(busyNote{since})
	if err == nil {
		err = u.keep(u.busyFile(), data)
	}
	if err != nil {
		return fmt.Errorf("note the lease: %w", err)
	}
	return nil
}
