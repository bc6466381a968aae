//go:build !windows

package uninstallkey

import "errors"

// System has no lists here: every call is [errors.ErrUnsupported].
func System() Registry {
	return Registry{
		Keys: func(View) ([]string, error) { return nil, errors.ErrUnsupported },
		Read: func(View, string) (Entry, error) { return Entry{}, errors.ErrUnsupported },
	}
}
