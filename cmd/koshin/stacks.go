package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/koshin-updater/koshin/updater/confirm"
	"github.com/koshin-updater/koshin/updater/doctor/mend"
	usersession "github.com/koshin-updater/koshin/updater/session"
)

// asOperator asks the stacks of Windows as the one who sends the claims: in this
// process where it is his, by way of his session where this is SYSTEM. An
// administrator who was called to type a password has another proxy and other
// certificates, so his answer would be none.
func asOperator(myself func() (mend.Who, error), here, inSession confirm.AskFunc) confirm.AskFunc {
	return func(ctx context.Context, q confirm.Ask) confirm.StackProof {
		way, err := mend.Here, error(nil)
		if who, whoErr := myself(); whoErr == nil {
			way, err = who.Way()
		}
		switch {
		case err == nil && way == mend.InSession:
			return inSession(ctx, q)
		case err == nil:
			return here(ctx, q)
		case errors.Is(err, mend.ErrSessionUnknown): // better than nothing, and marked
			proof := here(ctx, q)
			proof.User = ""
			return proof
		}
		return confirm.StackProof{Stack: q.Stack, Cause: confirm.CauseUnavailable, Error: err.Error(), Err: err}
	}
}

// inSession runs a hidden verb of this program as the operator. The verbs are
// probe and tick, and take nothing but what comes in on stdin.
func inSession(verb string, maxAnswer int) func(context.Context, []byte) ([]byte, error) {
	return func(ctx context.Context, input []byte) ([]byte, error) {
		exe, err := os.Executable()
		if err != nil {
			return nil, fmt.Errorf("find this program: %w", err)
		}
		return usersession.Run(ctx, usersession.Program{Path: exe, Args: []string{verb}, Input: input, MaxOutput: maxAnswer})
	}
}
