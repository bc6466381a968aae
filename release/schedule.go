package release

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/koshin-updater/koshin/manifest"
)

// Promotion is a build that goes into a channel for a share of the PCs.
type Promotion struct {
	At      time.Time        `json:"at"`
	Version manifest.Version `json:"version"`
	Channel manifest.Channel `json:"channel"`
	Percent int              `json:"percent"`
}

// maxScheduled bounds the promotions that wait for one product: a rollout in
// eight steps through both channels.
const maxScheduled = 16

// same says whether both are about the same build in the same channel.
func (p Promotion) same(q Promotion) bool {
	return p.Version.Equal(q.Version) && p.Channel == q.Channel
}

// Schedule promotes a build at a time to come, at most a year ahead
// ([ErrSchedule]). The product's role is signed now, as it will be then, and
// kept in the working copy; the first [Repository.Refresh] after that time
// takes it in with the online key alone. Again for the same build, channel and
// time it changes the share.
//
// Whatever changes the product meanwhile signs what is scheduled anew, on top.
func (r *Repository) Schedule(ctx context.Context, id manifest.ProductID, p Promotion) error {
	err := r.change(ctx, func(c *change) error {
		product, err := c.product(id)
		if err != nil {
			return err
		}
		now := r.options.Now()
		if !p.At.After(now) || p.At.After(now.AddDate(1, 0, 0)) {
			return fmt.Errorf("%w: %s; it is %s", ErrSchedule, p.At.Format(time.RFC3339), now.In(p.At.Location()).Format(time.RFC3339))
		}
		if err := product.promotable(p); err != nil {
			return err
		}
		if len(c.schedule(id).due(now)) > 0 {
			return fmt.Errorf("%w: %s", ErrScheduleDue, c.schedule(id).due(now)[0])
		}
		c.plan(id, func(all []Promotion) []Promotion {
			all = slices.DeleteFunc(all, func(q Promotion) bool { return q.same(p) && q.At.Equal(p.At) })
			return append(all, p)
		})
		c.planned[id] = p
		if len(c.schedule(id).wanted) > maxScheduled {
			return fmt.Errorf("%w: %d promotions wait already", ErrSchedule, maxScheduled)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("schedule %s %s for %s: %w", id, p.Version, p.Channel, err)
	}
	return nil
}

// Cancel takes back what is scheduled for a build in a channel; nothing is:
// [ErrNotScheduled]. The product's role is signed again under a higher number
// than the cancelled one has, so that no PC that saw it can be given the other.
func (r *Repository) Cancel(ctx context.Context, id manifest.ProductID, v manifest.Version, from manifest.Channel) error {
	err := r.changeProductWithout(ctx, id, Promotion{Version: v, Channel: from}.same, func(c *change, _ *Product) error {
		if len(c.dropped[id]) == 0 {
			return fmt.Errorf("%w: %s", ErrNotScheduled, c.schedule(id))
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("cancel %s %s in %s: %w", id, v, from, err)
	}
	return nil
}

// Renewed is what one [Repository.Renew] did.
type Renewed struct {
	Promoted []ProductPromotion // scheduled promotions whose time had come
	Refused  []RefusedPromotion // they stay scheduled; the rest was renewed
}

// ProductPromotion is a scheduled promotion of some product.
type ProductPromotion struct {
	Product manifest.ProductID
	Promotion
}

// RefusedPromotion is one that a client would not accept any more, such as one
// that was signed before the role that is published now.
type RefusedPromotion struct {
	ProductPromotion
	Err error // matches [ErrScheduledStale]
}

// Renew signs snapshot and timestamp again and takes in the scheduled
// promotions whose time has come. Only the online key is needed. A promotion
// that clients would refuse is left out and reported, because a repository that
// is not renewed expires for everybody.
func (r *Repository) Renew(ctx context.Context) (Renewed, error) {
	var done Renewed
	err := r.change(ctx, func(c *change) error {
		for _, id := range c.ids() {
			due := c.schedule(id).due(r.options.Now())
			if len(due) == 0 {
				continue
			}
			err := r.foresee(ctx, tree{r.dir}, c.state, id, due)
			if err == nil {
				err = c.takeIn(id, due)
			}
			for _, one := range due {
				p := ProductPromotion{id, one.Promotion}
				if err == nil {
					done.Promoted = append(done.Promoted, p)
				} else if !errors.Is(err, ErrScheduledStale) {
					return err
				} else {
					done.Refused = append(done.Refused, RefusedPromotion{p, err})
				}
			}
		}
		return nil
	})
	if err != nil {
		return Renewed{}, fmt.Errorf("refresh: %w", err)
	}
	return done, nil
}

// Refresh is [Repository.Renew] for whoever does not ask what was taken in.
func (r *Repository) Refresh(ctx context.Context) error {
	_, err := r.Renew(ctx)
	return err
}

// plan changes what is wanted in a product's schedule, in the order of time.
func (c *change) plan(id manifest.ProductID, edit func([]Promotion) []Promotion) {
	s := c.schedule(id)
	s.wanted = edit(slices.Clone(s.wanted))
	slices.SortStableFunc(s.wanted, func(a, b Promotion) int { return a.At.Compare(b.At) })
	c.rescheduled[id] = true
}

// drop takes back scheduled promotions.
func (c *change) drop(id manifest.ProductID, which func(Promotion) bool) {
	var dropped []Promotion
	c.plan(id, func(all []Promotion) []Promotion {
		return slices.DeleteFunc(all, func(p Promotion) bool {
			if which(p) {
				dropped = append(dropped, p)
			}
			return which(p)
		})
	})
	c.dropped[id] = dropped
}

// touch has a product's role signed, above all that is scheduled for it.
func (c *change) touch(id manifest.ProductID, p *Product, cancelled func(Promotion) bool) {
	c.changed[id] = true
	c.overtake(id, p, cancelled)
}

// overtake makes a change of a product one that stands above all that was ever
// scheduled for it: some of that is cancelled, what is due counts now, and no
// number is signed twice.
func (c *change) overtake(id manifest.ProductID, p *Product, cancelled func(Promotion) bool) {
	s := c.schedule(id)
	if s.empty() {
		return
	}
	c.drop(id, cancelled)
	now := c.repo.options.Now()
	c.plan(id, func(all []Promotion) []Promotion {
		return slices.DeleteFunc(all, func(one Promotion) bool {
			if one.At.After(now) {
				return false
			}
			p.promote(one.Version, one.Channel, one.Percent)
			return true
		})
	})
	c.roles[id].Signed.Version = max(c.roles[id].Signed.Version, s.Spent.Role)
	for name, seq := range s.Spent.Seq {
		if channel := p.Channels[name]; channel != nil {
			channel.Seq = max(channel.Seq, seq)
		}
	}
}
