package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"unsafe"

	"golang.org/x/sys/windows"
)

// Elevated says whether this process may change the whole system, so that a
// file written by an ordinary user must not steer it.
func Elevated() bool { return windows.GetCurrentProcessToken().IsElevated() }

// writeRights are the access rights with which a file's content, its name or
// its protection can be changed.
const writeRights = windows.FILE_WRITE_DATA | windows.FILE_APPEND_DATA | windows.DELETE | windows.WRITE_DAC |
	windows.WRITE_OWNER | windows.GENERIC_WRITE | windows.GENERIC_ALL

// CheckProtected refuses a file or folder that other people could have
// changed: one whose access list lets Everyone, Users, Authenticated Users or
// the interactive user write, or, where ownedBySystem is asked, one that
// belongs to neither SYSTEM nor Administrators.
func CheckProtected(path string, ownedBySystem bool) error {
	descriptor, err := windows.GetNamedSecurityInfo(path, windows.SE_FILE_OBJECT,
		windows.OWNER_SECURITY_INFORMATION|windows.DACL_SECURITY_INFORMATION)
	if err != nil {
		return fmt.Errorf("read the protection of %s: %w", path, err)
	}
	owner, _, err := descriptor.Owner()
	if err != nil {
		return fmt.Errorf("read the owner of %s: %w", path, err)
	}
	if ownedBySystem && !owner.IsWellKnown(windows.WinLocalSystemSid) && !owner.IsWellKnown(windows.WinBuiltinAdministratorsSid) {
		return fmt.Errorf("%s (owner %s) %w", path, owner, ErrUnprotected)
	}
	acl, _, err := descriptor.DACL()
	if err != nil || acl == nil {
		return fmt.Errorf("%s (no access list) %w", path, ErrUnprotected)
	}
	for i := range uint32(acl.AceCount) {
		var ace *windows.ACCESS_ALLOWED_ACE
		if err := windows.GetAce(acl, i, &ace); err != nil {
			return fmt.Errorf("read the access list of %s: %w", path, err)
		}
		sid := (*windows.SID)(unsafe.Pointer(&ace.SidStart))
		if ace.Header.AceType == windows.ACCESS_ALLOWED_ACE_TYPE && ace.Mask&writeRights != 0 && isEverybody(sid) {
			return fmt.Errorf("%s (%s may write) %w", path, sid, ErrUnprotected)
		}
	}
	return nil
}

// isEverybody says whether the group contains ordinary users as such.
func isEverybody(sid *windows.SID) bool {
	for _, group := range []windows.WELL_KNOWN_SID_TYPE{
		windows.WinWorldSid, windows.WinBuiltinUsersSid, windows.WinAuthenticatedUserSid, windows.WinInteractiveSid,
	} {
		if sid.IsWellKnown(group) {
			return true
		}
	}
	return false
}

// systemOnly lets SYSTEM and Administrators do everything and Users read, here
// and below, and inherits nothing: %ProgramData% itself lets every user make
// files in it.
const systemOnly = "O:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FRFX;;;BU)"

// MakeProtected makes a folder that only administrators may change, where
// forSystem is asked; otherwise one like its surroundings. A folder that is
// there already is left as it is.
func MakeProtected(dir string, forSystem bool) error {
	if !forSystem {
		return os.MkdirAll(dir, 0o755)
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	descriptor, err := windows.SecurityDescriptorFromString(systemOnly)
	if err != nil {
		return fmt.Errorf("protect %s: %w", dir, err)
	}
	name, err := windows.UTF16PtrFromString(dir)
	if err != nil {
		return err
	}
	attributes := &windows.SecurityAttributes{SecurityDescriptor: descriptor}
	attributes.Length = uint32(unsafe.Sizeof(*attributes))
	if err := windows.CreateDirectory(name, attributes); err != nil && !errors.Is(err, fs.ErrExist) {
		return &fs.PathError{Op: "mkdir", Path: dir, Err: err}
	}
	return nil
}
