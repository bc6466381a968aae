package updater

import (
	"context"
	"errors"

	"github.com/koshin-updater/koshin/installer"
	"github.com/koshin-updater/koshin/manifest"
)

// Status is what is known about a product without asking anybody.
type Status struct {
	Product   Product
	Title     manifest.Text
	Installed installer.Installed
	Previous  manifest.Version // zero: none is kept
	Floor     manifest.Version // of the manifest accepted last; zero: not known
	Ready     *bool            // installed at or above the floor; nil: cannot be said
	Ending    *Ending          // it stops connecting soon, by that manifest; nil: no such day is near
	Over      bool             // that day is past
	Holds     []Hold
	Owed      *Owed // what waits for the restart; nil: nothing
	Lately    Lately
	Err       error
}

// Status reads this PC only.
func (u *Updater) Status(ctx context.Context, products []Product) []Status {
	var all []Status
	for _, p := range products {
		all = append(all, u.status(ctx, p))
	}
	return all
}

func (u *Updater) status(ctx context.Context, p Product) Status {
	m, err := u.lastManifest(p)
	return u.statusBy(ctx, p, m, err)
}

// statusBy reads the product by this manifest, or says why there is none.
func (u *Updater) statusBy(ctx context.Context, p Product, m *manifest.Manifest, noManifest error) Status {
	s := u.statusBut(ctx, p, m, noManifest)
	s.Lately = u.Lately(p.ID)
	var err error
	s.Owed, err = u.owedStatus(p.ID)
	s.Err = errors.Join(s.Err, err)
	return s
}

// statusBut is all but what waits for the restart.
func (u *Updater) statusBut(ctx context.Context, p Product, m *manifest.Manifest, noManifest error) Status {
	s := Status{Product: p, Holds: u.holds(p.ID)}
	inst, err := installer.Open(u.place(p), u.log)
	if err != nil {
		s.Err = err
		return s
	}
	defer inst.Close() //nolint:errcheck // holds only a folder's handle
	switch {
	case noManifest == nil:
		s.Title = m.Title
		s.Installed, s.Err = u.detect(ctx, inst, m)
		if m.TLSReady != nil {
			s.Floor = m.TLSReady.Version
		}
		if ready, known := m.Ready(s.Installed.Version); known {
			s.Ready = &ready
		}
		s.Ending, s.Over = endingOf(u.now(), s.Ready, m.TLSReady), over(u.now(), s.Ready, m.TLSReady)
	case errors.Is(noManifest, ErrNeverChecked):
		s.Installed, s.Err = inst.Detect(ctx, recordRule())
	default:
		s.Err = noManifest
	}
	previous, err := inst.Previous()
	if previous != nil {
		s.Previous = previous.Version
	}
	s.Err = errors.Join(s.Err, err)
	return s
}

// Installation is this PC's random name, by which a rollout places it and a
// report tells it from another PC of the same name. It is made with the first
// check or update; before, and where this user may make none, it is "".
func (u *Updater) Installation() string {
	id, err := u.installation()
	if err != nil {
		return ""
	}
	return id
}

// OSVersion is this system's version; zero where it is not known.
func OSVersion() manifest.Version { return osVersion() }
