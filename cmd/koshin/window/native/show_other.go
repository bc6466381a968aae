//go:build !windows

package native

import (
	"context"
	"errors"

	"github.com/koshin-updater/koshin/cmd/koshin/window"
)

// Show is for Windows; elsewhere the error is [errors.ErrUnsupported].
func Show(context.Context, <-chan window.View, func(window.Action)) error {
	return errors.ErrUnsupported
}

// LeaveConsole is for Windows; elsewhere nobody makes a terminal for a program.
func LeaveConsole() {}

// Raise is for Windows; elsewhere there is no window.
func Raise() bool { return false }
