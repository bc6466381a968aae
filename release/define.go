package release

import (
	"context"
	"fmt"
	"slices"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"github.com/koshin-updater/koshin/manifest"
)

// Definition is what a publisher says about a product as a whole.
type Definition struct {
	Title    manifest.Text
	Confirm  manifest.Confirm
	Preserve []string       // "**" globs of user data inside the install folder
	Detect   string         // "" is koshin-record
	Deadline *manifest.Date // nil is none
}

// AddProduct defines a new product, makes its key and delegates a role to it.
// The keys of targets must be at hand.
func (r *Repository) AddProduct(ctx context.Context, id manifest.ProductID, d Definition) error {
	if _, err := manifest.ParseProductID(string(id)); err != nil {
		return fmt.Errorf("add product: %w", err)
	}
	err := r.change(ctx, func(c *change) error {
		if c.products[id] != nil {
			return ErrExists
		}
		p := &Product{
			Schema:   productSchema,
			ID:       id,
			Builds:   []manifest.Build{},
			Channels: map[manifest.Channel]*Channel{},
		}
		p.define(d)
		if err := p.check(); err != nil {
			return err // before a key is made for it
		}
		one, err := r.options.Keys.create(productKey(id))
		if err != nil {
			return err
		}
		delegate(&c.targets.Signed, id, one)
		role := metadata.Targets()
		role.Signed.Version = 0 // the next is 1
		c.products[id], c.roles[id] = p, role
		c.newKeys = append(c.newKeys, one)
		c.changed[id], c.targetsChanged = true, true
		return nil
	})
	if err != nil {
		return fmt.Errorf("add product %s: %w", id, err)
	}
	return nil
}

// ChangeProduct lets edit alter a product's definition and publishes it in
// every channel that carries a build.
func (r *Repository) ChangeProduct(ctx context.Context, id manifest.ProductID, edit func(*Definition) error) error {
	err := r.changeProduct(ctx, id, func(_ *change, p *Product) error {
		d := p.definition()
		if err := edit(&d); err != nil {
			return err
		}
		p.define(d)
		return nil
	})
	if err != nil {
		return fmt.Errorf("change product %s: %w", id, err)
	}
	return nil
}

func (p *Product) define(d Definition) {
	p.Title, p.Confirm, p.Preserve, p.Deadline = d.Title, d.Confirm, d.Preserve, d.Deadline
	p.Detect = d.Detect
	if p.Detect == "" {
		p.Detect = string(manifest.RuleRecord)
	}
}

func (p *Product) definition() Definition {
	d := Definition{Title: p.Title, Confirm: p.Confirm, Preserve: slices.Clone(p.Preserve), Detect: p.Detect, Deadline: p.Deadline}
	d.Confirm.Hosts = slices.Clone(d.Confirm.Hosts)
	return d
}

// changeProduct is change for one product's role. What is scheduled for the
// product is signed again, on top.
func (r *Repository) changeProduct(ctx context.Context, id manifest.ProductID, edit func(*change, *Product) error) error {
	return r.changeProductWithout(ctx, id, func(Promotion) bool { return false }, edit)
}

// changeProductWithout also cancels some of what is scheduled.
func (r *Repository) changeProductWithout(ctx context.Context, id manifest.ProductID, cancelled func(Promotion) bool, edit func(*change, *Product) error) error {
	return r.change(ctx, func(c *change) error {
		p, err := c.product(id)
		if err != nil {
			return err
		}
		c.touch(id, p, cancelled)
		return edit(c, p)
	})
}
