//go:build !windows

package systemproxy

// Script is nil: only Windows has somebody to ask.
func Script() ScriptFunc { return nil }
