package main

import (
	"github.com/spf13/cobra"

	"github.com/koshin-updater/koshin/manifest"
)

func (a *app) floorCommand() *cobra.Command {
	var b build
	var since string
	var review reviewing
	c := &cobra.Command{
		Use:   "floor",
		Short: "Say which version is the TLS-ready build",
		Long: "Says which version is the TLS-ready build: where an older one is installed, the update is\n" +
			"required. Before or after promote; the build itself need not be offered. It never goes down.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			id, v, err := b.parse()
			if err != nil {
				return err
			}
			day, err := manifest.ParseDate(since)
			if err != nil {
				return usagef("--since: %w", err)
			}
			r, err := a.openReviewed(review)
			if err != nil {
				return err
			}
			if err := r.SetFloor(c.Context(), id, v, day); err != nil {
				return a.sayShown(err)
			}
			a.sayf("the floor of %s is %s, since %s", id, v, day)
			return nil
		},
	}
	b.flags(c)
	review.flags(c)
	c.Flags().StringVar(&since, "since", "", "`date` from which the reception system needs it, such as 2021-04-01")
	require(c, "since")
	return c
}
