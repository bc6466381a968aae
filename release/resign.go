package release

import (
	"context"
	"fmt"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"github.com/koshin-updater/koshin/manifest"
)

// Roles are roles to be signed.
type Roles struct {
	Products      []manifest.ProductID
	Targets, Root bool
}

// Sign signs roles again as they are, before they expire, all in one change:
// where several have expired, a client accepts none of them alone. A product's
// role needs its key, targets and root need two of theirs. The root gets the
// next number; whose keys count stays the same.
func (r *Repository) Sign(ctx context.Context, roles Roles) error {
	err := r.change(ctx, func(c *change) error {
		for _, id := range roles.Products {
			p, err := c.product(id)
			if err != nil {
				return err
			}
			c.touch(id, p, func(Promotion) bool { return false })
		}
		c.targetsChanged = roles.Targets
		if roles.Root {
			return c.nextRoot()
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("sign: %w", err)
	}
	return nil
}

func (c *change) nextRoot() error {
	root := &c.root.Signed
	signers, err := c.repo.options.Keys.signers(metadata.ROOT, holderKeys(metadata.ROOT), root.Roles[metadata.ROOT])
	if err != nil {
		return err
	}
	root.Version++
	root.Expires = expiry(c.repo.options.Now(), rootDays)
	data, err := sign(c.root, signers)
	if err != nil {
		return err
	}
	return c.write(rolePath(root.Version, metadata.ROOT), data)
}
