//go:build !windows

package uninstallkey

import "errors"

// SystemOwn has no list here: every call is [errors.ErrUnsupported].
func SystemOwn() OwnList {
	return OwnList{
		Registry:   System(),
		Write:      func(Own) error { return errors.ErrUnsupported },
		SetVersion: func(string) error { return errors.ErrUnsupported },
	}
}
