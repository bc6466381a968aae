package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

func (a *app) refreshCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "refresh",
		Short: "Renew snapshot and timestamp, take in what is due",
		Long: "Signs snapshot and timestamp again and takes in the scheduled promotions whose time has come;\n" +
			"only the online key is needed. The timestamp is valid for seven days: let a scheduler run\n" +
			"refresh and publish twice a day, or as often as a scheduled time is to be kept. A promotion that\n" +
			"PCs would refuse is left out with a warning, and status shows it; the rest is renewed all the same.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			r, err := a.open(true)
			if err != nil {
				return err
			}
			done, err := r.Renew(c.Context())
			if err != nil {
				return err
			}
			a.sayf("renewed snapshot and timestamp")
			for _, p := range done.Promoted {
				a.sayf("promoted as scheduled: %s %s", p.Product, planned(p.Promotion))
			}
			for _, p := range done.Refused {
				fmt.Fprintf(a.Err, "koshin-release: warning: not promoted: %s: %v\n", p.Product, p.Err)
				fmt.Fprintf(a.Err, "koshin-release: hint: %s\n", advise(p.Err))
			}
			return nil
		},
	}
}
