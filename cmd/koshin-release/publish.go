package main

import (
	"github.com/spf13/cobra"

	"github.com/koshin-updater/koshin/cmd/internal/terminal"
)

func (a *app) publishCommand() *cobra.Command {
	to := new(destination)
	c := &cobra.Command{
		Use:   "publish",
		Short: "Copy the repository to where operators' PCs read it",
		Long: "Copies what a client needs to a destination: packages first, timestamp.json last, so that a\n" +
			"PC that reads meanwhile sees the old state or the new one. It can be cut off and repeated;\n" +
			"what has arrived is not sent again. No key is needed.\n\nDestinations:\n" + destinationHelp,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			r, err := a.open(false)
			if err != nil {
				return err
			}
			host, err := to.open(c.Context(), a)
			if err != nil {
				return err
			}
			bar := terminal.NewProgress(a.Streams)
			done, err := r.Publish(c.Context(), host, func(done, total int64) { bar.Step("publishing", done, total) })
			bar.Finish()
			if err != nil {
				return err
			}
			if err := r.Remember(to.name()); err != nil {
				a.log.Warn("status will not know where this was published", "error", err)
			}
			a.sayf("published to %s: %d new files, %s; %d were there", to.to, done.Files, readable(done.Bytes), done.Present)
			return nil
		},
	}
	to.flags(c)
	require(c, "to")
	return c
}
