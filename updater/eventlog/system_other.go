//go:build !windows

package eventlog

import "errors"

func registerAs(string) error { return errors.ErrUnsupported }

func unregister(string) error { return errors.ErrUnsupported }

func registered(string) (bool, error) { return false, errors.ErrUnsupported }

func report(string, Entry, string) error { return errors.ErrUnsupported }
