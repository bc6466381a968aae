package atomicfile

import (
	"errors"

	"golang.org/x/sys/windows"
)

func answerOf(err error) answer {
	switch {
	case err == nil:
		return done
	case errors.Is(err, windows.ERROR_SHARING_VIOLATION), errors.Is(err, windows.ERROR_LOCK_VIOLATION), errors.Is(err, windows.ERROR_USER_MAPPED_FILE):
		return held
	case errors.Is(err, windows.ERROR_ACCESS_DENIED):
		return denied
	}
	return other
}

// probe opens a file with the right to delete it, and does not. It shares
// everything, so it is in nobody's way.
func probe(name string) error {
	text, err := windows.UTF16PtrFromString(name)
	if err != nil {
		return err
	}
	const share = windows.FILE_SHARE_READ | windows.FILE_SHARE_WRITE | windows.FILE_SHARE_DELETE
	file, err := windows.CreateFile(text, windows.DELETE, share, nil, windows.OPEN_EXISTING, windows.FILE_FLAG_OPEN_REPARSE_POINT|windows.FILE_FLAG_BACKUP_SEMANTICS, 0)
	if err != nil {
		return err
	}
	return windows.CloseHandle(file)
}
