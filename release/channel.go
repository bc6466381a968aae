package release

import (
	"context"
	"fmt"
	"slices"

	"github.com/koshin-updater/koshin/manifest"
)

// Everybody is the percent of a build that all PCs may install.
const Everybody = manifest.Everybody

// SetFloor says which version is the TLS-ready build: an installed one below
// it needs an update. The build need not be in a channel, nor be added at all.
// The floor never goes down: [ErrFloorDown].
func (r *Repository) SetFloor(ctx context.Context, id manifest.ProductID, v manifest.Version, since manifest.Date) error {
	err := r.changeProduct(ctx, id, func(_ *change, p *Product) error {
		if p.Floor != nil && v.Less(p.Floor.Version) {
			return fmt.Errorf("%w: it is %s since %s", ErrFloorDown, p.Floor.Version, p.Floor.Since)
		}
		p.Floor = &manifest.Floor{Version: v, Since: since}
		return nil
	})
	if err != nil {
		return fmt.Errorf("set floor of %s to %s: %w", id, v, err)
	}
	return nil
}

// Promote puts an added build into a channel, or changes its share there.
// Percent is the share of PCs that may install it, 0 to 100; below the floor
// clients do not look at it.
func (r *Repository) Promote(ctx context.Context, id manifest.ProductID, v manifest.Version, to manifest.Channel, percent int) error {
	err := r.changeProduct(ctx, id, func(_ *change, p *Product) error {
		if err := p.promotable(Promotion{Version: v, Channel: to, Percent: percent}); err != nil {
			return err
		}
		p.promote(v, to, percent)
		return nil
	})
	if err != nil {
		return fmt.Errorf("promote %s %s to %s: %w", id, v, to, err)
	}
	return nil
}

// promotable refuses what cannot be promoted.
func (p *Product) promotable(one Promotion) error {
	if one.Percent < 0 || one.Percent > Everybody {
		return fmt.Errorf("%w: %d is not 0 to %d", ErrPercent, one.Percent, Everybody)
	}
	if _, err := manifest.ParseChannel(string(one.Channel)); err != nil {
		return err
	}
	b, err := p.build(one.Version)
	if err != nil {
		return err
	}
	if b.Withdrawn != nil {
		return fmt.Errorf("%w: %s", ErrWithdrawn, b.Withdrawn.Reason)
	}
	return nil
}

func (p *Product) promote(v manifest.Version, to manifest.Channel, percent int) {
	if p.Channels[to] == nil {
		p.Channels[to] = new(Channel)
	}
	channel := p.Channels[to]
	carried := channel.promoted(v)
	if carried == nil {
		channel.Builds = append(channel.Builds, Promoted{Version: v})
		carried = &channel.Builds[len(channel.Builds)-1]
	}
	carried.Percent = nil
	if percent < Everybody {
		carried.Percent = &percent
	}
	slices.SortFunc(channel.Builds, func(a, b Promoted) int { return b.Version.Compare(a.Version) })
}

// Withdraw says that nobody should install a build any more, in every channel.
// Where it is installed it stays. What was scheduled for it is cancelled. A
// second time changes the reason.
func (r *Repository) Withdraw(ctx context.Context, id manifest.ProductID, v manifest.Version, reason string) error {
	scheduled := func(s Promotion) bool { return s.Version.Equal(v) }
	err := r.changeProductWithout(ctx, id, scheduled, func(_ *change, p *Product) error {
		b, err := p.build(v)
		if err != nil {
			return err
		}
		if reason == "" {
			return fmt.Errorf("%w: operators are shown the reason, and it is empty", ErrDefinition)
		}
		b.Withdrawn = &manifest.Withdrawn{Reason: reason}
		return nil
	})
	if err != nil {
		return fmt.Errorf("withdraw %s %s: %w", id, v, err)
	}
	return nil
}
