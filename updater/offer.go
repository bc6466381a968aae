package updater

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/trust"
	"github.com/koshin-updater/koshin/updater/transport"
)

// offer is what the repository has for one product: a verified release, or why
// there is none.
type offer struct {
	release *trust.Release
	err     error
}

// offers verifies the repository once for all products. The sources are tried
// in order; the next one is asked when a source cannot be reached and also when
// what it sends is refused, since a bad mirror must not stop a PC. The error
// then keeps every attempt.
func (u *Updater) offers(ctx context.Context, products []Product, sources []transport.Source) map[manifest.ProductID]offer {
	kept := func(name string) trust.Store { return folderStore{filepath.Join(u.options.StateDir, name), u.keep} }
	client, err := u.trustClient(kept("trust"), kept("seen"))
	if err != nil {
		return noOffers(products, err)
	}
	return u.offersBy(ctx, client, products, sources)
}

// noOffers says of every product why there is none.
func noOffers(products []Product, err error) map[manifest.ProductID]offer {
	offers := make(map[manifest.ProductID]offer, len(products))
	for _, p := range products {
		offers[p.ID] = offer{err: err}
	}
	return offers
}

func (u *Updater) offersBy(ctx context.Context, client *trust.Client, products []Product, sources []transport.Source) map[manifest.ProductID]offer {
	offers := make(map[manifest.ProductID]offer, len(products))
	var attempts []error
	for _, source := range sources {
		repository, err := client.Refresh(ctx, source)
		if err != nil {
			attempts = append(attempts, fmt.Errorf("%s: %w", source, err))
			u.log.Warn("source failed", "source", source.String(), "error", err)
			continue
		}
		if u.releases(ctx, repository, products, offers, source) {
			return offers
		}
	}
	for _, p := range products {
		o := offers[p.ID]
		if o.release == nil {
			o.err = errors.Join(append(attempts, o.err)...)
			offers[p.ID] = o
		}
	}
	return offers
}

// releases fills in what one source offers, and says whether that was all.
func (u *Updater) releases(ctx context.Context, from *trust.Repository, products []Product, offers map[manifest.ProductID]offer, source transport.Source) bool {
	complete := true
	for _, p := range products {
		if offers[p.ID].release != nil {
			continue
		}
		release, err := from.Release(ctx, p.ID, p.Channel)
		if p.ID == SelfID && errors.Is(err, trust.ErrUnknownProduct) { // as most repositories
			offers[p.ID] = offer{err: err}
			continue
		}
		if err != nil {
			err = fmt.Errorf("%s: %w", source, err)
			u.log.Warn("source failed", "source", source.String(), "product", p.ID, "error", err)
			complete = false
		}
		offers[p.ID] = offer{release: release, err: errors.Join(offers[p.ID].err, err)}
	}
	return complete
}

func (u *Updater) trustClient(cache, seen trust.Store) (*trust.Client, error) {
	return trust.Open(trust.Options{
		Anchor:    u.options.Anchor,
		Cache:     cache,
		Seen:      seen,
		BuildTime: u.options.BuildTime,
		Now:       u.options.Now,
		Log:       u.log,
	})
}
