package main

import (
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/koshin-updater/koshin/release"
)

func (a *app) initCommand() *cobra.Command {
	var plain bool
	c := &cobra.Command{
		Use:   "init",
		Short: "Make a new repository and its keys",
		Long: "Makes an empty repository in --repo and its keys in --keys: three for root and three for\n" +
			"targets, two of each must sign, and one online key for snapshot and timestamp.\n" +
			"Give each holder his keys and keep root and targets offline.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			keys, err := a.keys(true)
			if err != nil {
				return err
			}
			if plain {
				keys.Passphrase = nil
			}
			r, err := release.Init(c.Context(), a.repoDir, release.Options{Keys: keys, Log: a.log, Now: a.now})
			if err != nil {
				return err
			}
			a.sayf("made a repository in %s, with its keys in %s", a.repoDir, a.keysDir)
			a.sayf("operators' PCs start from the anchor %s", filepath.Join(r.Dir(), "metadata", "1.root.json"))
			return nil
		},
	}
	c.Flags().BoolVar(&plain, "no-passphrase", false, "write the keys without a passphrase; every use of them warns")
	return c
}
