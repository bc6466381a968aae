package config

import (
	"errors"
	"fmt"

	"github.com/koshin-updater/koshin/installer/protect"
)

// CheckProtected refuses a file or folder that ordinary users could have
// changed ([ErrUnprotected]), or, where ownedBySystem is asked, one that belongs
// to neither SYSTEM (root elsewhere) nor Administrators.
func CheckProtected(path string, ownedBySystem bool) error {
	err := protect.File(path, ownedBySystem)
	if errors.Is(err, protect.ErrWritable) || errors.Is(err, protect.ErrOwner) {
		return fmt.Errorf("%w: %w", ErrUnprotected, err)
	}
	return err
}
