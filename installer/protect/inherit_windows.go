package protect

import (
	"errors"
	"fmt"
	"io/fs"

	"golang.org/x/sys/windows"
)

// Inherit makes a file or folder, and everything below it, take what the folder
// hands down that it is in now. What was set on the file itself goes. A volume
// without access lists has nothing to hand down.
func Inherit(path string) error { return setAccess(path, "D:") }

// CopyExplicit sets what was set on one file or folder itself, not handed down
// to it, on another one. The first need not exist.
func CopyExplicit(from, to string) error {
	descriptor, err := windows.GetNamedSecurityInfo(Long(from), windows.SE_FILE_OBJECT, windows.DACL_SECURITY_INFORMATION)
	if errors.Is(err, fs.ErrNotExist) || without(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the protection of %s: %w", from, err)
	}
	own, found := explicit(descriptor.String())
	if !found {
		return nil
	}
	return setAccess(to, own)
}

func setAccess(path, list string) error {
	descriptor, err := windows.SecurityDescriptorFromString(list)
	if err != nil {
		return fmt.Errorf("protect %s: %w", path, err)
	}
	own, _, err := descriptor.DACL()
	if err != nil {
		return fmt.Errorf("protect %s: %w", path, err)
	}
	var what windows.SECURITY_INFORMATION = windows.DACL_SECURITY_INFORMATION | windows.UNPROTECTED_DACL_SECURITY_INFORMATION
	if control, _, err := descriptor.Control(); err == nil && control&windows.SE_DACL_PROTECTED != 0 {
		what = windows.DACL_SECURITY_INFORMATION | windows.PROTECTED_DACL_SECURITY_INFORMATION
	}
	file, err := openPlain(path)
	if err != nil {
		return err
	}
	err = windows.SetSecurityInfo(file, windows.SE_FILE_OBJECT, what, nil, nil, own, nil)
	if err := errors.Join(err, windows.CloseHandle(file)); err != nil && !without(err) {
		return fmt.Errorf("protect %s: %w", path, err)
	}
	return nil
}

// openPlain opens a file or folder to change its protection. It refuses a link
// and a file with a second name: where users can write, one of them may have put
// a name for a file of the system there.
func openPlain(path string) (windows.Handle, error) {
	name, err := windows.UTF16PtrFromString(Long(path))
	if err != nil {
		return 0, err
	}
	file, err := windows.CreateFile(name, windows.READ_CONTROL|windows.WRITE_DAC|windows.FILE_READ_ATTRIBUTES,
		windows.FILE_SHARE_READ|windows.FILE_SHARE_WRITE|windows.FILE_SHARE_DELETE, nil, windows.OPEN_EXISTING,
		windows.FILE_FLAG_BACKUP_SEMANTICS|windows.FILE_FLAG_OPEN_REPARSE_POINT, 0)
	if err != nil {
		return 0, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	var is windows.ByHandleFileInformation
	err = windows.GetFileInformationByHandle(file, &is)
	isDir := is.FileAttributes&windows.FILE_ATTRIBUTE_DIRECTORY != 0
	if err == nil && (is.FileAttributes&windows.FILE_ATTRIBUTE_REPARSE_POINT != 0 || !isDir && is.NumberOfLinks > 1) {
		err = ErrNotPlain
	}
	if err != nil {
		return 0, errors.Join(&Error{path, err}, windows.CloseHandle(file))
	}
	return file, nil
}

// without says whether the volume has no access lists, as on a USB stick.
func without(err error) bool {
	return errors.Is(err, windows.ERROR_NOT_SUPPORTED) || errors.Is(err, windows.ERROR_INVALID_FUNCTION)
}
