package main

import (
	"github.com/spf13/cobra"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/release"
)

func (a *app) promoteCommand() *cobra.Command {
	var b build
	var channel string
	var percent int
	var review reviewing
	c := &cobra.Command{
		Use:   "promote",
		Short: "Offer a build in a channel",
		Long: "Offers an added build in a channel, to everybody or to a share of the PCs. Again with another\n" +
			"--percent changes the share; PCs below the floor do not look at it.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			id, v, err := b.parse()
			if err != nil {
				return err
			}
			to, err := manifest.ParseChannel(channel)
			if err != nil {
				return usagef("--channel: %w", err)
			}
			if percent < 0 || percent > release.Everybody {
				return usagef("--percent: %w: %d is not 0 to %d", release.ErrPercent, percent, release.Everybody)
			}
			r, err := a.openReviewed(review)
			if err != nil {
				return err
			}
			if err := r.Promote(c.Context(), id, v, to, percent); err != nil {
				return a.sayShown(err)
			}
			a.sayf("%s %s is in %s for %d %%", id, v, to, percent)
			return nil
		},
	}
	b.flags(c)
	review.flags(c)
	c.Flags().StringVar(&channel, "channel", "", "`channel`: stable or pilot")
	c.Flags().IntVar(&percent, "percent", release.Everybody, "`share` of the PCs, 0 to 100")
	require(c, "channel")
	return c
}
