// Package protect tells whose a file or folder is, and makes folders that only
// koshin and administrators can write in.
//
// A program that often runs as SYSTEM or root must not be steered by a file that
// an ordinary user could have written: a configuration, a journal, a build that
// waits to be installed. So koshin makes its own folders with an explicit
// protection, and before it reads or writes anything in one that is there
// already, it looks whether that protection still holds. A folder that it would
// not have made is refused and not repaired: whoever made it may still hold a
// file in it open.
//
// Trusted are SYSTEM (root elsewhere), Administrators, the Windows installer
// service, and the user that this process belongs to. On Windows the thinking
// is in [Judge], on values, so that it is tested on every system.
package protect

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// What callers decide on.
var (
	// ErrWritable: somebody whom nobody trusts could change it.
	ErrWritable = errors.New("can be changed by other users")
	// ErrOwner: it belongs to another ordinary user, who can change its
	// protection at any time.
	ErrOwner = errors.New("belongs to another user")
	// ErrNotPlain: it is a link, or no folder at all.
	ErrNotPlain = errors.New("is a link or not a folder")
	// ErrReadOnly: this user, or nobody, may write in the folder.
	ErrReadOnly = errors.New("cannot be written in")
)

// Error names the file or folder. It matches its reason.
type Error struct {
	Path   string
	Reason error
}

func (e *Error) Error() string { return e.Path + " " + e.Reason.Error() }

func (e *Error) Unwrap() error { return e.Reason }

// Readers are who may look into a folder that koshin makes.
type Readers int

// The readers.
const (
	Nobody   Readers = iota // only those who may write: staged builds, copies of user data
	Everyone                // state that programs without rights may show
)

// Folder refuses a folder of koshin's own that is a link, belongs to somebody
// else, or could be changed by somebody else. One that is not there is
// [fs.ErrNotExist].
func Folder(dir string) error {
	named, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	if !named.IsDir() {
		return &Error{dir, ErrNotPlain}
	}
	return about(dir, judge(dir, named))
}

// Make makes a folder that nobody else may write in, and judges one that is
// there as [Folder] does. Folders above it are made like their surroundings.
func Make(dir string, readers Readers) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return Explain(dir, err)
	}
	if err := mkdir(dir, readers); err != nil && !errors.Is(err, fs.ErrExist) {
		return Explain(dir, err)
	}
	if err := Folder(dir); err != nil {
		return err
	}
	return Explain(dir, writable(dir))
}

// MakeFile makes an empty file that nobody else may open, not even to read: on
// Windows whoever may read a file may also lock it. One that is there stays as
// it is; its folder was judged.
func MakeFile(name string) error {
	name, err := filepath.Abs(name)
	if err != nil {
		return err
	}
	if err := mkfile(name); err != nil && !errors.Is(err, fs.ErrExist) {
		return Explain(filepath.Dir(name), err)
	}
	return nil
}

// Explain adds [ErrReadOnly] to an error that says that nothing can be written.
func Explain(dir string, err error) error {
	if errors.Is(err, fs.ErrPermission) || isReadOnly(err) {
		return &Error{dir, fmt.Errorf("%w: %w", ErrReadOnly, err)}
	}
	return err
}

func about(path string, err error) error {
	if err == nil {
		return nil
	}
	return &Error{path, err}
}
