package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/koshin-updater/koshin/cmd/internal/exitcode"
	"github.com/koshin-updater/koshin/updater"
)

func (a *app) rollbackCommand() *cobra.Command {
	var yes bool
	c := &cobra.Command{
		Use:   "rollback",
		Short: "Go back to the previous build, checked the same way",
		Args:  cobra.NoArgs,
		RunE: a.reporting(func(ctx context.Context, s *session) error {
			products := s.products
			if !yes {
				if !s.CanAsk {
					return usageError{errors.New(s.say("need-yes"))}
				}
				products = []updater.Product{}
				for _, st := range s.updater.Status(ctx, s.products) {
					if s.Ask(ctx, s.say("ask-rollback", "title", s.title(st.Title, st.Product.ID))) {
						products = append(products, st.Product)
					}
				}
				if len(products) == 0 {
					s.sayln("declined")
					s.code = exitcode.Deferred
					return nil
				}
			}
			reports, err := s.updater.Rollback(ctx, products)
			return s.showReports("rollback", reports, err)
		}),
	}
	c.Flags().BoolVar(&yes, "yes", false, "ask nothing")
	return c
}
