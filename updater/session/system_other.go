//go:build !windows

package session

import (
	"errors"
	"fmt"
)

func thisSystem() (system, error) {
	return nil, fmt.Errorf("sessions of windows: %w", errors.ErrUnsupported)
}
