package uninstallkey

import (
	"errors"
	"fmt"
	"io"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

const uninstall = `Software\Microsoft\Windows\CurrentVersion\Uninstall`

// System is the registry of this PC.
func System() Registry { return Registry{Keys: keys, Read: read} }

// open opens a list, or a key of it. A 32-bit Windows has one list for the
// machine and gives it for both views.
func open(view View, path string) (registry.Key, error) {
	switch view {
	case Machine64:
		return registry.OpenKey(registry.LOCAL_MACHINE, path, registry.READ|registry.WOW64_64KEY)
	case Machine32:
		return registry.OpenKey(registry.LOCAL_MACHINE, path, registry.READ|registry.WOW64_32KEY)
	case User:
		return registry.OpenKey(registry.CURRENT_USER, path, registry.READ)
	}
	return 0, fmt.Errorf("no list %q", view)
}

func keys(view View) ([]string, error) {
	list, err := open(view, uninstall)
	if err != nil {
		return nil, err
	}
	defer list.Close()
	names, err := list.ReadSubKeyNames(maxKeys)
	if errors.Is(err, io.EOF) {
		err = nil // fewer than that: the usual case
	}
	return names, err
}

func read(view View, name string) (Entry, error) {
	key, err := open(view, uninstall+`\`+name)
	if err != nil {
		return Entry{}, err
	}
	defer key.Close()
	var e Entry
	for value, to := range map[string]*string{
		"DisplayName": &e.Name, "DisplayVersion": &e.Version, "InstallLocation": &e.Location,
		"UninstallString": &e.Uninstall, "QuietUninstallString": &e.QuietUninstall,
	} {
		if *to, err = text(key, value); err != nil {
			return Entry{}, fmt.Errorf("%s: %w", value, err)
		}
	}
	return e, nil
}

// maxValue bounds a value in bytes: the longest path has 32,767 characters.
const maxValue = 64 << 10

// text is a value; one that is missing or no text is empty.
func text(key registry.Key, name string) (string, error) {
	size, _, err := key.GetValue(name, nil)
	switch {
	case errors.Is(err, registry.ErrNotExist):
		return "", nil
	case err != nil && !errors.Is(err, windows.ERROR_MORE_DATA):
		return "", err
	case size > maxValue:
		return "", nil
	}
	value, _, err := key.GetStringValue(name)
	if errors.Is(err, registry.ErrNotExist) || errors.Is(err, registry.ErrUnexpectedType) {
		return "", nil
	}
	return value, err
}
