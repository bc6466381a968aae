//go:build !windows

package schedule

import (
	"context"
	"errors"
)

// start: systemd and launchd let nobody but root start a daemon.
func start(context.Context) error { return errors.ErrUnsupported }
