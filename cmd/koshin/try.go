package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/koshin-updater/koshin/installer/process"
	usersession "github.com/koshin-updater/koshin/updater/session"
)

// tryCommand is what a koshin that is SYSTEM starts as the operator: one program
// of a client comes in on stdin and is run with this user's rights, and what it
// said goes out. It reads no configuration and writes no file.
func (a *app) tryCommand() *cobra.Command {
	return &cobra.Command{
		Use:               "try",
		Short:             "Run a client's program once, for another koshin",
		Hidden:            true,
		Args:              cobra.NoArgs,
		PersistentPreRunE: func(*cobra.Command, []string) error { return nil },
		RunE: func(c *cobra.Command, _ []string) error {
			if a.CanAsk {
				return usageError{errors.New("try: the program comes from another koshin")}
			}
			err := usersession.ServeTrial(c.Context(), a.In, a.Out)
			if errors.Is(err, usersession.ErrTrial) {
				return usageError{err}
			}
			return err
		},
	}
}

// triedByOperator runs a client's program with the operator's rights: by way of
// the operator's session where this is SYSTEM, directly otherwise.
func triedByOperator(directly, inSession process.RunFunc) process.RunFunc {
	return func(ctx context.Context, s process.Short) (process.Answer, error) {
		answer, err := directly(ctx, s)
		if errors.Is(err, process.ErrNoOperator) && ctx.Err() == nil && inSession != nil {
			return inSession(ctx, s)
		}
		return answer, err
	}
}
