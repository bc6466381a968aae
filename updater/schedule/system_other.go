//go:build !linux && !darwin && !windows

package schedule

import (
	"context"
	"errors"
)

func (t Task) install(context.Context, string) error { return errors.ErrUnsupported }

func (t Task) remove(context.Context, string) error { return errors.ErrUnsupported }
