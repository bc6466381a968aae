package pack

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/koshin-updater/koshin/manifest"
)

// Limits of a path, in bytes. Linux and Windows stop at 255 for a part; 400
// leaves room for the install folder in the 1024 of macOS.
const (
	maxPath = 400
	maxPart = 255
)

// indexName is the first entry of a package, which no file of a tree can be.
const indexName = ".koshin-index"

// CheckPath says whether a package may hold this path: relative, with slashes,
// and a plain name on Windows, Linux and macOS alike. The error is a
// [PathError].
func CheckPath(path string) error {
	if reason := pathReason(path); reason != nil {
		return &PathError{Path: path, Reason: reason}
	}
	return nil
}

func pathReason(path string) error {
	switch {
	case path == "":
		return ErrPathEmpty
	case len(path) > maxPath:
		return ErrPathLong
	case !utf8.ValidString(path):
		return ErrPathUTF8
	case strings.Contains(path, `\`):
		return ErrPathSlash
	case path[0] == '/':
		return ErrPathAbsolute
	case path[0] == indexName[0] && Fold(path) == indexName:
		return ErrPathReserved
	}
	if isDrive(path) {
		return ErrPathDrive
	}
	for part := range strings.SplitSeq(path, "/") {
		if reason := partReason(part); reason != nil {
			return reason
		}
	}
	return nil
}

// isDrive says whether Windows takes the path for one on a drive.
func isDrive(path string) bool {
	return len(path) > 1 && path[1] == ':' && ('a' <= path[0]|0x20 && path[0]|0x20 <= 'z')
}

func partReason(part string) error {
	switch {
	case part == "":
		return ErrPathEmpty
	case part == "." || part == "..":
		return ErrPathParent
	case len(part) > maxPart:
		return ErrPathLong
	case strings.Contains(part, ":"):
		return ErrPathStream
	case strings.ContainsFunc(part, unicode.IsControl):
		return ErrPathControl
	case strings.ContainsAny(part, `<>"|?*`):
		return ErrPathSpecial
	case strings.HasSuffix(part, ".") || strings.HasSuffix(part, " "):
		return ErrPathTrailing
	case manifest.IsDeviceName(part):
		return ErrPathDevice
	}
	return nil
}

// Fold is the form in which two names are equal when some system takes them
// for the same file: without case and in one Unicode normal form.
func Fold(path string) string {
	if isASCII(path) {
		return strings.ToLower(path)
	}
	return strings.Map(foldRune, norm.NFC.String(path))
}

// foldRune is the smallest rune that differs from r only in case.
func foldRune(r rune) rune {
	if r < utf8.RuneSelf {
		return unicode.ToLower(r)
	}
	least := r
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		least = min(least, f)
	}
	return unicode.ToLower(least) // K (Kelvin) folds to k like K does
}

func isASCII(path string) bool {
	for i := range len(path) {
		if path[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// Compare orders paths as a walk meets them: a folder, everything inside it,
// then its next sibling.
func Compare(a, b string) int {
	for i := range min(len(a), len(b)) {
		if x, y := rank(a[i]), rank(b[i]); x != y {
			return x - y
		}
	}
	return len(a) - len(b)
}

// rank puts the slash before every other byte of a path.
func rank(c byte) int {
	if c == '/' {
		return 0
	}
	return int(c) + 1
}
