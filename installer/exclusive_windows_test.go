package installer

import "golang.org/x/sys/windows"

// openExclusive holds a file as a program does that lets nobody touch it.
func openExclusive(path string) (release func(), err error) {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return nil, err
	}
	handle, err := windows.CreateFile(name, windows.GENERIC_READ, 0, nil, windows.OPEN_EXISTING, 0, 0)
	return func() { _ = windows.CloseHandle(handle) }, err
}
