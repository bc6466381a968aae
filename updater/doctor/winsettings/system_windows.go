package winsettings

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"unsafe"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

// System is the registry of this PC.
func System() Registry { return system{} }

type system struct{}

// workstation is VER_NT_WORKSTATION, which package windows does not have.
const workstation = 1

// Kernel is what the kernel says of itself.
func Kernel() (Windows, error) {
	v := windows.RtlGetVersion()
	return Windows{
		Major: v.MajorVersion, Minor: v.MinorVersion, Build: v.BuildNumber,
		Server: v.ProductType != workstation,
	}, nil
}

func (system) Views() []View {
	if runtime.GOARCH != "386" {
		return []View{View64, View32}
	}
	var emulated bool
	if windows.IsWow64Process(windows.CurrentProcess(), &emulated) == nil && emulated {
		return []View{View64, View32}
	}
	return []View{Whole} // a 32-bit Windows
}

// open opens a key in its view. Whole places of the machine are asked for as a
// 64-bit program sees them, so that a 32-bit koshin finds policies there too.
func (p Place) open(access uint32) (registry.Key, error) {
	hive, flags := registry.CURRENT_USER, uint32(0)
	switch {
	case p.Hive == Machine && p.View == View32:
		hive, flags = registry.LOCAL_MACHINE, registry.WOW64_32KEY
	case p.Hive == Machine:
		hive, flags = registry.LOCAL_MACHINE, registry.WOW64_64KEY
	case p.Hive != User:
		return 0, fmt.Errorf("no hive %q", p.Hive)
	}
	if access&registry.CREATE_SUB_KEY != 0 {
		key, _, err := registry.CreateKey(hive, p.Key, access|flags)
		return key, err
	}
	return registry.OpenKey(hive, p.Key, access|flags)
}

func (system) Read(p Place) (Value, error) {
	key, err := p.open(registry.QUERY_VALUE)
	if err != nil {
		return Value{}, err
	}
	defer key.Close()
	data := make([]byte, 256) // most values; some hundred bytes of suites take a second look
	for {
		n, kind, err := key.GetValue(p.Name, data)
		switch {
		case err == nil:
			return Value{Type(kind), data[:n]}, nil
		case !errors.Is(err, windows.ERROR_MORE_DATA):
			return Value{}, err
		case n > MaxValue:
			return Value{}, fmt.Errorf("%w: %d bytes", ErrTooLong, n)
		}
		data = make([]byte, max(n, 2*len(data))) // it may grow between two looks
		if len(data) > 2*MaxValue {
			return Value{}, ErrTooLong
		}
	}
}

func (system) Names(p Place) ([]string, error) {
	key, err := p.open(registry.QUERY_VALUE)
	if errors.Is(err, registry.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer key.Close()
	names, err := key.ReadValueNames(MaxNames)
	if errors.Is(err, io.EOF) { // fewer
		err = nil
	}
	return names, err
}

func (system) Write(p Place, v Value) error {
	key, err := p.open(registry.CREATE_SUB_KEY | registry.SET_VALUE)
	if err != nil {
		return err
	}
	defer key.Close()
	name, err := windows.UTF16PtrFromString(p.Name)
	if err != nil {
		return err
	}
	var data *byte
	if len(v.Data) > 0 {
		data = &v.Data[0]
	}
	status, _, _ := regSetValueEx.Call(uintptr(key), uintptr(unsafe.Pointer(name)), 0, uintptr(v.Type), uintptr(unsafe.Pointer(data)), uintptr(len(v.Data)))
	if status != 0 {
		return windows.Errno(status)
	}
	return flush(key)
}

func (system) Delete(p Place) error {
	key, err := p.open(registry.SET_VALUE)
	if errors.Is(err, registry.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer key.Close()
	if err := key.DeleteValue(p.Name); err != nil && !errors.Is(err, registry.ErrNotExist) {
		return err
	}
	return flush(key)
}

var (
	advapi32      = windows.NewLazySystemDLL("advapi32.dll")
	regSetValueEx = advapi32.NewProc("RegSetValueExW")
	regFlushKey   = advapi32.NewProc("RegFlushKey")
)

// flush has the whole hive of a key on the disk. Package registry has neither
// this nor a way to write a value of any type.
func flush(key registry.Key) error {
	if status, _, _ := regFlushKey.Call(uintptr(key)); status != 0 {
		return fmt.Errorf("flush: %w", windows.Errno(status))
	}
	return nil
}
