package line

import (
	"errors"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

var coCreateInstance = windows.NewLazySystemDLL("ole32.dll").NewProc("CoCreateInstance")

// The names of netlistmgr.h.
var (
	networkListManager = windows.GUID{Data1: 0xDCB00C01, Data2: 0x570F, Data3: 0x4A9B, Data4: [8]byte{0x8D, 0x69, 0x19, 0x9F, 0xDB, 0xA5, 0x72, 0x3B}} //nolint:gochecknoglobals // a constant that Go cannot spell
	networkCostManager = windows.GUID{Data1: 0xDCB00008, Data2: 0x570F, Data3: 0x4A9B, Data4: [8]byte{0x8D, 0x69, 0x19, 0x9F, 0xDB, 0xA5, 0x72, 0x3B}} //nolint:gochecknoglobals // a constant that Go cannot spell
)

// costManager is INetworkCostManager: IUnknown's three methods, then GetCost.
type costManager struct {
	methods *struct{ queryInterface, addRef, release, getCost uintptr }
}

// Read asks this system. Windows 7 has no such interface.
func Read() Cost {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := windows.CoInitializeEx(0, windows.COINIT_MULTITHREADED); err == nil || errors.Is(err, syscall.Errno(windows.S_FALSE)) {
		defer windows.CoUninitialize()
	}
	const anyServer = 0x17 // CLSCTX_ALL
	var manager *costManager
	code, _, _ := coCreateInstance.Call(uintptr(unsafe.Pointer(&networkListManager)), 0, anyServer,
		uintptr(unsafe.Pointer(&networkCostManager)), uintptr(unsafe.Pointer(&manager)))
	if code != 0 || manager == nil {
		return Unknown
	}
	self := uintptr(unsafe.Pointer(manager))
	defer func() { _, _, _ = syscall.SyscallN(manager.methods.release, self) }()
	var cost uint32
	if code, _, _ := syscall.SyscallN(manager.methods.getCost, self, uintptr(unsafe.Pointer(&cost)), 0); code != 0 {
		return Unknown
	}
	return ofWindows(cost)
}
