package main

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/koshin-updater/koshin/updater/confirm/winstack"
)

// probeCommand is what a koshin that is SYSTEM starts as the operator: one
// question about one https address comes in on stdin, one answer goes out. It
// reads no configuration and writes no file, not even a log.
func (a *app) probeCommand() *cobra.Command {
	return &cobra.Command{
		Use:               "probe",
		Short:             "Ask WinINet or WinHTTP once, for another koshin",
		Hidden:            true,
		Args:              cobra.NoArgs,
		PersistentPreRunE: func(*cobra.Command, []string) error { return nil },
		RunE: func(c *cobra.Command, _ []string) error {
			if a.CanAsk {
				return usageError{errors.New("probe: the question comes from another koshin")}
			}
			err := winstack.Serve(c.Context(), a.In, a.Out)
			if errors.Is(err, winstack.ErrRequest) {
				return usageError{err}
			}
			return err
		},
	}
}
