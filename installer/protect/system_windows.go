package protect

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"unsafe"

	"golang.org/x/sys/windows"
)

// Elevated says whether this process may change the whole system, so that a
// file written by an ordinary user must not steer it.
func Elevated() bool { return windows.GetCurrentProcessToken().IsElevated() }

// self is the user that this process belongs to.
func self() (string, error) {
	user, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return "", fmt.Errorf("read the user of this process: %w", err)
	}
	return user.User.Sid.String(), nil
}

func judge(dir string, named fs.FileInfo) error {
	user, err := self()
	if err != nil {
		return err
	}
	open, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer open.Close()
	// What is judged is what was opened, not what may bear its name by then.
	if is, err := open.Stat(); err != nil || !os.SameFile(named, is) {
		return errors.Join(err, ErrNotPlain)
	}
	d, err := describe(open)
	if err != nil {
		return err
	}
	return d.Judge(user)
}

// File refuses a file or folder, or what a link leads to, that ordinary users
// could change, or, where ownedBySystem is asked, that belongs to neither SYSTEM
// nor Administrators.
func File(path string, ownedBySystem bool) error {
	open, err := os.Open(path)
	if err != nil {
		return err
	}
	defer open.Close()
	d, err := describe(open)
	if err == nil {
		err = d.JudgeFile(ownedBySystem)
	}
	return about(path, err)
}

// describe reads the protection of an open file or folder.
func describe(open *os.File) (Descriptor, error) {
	descriptor, err := windows.GetSecurityInfo(windows.Handle(open.Fd()), windows.SE_FILE_OBJECT,
		windows.OWNER_SECURITY_INFORMATION|windows.DACL_SECURITY_INFORMATION)
	if err != nil {
		return Descriptor{}, fmt.Errorf("read the protection: %w", err)
	}
	owner, _, err := descriptor.Owner()
	if err != nil {
		return Descriptor{}, fmt.Errorf("read the owner: %w", err)
	}
	d := Descriptor{Owner: owner.String()}
	list, _, err := descriptor.DACL()
	if err != nil || list == nil {
		d.NoList = true
		return d, nil
	}
	for i := range uint32(list.AceCount) {
		var ace *windows.ACCESS_ALLOWED_ACE
		if err := windows.GetAce(list, i, &ace); err != nil {
			return d, fmt.Errorf("read the access list: %w", err)
		}
		d.Entries = append(d.Entries, entry(ace))
	}
	return d, nil
}

// Kinds of entry beside those that package windows names: with a condition,
// which is taken as fulfilled.
const (
	allowedCallback = 0x9
	deniedCallback  = 0xA
)

func entry(ace *windows.ACCESS_ALLOWED_ACE) Entry {
	e := Entry{Mask: uint32(ace.Mask)}
	switch ace.Header.AceType {
	case windows.ACCESS_ALLOWED_ACE_TYPE, allowedCallback:
		e.Who = (*windows.SID)(unsafe.Pointer(&ace.SidStart)).String()
	case windows.ACCESS_DENIED_ACE_TYPE, deniedCallback:
		e.Kind = Denies
	default:
		e.Kind, e.Who = Unknown, fmt.Sprintf("entry of kind %d", ace.Header.AceType)
	}
	return e
}

func mkdir(dir string, readers Readers) error {
	name, attributes, err := protected(dir, readers)
	if err != nil {
		return fmt.Errorf("protect %s: %w", dir, err)
	}
	if err := windows.CreateDirectory(name, attributes); err != nil {
		return &fs.PathError{Op: "mkdir", Path: dir, Err: err}
	}
	return nil
}

func mkfile(path string) error {
	name, attributes, err := protected(path, Nobody)
	if err != nil {
		return fmt.Errorf("protect %s: %w", path, err)
	}
	file, err := windows.CreateFile(name, windows.GENERIC_WRITE, windows.FILE_SHARE_READ|windows.FILE_SHARE_WRITE, attributes, windows.CREATE_NEW, windows.FILE_ATTRIBUTE_NORMAL, 0)
	if err != nil {
		return &fs.PathError{Op: "create", Path: path, Err: err}
	}
	return windows.CloseHandle(file)
}

// protected is a path and its protection as Windows takes them.
func protected(path string, readers Readers) (*uint16, *windows.SecurityAttributes, error) {
	user, err := self()
	if err != nil {
		return nil, nil, err
	}
	descriptor, err := windows.SecurityDescriptorFromString(text(user, Elevated(), readers))
	if err != nil {
		return nil, nil, err
	}
	name, err := windows.UTF16PtrFromString(Long(path))
	attributes := &windows.SecurityAttributes{SecurityDescriptor: descriptor}
	attributes.Length = uint32(unsafe.Sizeof(*attributes))
	return name, attributes, err
}

// Long is an absolute path in the form that may be longer than 248 characters.
func Long(path string) string {
	if strings.HasPrefix(path, `\\`) {
		return path // a share, or in that form already
	}
	return `\\?\` + path
}

func isReadOnly(err error) bool { return errors.Is(err, windows.ERROR_WRITE_PROTECT) }

// writable would have to make a file: the first one that is needed will say it.
func writable(string) error { return nil }
