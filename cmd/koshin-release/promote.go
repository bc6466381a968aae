package main

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/release"
)

// promotion is the command line of promote.
type promotion struct {
	build
	review  reviewing
	channel string
	percent int
	at      string
	cancel  bool
}

func (a *app) promoteCommand() *cobra.Command {
	p := &promotion{}
	c := &cobra.Command{
		Use:   "promote",
		Short: "Offer a build in a channel",
		Long: "Offers an added build in a channel, to everybody or to a share of the PCs. Again with another\n" +
			"--percent changes the share; PCs below the floor do not look at it.\n\n" +
			"With --at the promotion is signed now and kept in the working copy; the first refresh after that\n" +
			"time takes it in, with the online key alone. Several steps of one rollout can wait. --cancel takes\n" +
			"back what waits for the build in the channel.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if p.cancel && (c.Flags().Changed("at") || c.Flags().Changed("percent")) {
				return usagef("--cancel takes back everything that is scheduled for the build: leave out --at and --percent")
			}
			return a.sayShown(a.promote(c, p))
		},
	}
	p.flags(c)
	p.review.flags(c)
	c.Flags().StringVar(&p.channel, "channel", "", "`channel`: stable or pilot")
	c.Flags().IntVar(&p.percent, "percent", release.Everybody, "`share` of the PCs, 0 to 100")
	c.Flags().StringVar(&p.at, "at", "", "`time` to come, with its zone, such as 2021-04-01T09:00:00+09:00")
	c.Flags().BoolVar(&p.cancel, "cancel", false, "take back what is scheduled")
	require(c, "channel")
	return c
}

func (a *app) promote(c *cobra.Command, p *promotion) error {
	id, v, err := p.parse()
	if err != nil {
		return err
	}
	to, err := manifest.ParseChannel(p.channel)
	if err != nil {
		return usagef("--channel: %w", err)
	}
	if p.percent < 0 || p.percent > release.Everybody {
		return usagef("--percent: %w: %d is not 0 to %d", release.ErrPercent, p.percent, release.Everybody)
	}
	var at time.Time
	if c.Flags().Changed("at") {
		if at, err = time.Parse(time.RFC3339, p.at); err != nil {
			return usagef("--at %q is not a time with its zone, such as 2021-04-01T09:00:00+09:00", p.at)
		}
	}
	r, err := a.openReviewed(p.review)
	if err != nil {
		return err
	}
	switch {
	case p.cancel:
		if err := r.Cancel(c.Context(), id, v, to); err != nil {
			return err
		}
		a.sayf("nothing is scheduled for %s %s in %s any more", id, v, to)
	case !at.IsZero():
		if err := r.Schedule(c.Context(), id, release.Promotion{At: at, Version: v, Channel: to, Percent: p.percent}); err != nil {
			return err
		}
		a.sayf("%s %s will be in %s for %d %%: the first refresh and publish after %s", id, v, to, p.percent, p.at)
	default:
		if err := r.Promote(c.Context(), id, v, to, p.percent); err != nil {
			return err
		}
		a.sayf("%s %s is in %s for %d %%", id, v, to, p.percent)
	}
	return nil
}
