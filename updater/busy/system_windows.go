package busy

import (
	"os"
	"unsafe"

	"golang.org/x/sys/windows"

	"github.com/koshin-updater/koshin/installer/protect"
)

// open follows no link: what it opens then is the link, which is no plain file.
func open(path string) (*os.File, error) {
	name, err := windows.UTF16PtrFromString(protect.Long(path))
	if err != nil {
		return nil, err
	}
	const share = windows.FILE_SHARE_READ | windows.FILE_SHARE_WRITE | windows.FILE_SHARE_DELETE
	const flags = windows.FILE_FLAG_OPEN_REPARSE_POINT | windows.FILE_FLAG_BACKUP_SEMANTICS
	handle, err := windows.CreateFile(name, windows.GENERIC_READ, share, nil, windows.OPEN_EXISTING, flags, 0)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	return os.NewFile(uintptr(handle), path), nil
}

// everybody may add, change and delete files in the folder, and not change its
// protection; SYSTEM and Administrators may do everything.
const everybody = "D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1301bf;;;BU)(A;OICI;FA;;;CO)"

func mkdir(dir string) error {
	descriptor, err := windows.SecurityDescriptorFromString(everybody)
	if err != nil {
		return err
	}
	name, err := windows.UTF16PtrFromString(protect.Long(dir))
	if err != nil {
		return err
	}
	attributes := windows.SecurityAttributes{SecurityDescriptor: descriptor}
	attributes.Length = uint32(unsafe.Sizeof(attributes))
	if err := windows.CreateDirectory(name, &attributes); err != nil {
		return &os.PathError{Op: "mkdir", Path: dir, Err: err}
	}
	return nil
}
