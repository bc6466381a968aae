//go:build unix

package config

import (
	"fmt"
	"os"
	"syscall"
)

// Elevated says whether this process may change the whole system, so that a
// file written by an ordinary user must not steer it.
func Elevated() bool { return os.Geteuid() == 0 }

// CheckProtected refuses a file or folder that others could have changed: one
// that its group or everybody may write, or, where ownedBySystem is asked, one
// that does not belong to root.
func CheckProtected(path string, ownedBySystem bool) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if info.Mode().Perm()&0o022 != 0 {
		return fmt.Errorf("%s (mode %04o) %w", path, info.Mode().Perm(), ErrUnprotected)
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if ownedBySystem && ok && owner.Uid != 0 {
		return fmt.Errorf("%s (owner %d) %w", path, owner.Uid, ErrUnprotected)
	}
	return nil
}

// MakeProtected makes a folder, and those above it, that only its owner may
// change and everybody may read.
func MakeProtected(dir string, _ bool) error { return os.MkdirAll(dir, 0o755) }
