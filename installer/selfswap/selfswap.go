// Package selfswap puts a new executable in the place of one that may be
// running, koshin's own included, with the commit step of
// github.com/minio/selfupdate:
//
//	<dir>/.NAME.new   the new program, complete and flushed, made by the caller
//	<dir>/NAME     →  <old>            first rename
//	<dir>/.NAME.new → <dir>/NAME       second rename
//
// A running program can be renamed on every system, though on Windows not
// replaced or deleted; hence two renames and not one. After a death between
// them there is no program at NAME. Both files are complete, each in one of its
// two places, and package installer, whose journal announced the swap, puts
// them right; since NAME may be koshin itself, a copy of koshin that is not
// that file runs the recovery.
//
// selfupdate's Apply is not used: it holds the whole program in memory, and
// does not flush what it writes.
package selfswap

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/minio/selfupdate"
)

// NewPath is where the new program stands before [Commit]: beside target, under
// the name that selfupdate expects.
func NewPath(target string) string {
	return filepath.Join(filepath.Dir(target), NewName(filepath.Base(target)))
}

// NewName is the same for a bare file name.
func NewName(name string) string { return "." + name + ".new" }

// Commit renames target to old and [NewPath] to target. All three must be on
// one volume. Nothing may stand at old: selfupdate deletes what is there, and
// after a commit that was interrupted that would be the only copy of the old
// program. The error is then [fs.ErrExist].
//
// After an error the caller looks at the disk: the target was given back when
// that was possible.
func Commit(target, old string) error {
	if _, err := os.Lstat(old); !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(err, &fs.PathError{Op: "commit", Path: old, Err: fs.ErrExist})
	}
	// Without the new program the first rename would take the old one away for
	// nothing.
	if info, err := os.Lstat(NewPath(target)); err != nil {
		return err
	} else if !info.Mode().IsRegular() {
		return &fs.PathError{Op: "commit", Path: NewPath(target), Err: fs.ErrInvalid}
	}
	err := selfupdate.CommitBinary(selfupdate.Options{TargetPath: target, OldSavePath: old})
	if failed := selfupdate.RollbackError(err); failed != nil {
		return fmt.Errorf("%w; and the old program was not given back: %w", err, failed)
	}
	return err
}
