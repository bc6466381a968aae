package startmenu

import (
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// method is a place in the table of functions of a COM object (shobjidl_core.h,
// objidl.h).
type method int

const (
	queryInterface method = 0
	release        method = 2

	// IShellLinkW
	getPath        method = 3
	setDescription method = 7
	getArguments   method = 10
	setArguments   method = 11
	setPath        method = 20

	// IPersistFile
	loadFile method = 5
	saveFile method = 6
)

// object is a COM object: its first word leads to the table.
type object struct{ table *[21]uintptr }

// call returns the object's own answer; one that is negative is an error.
func (o *object) call(m method, args ...uintptr) error {
	code, _, _ := syscall.SyscallN(o.table[m], append([]uintptr{uintptr(unsafe.Pointer(o))}, args...)...)
	return failed(code)
}

func failed(code uintptr) error {
	switch hresult := uint32(code); { //nolint:gosec // an HRESULT has 32 bits
	case hresult < 0x80000000:
		return nil
	case hresult == 0x80070005 || hresult == 0x80030005: // E_ACCESSDENIED, STG_E_ACCESSDENIED
		return fs.ErrPermission
	default:
		return fmt.Errorf("%w: HRESULT %#x", ErrEntry, hresult)
	}
}

// link is a shortcut in the making.
type link struct{ shell, file *object }

// withLink lends a new shortcut. COM belongs to the thread.
func withLink(do func(*link) error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	switch err := windows.CoInitializeEx(0, windows.COINIT_APARTMENTTHREADED); {
	case err == nil || errors.Is(err, syscall.Errno(1)): // S_FALSE: it was already
		defer windows.CoUninitialize()
	default:
		return fmt.Errorf("%w: %w", ErrEntry, err)
	}
	class := windows.GUID{Data1: 0x00021401, Data4: [8]byte{0xC0, 0, 0, 0, 0, 0, 0, 0x46}}
	shellLink := windows.GUID{Data1: 0x000214F9, Data4: [8]byte{0xC0, 0, 0, 0, 0, 0, 0, 0x46}}
	persistFile := windows.GUID{Data1: 0x0000010B, Data4: [8]byte{0xC0, 0, 0, 0, 0, 0, 0, 0x46}}
	create := windows.NewLazySystemDLL("ole32.dll").NewProc("CoCreateInstance")
	const inProcess = 1
	var l link
	code, _, _ := create.Call(uintptr(unsafe.Pointer(&class)), 0, inProcess, uintptr(unsafe.Pointer(&shellLink)), uintptr(unsafe.Pointer(&l.shell)))
	if err := failed(code); err != nil {
		return err
	}
	defer l.shell.call(release) //nolint:errcheck // returns a count
	if err := l.shell.call(queryInterface, uintptr(unsafe.Pointer(&persistFile)), uintptr(unsafe.Pointer(&l.file))); err != nil {
		return err
	}
	defer l.file.call(release) //nolint:errcheck // returns a count
	return do(&l)
}

func (l *link) set(m method, text string) error {
	p, err := windows.UTF16PtrFromString(text)
	if err != nil {
		return err
	}
	err = l.shell.call(m, uintptr(unsafe.Pointer(p)))
	runtime.KeepAlive(p)
	return err
}

func (l *link) text(m method) (string, error) {
	var buffer [1024]uint16
	err := l.shell.call(m, uintptr(unsafe.Pointer(&buffer[0])), uintptr(len(buffer)))
	return windows.UTF16ToString(buffer[:]), err
}

// path is the program as it was set, and not a short name of it.
func (l *link) path() (string, error) {
	var buffer [1024]uint16
	const raw = 4 // SLGP_RAWPATH
	err := l.shell.call(getPath, uintptr(unsafe.Pointer(&buffer[0])), uintptr(len(buffer)), 0, raw)
	return windows.UTF16ToString(buffer[:]), err
}

func (l *link) save(name string) error { return l.with(saveFile, name, 1) } // 1: this is its file from now on

func (l *link) load(name string) error { return l.with(loadFile, name, 0) } // 0: STGM_READ

func (l *link) with(m method, name string, flag uintptr) error {
	p, err := windows.UTF16PtrFromString(name)
	if err != nil {
		return err
	}
	err = l.file.call(m, uintptr(unsafe.Pointer(p)), flag)
	runtime.KeepAlive(p)
	return err
}
