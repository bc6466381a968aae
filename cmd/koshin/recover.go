package main

import (
	"context"

	"github.com/spf13/cobra"
)

func (a *app) recoverCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "recover",
		Short: "Finish or take back an interrupted update, install what waited for the restart; needs no network",
		Args:  cobra.NoArgs,
		RunE: a.reporting(func(ctx context.Context, s *session) error {
			reports, err := s.updater.Recover(ctx, s.products)
			return s.showReports("recover", reports, err)
		}),
	}
}
