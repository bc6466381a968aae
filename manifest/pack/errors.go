package pack

import (
	"errors"
	"fmt"
)

// What is wrong with a path. All of them arrive in a [PathError], which
// matches [ErrPath] too.
var (
	ErrPath         = errors.New("path not allowed in a package")
	ErrPathEmpty    = errors.New("empty path or part of one")
	ErrPathLong     = errors.New("path or part of one is too long")
	ErrPathUTF8     = errors.New("path is not UTF-8")
	ErrPathAbsolute = errors.New("absolute path")
	ErrPathParent   = errors.New("path with a . or .. part") // "../x" leaves the folder
	ErrPathDrive    = errors.New("path with a drive letter") // "C:x"
	ErrPathStream   = errors.New("path with a colon")        // "x:y", an alternate data stream on Windows
	ErrPathSlash    = errors.New("path with a backslash")
	ErrPathControl  = errors.New("path with a control character")
	ErrPathSpecial  = errors.New("path with a character that Windows forbids")
	ErrPathDevice   = errors.New("path with the name of a Windows device")
	ErrPathTrailing = errors.New("path with a part that ends in a dot or a space")
	ErrPathReserved = errors.New("path is reserved for the index of the package")
	ErrPathClash    = errors.New("two paths that are the same where case is ignored")
	ErrPathParents  = errors.New("path without its folder before it")
)

// What callers decide on.
var (
	// ErrLink is a symbolic link, where only files and folders can be packed.
	ErrLink = errors.New("symbolic link in a package")
	// ErrHardLink is a second name for a file, which could be any file of the
	// disk that it is unpacked on.
	ErrHardLink = errors.New("hard link in a package")
	// ErrSpecial is a device, a pipe or another thing that is neither a file nor
	// a folder.
	ErrSpecial = errors.New("neither a file nor a folder")
	// ErrIndex is an index that is not exactly what [Index.Encode] writes.
	ErrIndex = errors.New("invalid package index")
	// ErrSchema is an index of a schema that this program does not know: a
	// newer koshin wrote it.
	ErrSchema = errors.New("package index of an unknown schema")
	// ErrTree is an index whose hash is not the wanted one: another tree.
	ErrTree = errors.New("package holds another tree than the signed one")
	// ErrContent is a file that differs from its entry in the index.
	ErrContent = errors.New("file differs from the package index")
	// ErrDamaged is a stream that is not a package, or is cut short.
	ErrDamaged = errors.New("damaged package")
	// ErrEntries is an index of more files and folders than a client can have
	// ([MaxEntries], [MaxIndex]).
	ErrEntries = errors.New("package lists too many files and folders")
	// ErrSize is an index whose files are larger together than the manifest says.
	ErrSize = errors.New("package unpacks to more than the signed size")
	// ErrRatio is a package that unpacks to far more than any client does; see
	// [CheckRatio].
	ErrRatio = errors.New("package unpacks to too many times its size")
	// ErrTrailing is something after the end of a package.
	ErrTrailing = errors.New("data after the end of the package")
	// ErrChanged is a folder that changed while it was packed.
	ErrChanged = errors.New("folder changed while it was packed")
)

// PathError names a path that a package cannot hold. It matches [ErrPath] and
// its reason.
type PathError struct {
	Path   string
	Reason error
}

func (e *PathError) Error() string { return fmt.Sprintf("%v: %q", e.Reason, e.Path) }

// Unwrap lets errors.Is find both the kind and the reason.
func (e *PathError) Unwrap() []error { return []error{ErrPath, e.Reason} }
