package uninstallkey

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
)

// View is one of the lists.
type View string

// The lists; see the package's doc.
const (
	Machine64 View = "HKLM"
	Machine32 View = "HKLM (32-bit)"
	User      View = "HKCU"
)

// Entry is one installed program as its installer described it. Nothing of it
// is verified. The lists of the machine only an administrator can write; what
// the user's list says is never run with more rights than the user's.
type Entry struct {
	View     View
	Key      string // name of the key: a product code {GUID} or a name
	Name     string // DisplayName
	Version  string // DisplayVersion
	Location string // InstallLocation without quotes; most entries have none

	Uninstall      string // UninstallString: opens a window
	QuietUninstall string // QuietUninstallString: opens none; NSIS and Inno write one
}

// QuietLine is the command line that takes the program out without a window;
// empty where its installer left none. A product of Windows Installer is taken
// out by its code, which is the name of its key.
func (e Entry) QuietLine() string {
	if e.QuietUninstall != "" {
		return e.QuietUninstall
	}
	byMSI := strings.HasPrefix(strings.ToLower(e.Uninstall), "msiexec")
	if byMSI && productCode.MatchString(e.Key) {
		return "msiexec.exe /x" + e.Key + " /qn /norestart"
	}
	return ""
}

var productCode = regexp.MustCompile(`^\{[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}$`)

// Registry reads the lists. A list or a key that is not there is
// [fs.ErrNotExist].
type Registry struct {
	Keys func(View) ([]string, error)
	Read func(view View, key string) (Entry, error)
}

// maxKeys bounds what is looked through in one list. A PC has some hundreds.
const maxKeys = 10_000

// Find lists the programs with this key or, since the product code of an msi
// changes with its version, with this display name. Case does not count. Keys
// come before names in each list. There may be none.
func (r Registry) Find(name string) ([]Entry, error) {
	if name == "" {
		return nil, nil // entries without a name are no program
	}
	var found []Entry
	for _, view := range []View{Machine64, Machine32, User} {
		entries, err := r.find(view, name)
		if err != nil {
			return nil, fmt.Errorf("uninstall keys of %s: %w", view, err)
		}
		found = append(found, entries...)
	}
	return found, nil
}

func (r Registry) find(view View, name string) ([]Entry, error) {
	keys, err := r.Keys(view)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var found []Entry
	for _, key := range keys[:min(len(keys), maxKeys)] {
		entry, err := r.Read(view, key)
		if errors.Is(err, fs.ErrNotExist) {
			continue // uninstalled while we look
		}
		if err != nil && !strings.EqualFold(key, name) {
			continue // somebody else's entry is not our affair
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		entry.View, entry.Key, entry.Location = view, key, unquote(entry.Location)
		if strings.EqualFold(key, name) || strings.EqualFold(strings.TrimSpace(entry.Name), name) {
			found = append(found, entry)
		}
	}
	slices.SortStableFunc(found, func(a, b Entry) int {
		return cmp.Compare(rank(a, name), rank(b, name))
	})
	return found, nil
}

func rank(e Entry, name string) int {
	if strings.EqualFold(e.Key, name) {
		return 0
	}
	return 1
}

// unquote takes off what installers put around a path.
func unquote(path string) string { return strings.Trim(strings.TrimSpace(path), `"`) }
