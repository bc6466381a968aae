package main

import "github.com/spf13/cobra"

func (a *app) recoverCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "recover",
		Short: "Finish or take back an interrupted update; needs no network",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := a.open()
			if err != nil {
				return err
			}
			defer s.close()
			reports, err := s.updater.Recover(c.Context(), s.products)
			return s.showReports(c.Name(), reports, err)
		},
	}
}
