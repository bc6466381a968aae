package main

import (
	"path"
	"strings"

	"github.com/spf13/cobra"

	"github.com/koshin-updater/koshin/cmd/internal/terminal"
	"github.com/koshin-updater/koshin/release"
)

func (a *app) publishCommand() *cobra.Command {
	to := new(destination)
	var dryRun bool
	c := &cobra.Command{
		Use:   "publish",
		Short: "Copy the repository to where operators' PCs read it",
		Long: "Copies what a client needs to a destination: packages first, timestamp.json last, so that a\n" +
			"PC that reads meanwhile sees the old state or the new one. It can be cut off and repeated;\n" +
			"what has arrived is not sent again. Of two publishers at once one wins, and the other is told\n" +
			"what changed. No key is needed.\n\nDestinations:\n" + destinationHelp,
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
			if dryRun {
				missing, err := r.Missing(c.Context(), host)
				if err != nil {
					return err
				}
				a.sayf("would publish to %s: %d new files, %s; %d are there", to.to, missing.Files, readable(missing.Bytes), missing.Present)
				a.sayPackages(missing.Packages)
				return nil
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
			a.sayPackages(done.Packages)
			return nil
		},
	}
	to.flags(c)
	c.Flags().BoolVar(&dryRun, "dry-run", false, "say what would be sent, and send nothing")
	require(c, "to")
	return c
}

// sayPackages names what was sent: a line for each package.
func (a *app) sayPackages(packages []release.Package) {
	var rows [][]string
	for _, p := range packages {
		_, kind, _ := strings.Cut(path.Base(p.Path), ".") // after the hash
		rows = append(rows, []string{"  " + string(p.Product), p.Version.String(), kind, readable(p.Size)})
	}
	terminal.Table(a.Out, rows)
}
