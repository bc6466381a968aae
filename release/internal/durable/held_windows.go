package durable

import (
	"errors"

	"golang.org/x/sys/windows"
)

// isHeld says that somebody else may have the file open: Windows gives the same
// answer to that as to a lack of rights.
func isHeld(err error) bool {
	return errors.Is(err, windows.ERROR_SHARING_VIOLATION) || errors.Is(err, windows.ERROR_ACCESS_DENIED)
}
