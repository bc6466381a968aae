package updater

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/koshin-updater/koshin/installer"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/trust"
)

// On most PCs the state folder is SYSTEM's, and the operator may read in it and
// nothing else. His koshin answers from it all the same: what was accepted here
// before is what the newest metadata is measured against, exactly as in a run
// that may write, and what is new is used for this answer and forgotten. The
// next run of SYSTEM's accepts it for itself.
//
// A reader takes no lock. One that operators could hold would let them stop
// every update; so a product in whose folder somebody is at work is not judged.

// What a reader cannot answer.
var (
	// ErrUnreadable: what was accepted here before may not be read by this user.
	// Without it an older repository could pass for the newest.
	ErrUnreadable = errors.New("what was accepted here before may not be read")
	// ErrUnderWay: an update of the product is not at its end, so nothing true
	// can be said of it. Either koshin is at work or it was stopped, and recovers
	// at the next start of the PC.
	ErrUnderWay = errors.New("an update is under way")
)

// look is what [Updater.Check] finds without writing.
func (u *Updater) look(ctx context.Context, products []Product) ([]Finding, error) {
	u.mute = true
	var offers map[manifest.ProductID]offer
	if !u.options.Delegated {
		offers = u.glance(ctx, products)
	}
	var findings []Finding
	for _, p := range products {
		findings = append(findings, u.lookAt(ctx, p, offers[p.ID]))
	}
	return findings, ctx.Err()
}

// lookAt asks before and after whether somebody is at work: what was read in
// between is half of one build and half of another.
func (u *Updater) lookAt(ctx context.Context, p Product, o offer) Finding {
	err := u.underWay(p)
	if err == nil {
		f := u.find(ctx, p, o)
		if err = u.underWay(p); err == nil {
			return f
		}
	}
	return Finding{Product: p, Title: u.lastTitle(p), Decision: Decision{Action: ActNone}, Err: err}
}

func (u *Updater) underWay(p Product) error {
	if open, _, err := installer.Unfinished(u.place(p)); open || err != nil {
		return errors.Join(fmt.Errorf("%w: %s", ErrUnderWay, p.ID), err)
	}
	return nil
}

// glance verifies what the sources offer against what was accepted here before,
// and keeps nothing.
func (u *Updater) glance(ctx context.Context, products []Product) map[manifest.ProductID]offer {
	cache, seen := u.borrow("trust"), u.borrow("seen")
	client, err := u.trustClient(cache, seen)
	if err = errors.Join(err, seen.unreadable); err != nil {
		return noOffers(products, err)
	}
	offers := u.offersBy(ctx, client, products, u.options.Sources)
	if cache.unreadable != nil {
		return noOffers(products, cache.unreadable)
	}
	return offers
}

// borrowed is a store of the state folder that is only read: what is saved
// stands above it until the program ends.
type borrowed struct {
	kept  folderStore
	fresh trust.Memory

	// unreadable is why something could not be read that may be there. To a
	// verifier a file that it cannot load is one that was lost, and it goes on
	// with less memory; here that memory is only hidden from this user.
	unreadable error
}

func (u *Updater) borrow(name string) *borrowed {
	return &borrowed{kept: folderStore{dir: filepath.Join(u.options.StateDir, name)}, fresh: trust.Memory{}}
}

func (b *borrowed) Load(name string) ([]byte, error) {
	if data, err := b.fresh.Load(name); err == nil {
		return data, nil
	}
	data, err := b.kept.Load(name)
	if errors.Is(err, fs.ErrPermission) && b.unreadable == nil {
		b.unreadable = fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	return data, err
}

func (b *borrowed) Save(name string, data []byte) error { return b.fresh.Save(name, data) }
