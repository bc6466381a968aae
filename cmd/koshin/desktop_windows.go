package main

import "golang.org/x/sys/windows"

// desktop is this user's desktop, wherever it was moved to.
func desktop() (string, error) { return windows.KnownFolderPath(windows.FOLDERID_Desktop, 0) }
