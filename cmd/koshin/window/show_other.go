//go:build !windows

package window

import (
	"context"
	"errors"
)

// Show is for Windows; elsewhere the error is [errors.ErrUnsupported].
func Show(context.Context, <-chan View, func(Action)) error { return errors.ErrUnsupported }
