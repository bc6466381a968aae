//go:build !windows

package installer

import "os"

// openExclusive holds a file as a program does that lets nobody touch it. No
// file can be held like that here: it is only open.
func openExclusive(path string) (release func(), err error) {
	file, err := os.Open(path)
	return func() { _ = file.Close() }, err
}
