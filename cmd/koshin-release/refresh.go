package main

import "github.com/spf13/cobra"

func (a *app) refreshCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "refresh",
		Short: "Renew snapshot and timestamp",
		Long: "Signs snapshot and timestamp again; only the online key is needed. The timestamp is valid\n" +
			"for seven days: let a scheduler run refresh and publish twice a day.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			r, err := a.open(true)
			if err != nil {
				return err
			}
			if err := r.Refresh(c.Context()); err != nil {
				return err
			}
			a.sayf("renewed snapshot and timestamp")
			return nil
		},
	}
}
