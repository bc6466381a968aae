//go:build !linux && !darwin && !windows

package schedule

import (
	"context"
	"errors"
)

func (t Task) install(context.Context) error { return errors.ErrUnsupported }

func (t Task) look(context.Context) (Seen, error) { return Seen{}, errors.ErrUnsupported }

func (t Task) remove(context.Context) error { return errors.ErrUnsupported }
