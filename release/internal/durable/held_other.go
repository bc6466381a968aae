//go:build !windows

package durable

// isHeld is a matter of Windows: elsewhere an open file can be renamed.
func isHeld(error) bool { return false }
