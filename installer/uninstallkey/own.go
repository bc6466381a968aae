package uninstallkey

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
)

// OwnKey is the key of koshin's own entry, in the list [Machine64].
const OwnKey = "Koshin"

// Own is koshin's own entry, as its installer writes it.
type Own struct {
	Name           string
	Version        string
	Publisher      string
	Icon           string // a program
	Location       string // the folder of the program
	Uninstall      string // command line
	QuietUninstall string // the same without a window
	Size           int64  // bytes
}

// OwnList is where koshin's own entry is kept. [SystemOwn] has the one of this PC.
type OwnList struct {
	Registry   Registry
	Write      func(Own) error
	SetVersion func(version string) error
}

// KeepVersion has koshin's entry state the version of the koshin in dir, after
// that replaced itself. An entry of another koshin is left alone, and none is made:
// a koshin that no installer brought is not listed.
func (l OwnList) KeepVersion(dir, version string) error {
	entry, err := l.Registry.Read(Machine64, OwnKey)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, errors.ErrUnsupported) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("uninstall key of koshin: %w", err)
	}
	if !sameFolder(unquote(entry.Location), dir) || entry.Version == version {
		return nil
	}
	if err := l.SetVersion(version); err != nil {
		return fmt.Errorf("uninstall key of koshin: %w", err)
	}
	return nil
}

// sameFolder compares paths as Windows does, but for short names.
func sameFolder(a, b string) bool {
	return a != "" && strings.EqualFold(filepath.Clean(a), filepath.Clean(b))
}
