package main

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/koshin-updater/koshin/cmd/internal/exitcode"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater"
)

func (a *app) rollbackCommand() *cobra.Command {
	var yes bool
	c := &cobra.Command{
		Use:   "rollback",
		Short: "Go back to the previous build, checked the same way",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := a.open()
			if err != nil {
				return err
			}
			defer s.close()
			products := s.products
			if !yes {
				if !s.CanAsk {
					return usageError{errors.New(s.say("need-yes"))}
				}
				products = []updater.Product{}
				for _, p := range s.products {
					if s.Ask(c.Context(), s.say("ask-rollback", "title", s.title(manifest.Text{}, p.ID))) {
						products = append(products, p)
					}
				}
				if len(products) == 0 {
					s.sayln("declined")
					s.code = exitcode.Deferred
					return nil
				}
			}
			reports, err := s.updater.Rollback(c.Context(), products)
			return s.showReports(c.Name(), reports, err)
		},
	}
	c.Flags().BoolVar(&yes, "yes", false, "ask nothing")
	return c
}
