//go:build !windows

package startmenu

import "errors"

func programs() (string, error) { return "", errors.ErrUnsupported }

func (e Entry) write(string) error { return errors.ErrUnsupported }

func read(string, string) (Entry, bool, error) { return Entry{}, false, errors.ErrUnsupported }

func remove(string, string) error { return errors.ErrUnsupported }
