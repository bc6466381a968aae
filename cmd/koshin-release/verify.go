package main

import "github.com/spf13/cobra"

func (a *app) verifyCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "verify",
		Short: "Read everything as a client would",
		Long: "Reads the working copy as a new client would, from the anchor on: every signature, every\n" +
			"manifest, every byte of every package.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			r, err := a.open(false)
			if err != nil {
				return err
			}
			if err := r.Verify(c.Context()); err != nil {
				return err
			}
			a.sayf("a client can verify this repository, and every package in it")
			return nil
		},
	}
}
