package updater

import (
	"context"
	"runtime"
	"time"

	"github.com/koshin-updater/koshin/installer"
	"github.com/koshin-updater/koshin/manifest"
)

// Subject is one product as the doctor is told of it: its status, and what the
// manifest says about proving that it connects.
type Subject struct {
	Status
	Known        bool             // there is a verified manifest
	MinOS        manifest.Version // of the newest build for this PC; zero: none
	Confirm      manifest.Confirm
	Running      []installer.Process
	RunningKnown bool
}

// Subjects gathers what an examination needs. It takes no lock and writes
// nothing, so that every user of this PC may call it, also while an update
// runs. The manifest is the one that was accepted last; the sources are asked
// only where there is none yet, for at most [askTime], and the answer is
// verified, used and forgotten.
func (u *Updater) Subjects(ctx context.Context, products []Product) []Subject {
	manifests := make([]*manifest.Manifest, len(products))
	why := make([]error, len(products))
	var unknown []Product
	for i, p := range products {
		if manifests[i], why[i] = u.lastManifest(p); why[i] != nil {
			unknown = append(unknown, p)
		}
	}
	offered := u.ask(ctx, unknown)
	var all []Subject
	for i, p := range products {
		if m, ok := offered[p.ID]; ok {
			manifests[i], why[i] = m, nil
		}
		all = append(all, u.subject(ctx, p, manifests[i], why[i]))
	}
	return all
}

func (u *Updater) subject(ctx context.Context, p Product, m *manifest.Manifest, why error) Subject {
	s := Subject{Status: u.statusBy(ctx, p, m, why)}
	if m == nil {
		return s
	}
	s.Known, s.Confirm = true, m.Confirm
	if newest := m.Candidates(runtime.GOOS, runtime.GOARCH); len(newest) > 0 {
		s.MinOS = newest[0].Build.MinOS
	}
	if running, err := clientIsRunning(p, m); err == nil {
		s.Running, s.RunningKnown = running, true
	}
	return s
}

// askTime bounds what an examination waits for the sources: as long as the
// proofs of one host may take.
const askTime = 10 * time.Second

// ask verifies what the sources offer for these products and keeps nothing.
func (u *Updater) ask(ctx context.Context, products []Product) map[manifest.ProductID]*manifest.Manifest {
	found := map[manifest.ProductID]*manifest.Manifest{}
	if len(products) == 0 {
		return found
	}
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	for id, o := range u.glance(ctx, products) {
		if o.release != nil {
			found[id] = o.release.Manifest
		} else {
			u.log.InfoContext(ctx, "nothing is known of the product", "product", id, "error", o.err)
		}
	}
	return found
}
