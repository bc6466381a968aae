package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/koshin-updater/koshin/cmd/internal/terminal"
	"github.com/koshin-updater/koshin/release/folder"
)

func (a *app) publishCommand() *cobra.Command {
	var to string
	c := &cobra.Command{
		Use:   "publish",
		Short: "Copy the repository to where operators' PCs read it",
		Long: "Copies what a client needs to a destination: packages first, timestamp.json last, so that a\n" +
			"PC that reads meanwhile sees the old state or the new one. It can be cut off and repeated;\n" +
			"what has arrived is not sent again. No key is needed.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if strings.Contains(to, "://") || strings.HasPrefix(to, "github:") {
				return usagef("--to %s: this version publishes to a folder only", to)
			}
			if to == "" {
				return usagef("--to is empty")
			}
			r, err := a.open(false)
			if err != nil {
				return err
			}
			destination, err := folder.Open(to)
			if err != nil {
				return err
			}
			bar := terminal.NewProgress(a.Streams)
			done, err := r.Publish(c.Context(), destination, func(done, total int64) { bar.Step("publishing", done, total) })
			bar.Finish()
			if err != nil {
				return err
			}
			a.sayf("published to %s: %d new files, %s; %d were there", to, done.Files, readable(done.Bytes), done.Present)
			return nil
		},
	}
	c.Flags().StringVar(&to, "to", "", "destination `DIR`")
	require(c, "to")
	return c
}
