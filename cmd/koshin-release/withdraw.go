package main

import (
	"strings"

	"github.com/spf13/cobra"
)

func (a *app) withdrawCommand() *cobra.Command {
	var b build
	var reason string
	var review reviewing
	c := &cobra.Command{
		Use:   "withdraw",
		Short: "Stop offering a build",
		Long: "Says that nobody should install a build any more, in every channel. Where it is installed it\n" +
			"stays. Operators are shown the reason. A withdrawn build does not come back.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			id, v, err := b.parse()
			if err != nil {
				return err
			}
			if strings.TrimSpace(reason) == "" {
				return usagef("--reason is empty: operators are shown it")
			}
			r, err := a.openReviewed(review)
			if err != nil {
				return err
			}
			if err := r.Withdraw(c.Context(), id, v, reason); err != nil {
				return a.sayShown(err)
			}
			a.sayf("%s %s is withdrawn: %s", id, v, reason)
			return nil
		},
	}
	b.flags(c)
	review.flags(c)
	c.Flags().StringVar(&reason, "reason", "", "`why`, for operators to read")
	require(c, "reason")
	return c
}
