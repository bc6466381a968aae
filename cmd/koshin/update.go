package main

import (
	"context"
	"errors"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/koshin-updater/koshin/cmd/internal/exitcode"
	"github.com/koshin-updater/koshin/updater"
	"github.com/koshin-updater/koshin/updater/transport"
)

func (a *app) updateCommand() *cobra.Command {
	var o updater.UpdateOptions
	var yes bool
	var from string
	var d dailyRun
	c := &cobra.Command{
		Use:   "update",
		Short: "Install the right build and confirm that it connects",
		Args:  cobra.NoArgs,
		RunE: d.before(a, a.reporting(func(ctx context.Context, s *session) error {
			if d.scheduled && s.tooEarly() && s.nobodyAsks() {
				return s.nothingToAsk(ctx)
			}
			if d.scheduled {
				a.ended = s.recordRun
			}
			var err error
			if o.From, err = copyIn(from); err != nil {
				return err
			}
			products := s.products
			if !yes && !o.DryRun {
				agreed, err := s.agreed(ctx, o.From == nil)
				if err != nil || agreed == nil {
					return err
				}
				products = agreed
			}
			if o.From == nil && !o.DryRun && !o.Retry && s.mustAsk() {
				return s.askForUpdate(ctx, products)
			}
			o.Self = len(a.products) == 0 && (yes || o.DryRun) // nobody was asked about koshin
			reports, err := s.updateAll(ctx, products, o)
			failed := s.showReports("update", reports, err)
			s.keepResult(reports, err)
			return failed
		})),
	}
	c.Flags().BoolVar(&o.DryRun, "dry-run", false, "everything short of the swap")
	c.Flags().BoolVar(&yes, "yes", false, "ask nothing")
	c.Flags().BoolVar(&o.Retry, "retry", false, "also a held build, an unknown or a damaged folder")
	c.Flags().StringVar(&from, "from", "", "take the release from a copy of the repository in `DIR`")
	d.flags(c)
	return c
}

// copyIn is the copy of the repository in a folder; nil when none is named.
func copyIn(dir string) (transport.Source, error) {
	if dir == "" {
		return nil, nil
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	source, err := transport.ParseSource(dir, "", nil)
	if err != nil {
		return nil, usageError{err}
	}
	return source, nil
}

// agreed asks about each product that has an update and returns those that
// somebody agreed to. A product with nothing to ask stays in: the update says
// why it waits.
func (s *session) agreed(ctx context.Context, canCheck bool) ([]updater.Product, error) {
	if !s.CanAsk {
		return nil, usageError{errors.New(s.say("need-yes"))}
	}
	if !canCheck {
		return s.products, nil
	}
	findings, err := s.updater.Check(ctx, s.products)
	if err != nil {
		return nil, err
	}
	var agreed []updater.Product
	for _, f := range findings {
		if action := f.Decision.Action; action != updater.ActUpdate && action != updater.ActRequired {
			agreed = append(agreed, f.Product)
			continue
		}
		key := "ask-update"
		if f.Installed.Version.IsZero() {
			key = "ask-install"
		}
		question := s.say(key, "title", s.title(f.Title, f.Product.ID), "from", f.Installed.Version, "to", f.Decision.Target.Build.Version)
		if s.Ask(ctx, question) {
			agreed = append(agreed, f.Product)
		}
	}
	if len(agreed) == 0 {
		s.sayln("declined")
		s.code = exitcode.Deferred
	}
	return agreed, ctx.Err()
}
