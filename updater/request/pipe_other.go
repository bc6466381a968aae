//go:build !windows

package request

import (
	"context"
	"errors"
)

// Listen opens the pipe; [errors.ErrUnsupported] where there are none.
func Listen(string) (Listener, error) { return nil, errors.ErrUnsupported }

// Dial connects to the pipe; [errors.ErrUnsupported] where there are none.
func Dial(context.Context, string) (Peer, error) { return nil, errors.ErrUnsupported }

// Listens says whether a run listens; [errors.ErrUnsupported] where none can.
func Listens(string) (bool, error) { return false, errors.ErrUnsupported }
