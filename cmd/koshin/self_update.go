package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/koshin-updater/koshin/cmd/internal/exitcode"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater"
	"github.com/koshin-updater/koshin/updater/config"
)

func (a *app) selfUpdateCommand() *cobra.Command {
	var o updater.UpdateOptions
	var yes bool
	var from string
	c := &cobra.Command{
		Use:   "self-update",
		Short: "Update koshin itself, through the same trust",
		Long: "self-update replaces this executable by the right build of product koshin, if the repository\n" +
			"offers one. The new koshin is started before and after; one that does not run is taken out\n" +
			"again. koshin update does the same at its end.",
		Args: cobra.NoArgs,
		RunE: a.reporting(func(ctx context.Context, s *session) error {
			var err error
			if o.From, err = copyIn(from); err != nil {
				return err
			}
			if !yes && !o.DryRun {
				if !s.CanAsk {
					return usageError{errors.New(s.say("need-yes"))}
				}
				if !s.Ask(ctx, s.say("ask-self-update", "version", version)) {
					s.sayln("declined")
					s.code = exitcode.Deferred
					return ctx.Err()
				}
			}
			reports, err := s.updater.SelfUpdate(ctx, o)
			return s.showReports("self-update", reports, err)
		}),
	}
	c.Flags().BoolVar(&o.DryRun, "dry-run", false, "everything short of the swap")
	c.Flags().BoolVar(&yes, "yes", false, "ask nothing")
	c.Flags().BoolVar(&o.Retry, "retry", false, "also a held build")
	c.Flags().StringVar(&from, "from", "", "take the release from a copy of the repository in `DIR`")
	return c
}

// itself is what this program knows about itself. Only the koshin of the whole
// PC has the system run its recovery: a trial beside it must not take its place.
func (a *app) itself(c *config.Config) updater.Self {
	self := updater.Self{ConfigFile: c.File}
	if c.File == a.machine.config {
		self.Boot = a.machine.scheduler.install
	}
	if own, err := manifest.ParseVersion(version); err == nil {
		self.Version = own
	}
	file, err := os.Executable()
	if err == nil {
		file, err = filepath.EvalSymlinks(file)
	}
	if err == nil {
		self.Executable = file
	}
	if keep := a.machine.programs; c.File == a.machine.config && keep.Registry.Read != nil {
		self.List = func(v manifest.Version) error { return keep.KeepVersion(filepath.Dir(self.Executable), v.String()) }
	}
	return self
}
