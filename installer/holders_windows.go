package installer

import (
	"context"
	"os"
	"path/filepath"
	"unsafe"

	"golang.org/x/sys/windows"
)

// maxRegistered bounds the files of one question: each costs the Restart Manager
// some time, and the first ones are the programs.
const maxRegistered = 1000

func holders(ctx context.Context, path string) ([]Process, error) {
	files, err := filesBelow(ctx, path, maxRegistered)
	if err != nil {
		return nil, err
	}
	all, err := askRestartManager(ctx, rstrtmgr{windows.NewLazySystemDLL("rstrtmgr.dll")}, files)
	var others []Process
	for _, p := range all {
		if p.PID != os.Getpid() {
			others = append(others, p)
		}
	}
	return others, err
}

// rstrtmgr is the Restart Manager, from Windows Vista on.
// https://learn.microsoft.com/windows/win32/api/restartmanager/
type rstrtmgr struct{ dll *windows.LazyDLL }

// rmProcessInfo is RM_PROCESS_INFO.
type rmProcessInfo struct {
	pid          uint32
	started      windows.Filetime
	appName      [256]uint16 // CCH_RM_MAX_APP_NAME + 1
	serviceName  [64]uint16  // CCH_RM_MAX_SVC_NAME + 1
	appType      uint32
	appStatus    uint32
	terminalID   uint32
	canBeRestart int32
}

// call keeps what its arguments point to where it is until the system has answered.
//
//go:uintptrescapes
func (r rstrtmgr) call(name string, args ...uintptr) error {
	proc := r.dll.NewProc(name)
	if err := proc.Find(); err != nil {
		return err
	}
	if code, _, _ := proc.Call(args...); code != 0 {
		return os.NewSyscallError(name, windows.Errno(code))
	}
	return nil
}

func (r rstrtmgr) start() (session uint32, err error) {
	var key [33]uint16 // CCH_RM_SESSION_KEY + 1
	err = r.call("RmStartSession", uintptr(unsafe.Pointer(&session)), 0, uintptr(unsafe.Pointer(&key[0])))
	return session, err
}

func (r rstrtmgr) register(session uint32, files []string) error {
	names := make([]*uint16, len(files))
	for i, file := range files {
		var err error
		if names[i], err = windows.UTF16PtrFromString(file); err != nil {
			return err
		}
	}
	return r.call("RmRegisterResources", uintptr(session),
		uintptr(len(names)), uintptr(unsafe.Pointer(&names[0])), 0, 0, 0, 0)
}

func (r rstrtmgr) list(session uint32, room int) ([]Process, int, error) {
	infos := make([]rmProcessInfo, room)
	need, got, reasons := uint32(0), uint32(room), uint32(0)
	err := r.call("RmGetList", uintptr(session), uintptr(unsafe.Pointer(&need)), uintptr(unsafe.Pointer(&got)),
		uintptr(unsafe.Pointer(&infos[0])), uintptr(unsafe.Pointer(&reasons)))
	if isAny(err, windows.ERROR_MORE_DATA) {
		return nil, int(need), nil
	}
	if err != nil {
		return nil, 0, err
	}
	var found []Process
	for _, info := range infos[:min(int(got), room)] {
		found = append(found, info.process())
	}
	return found, len(found), nil
}

func (r rstrtmgr) end(session uint32) error { return r.call("RmEndSession", uintptr(session)) }

// process names a program as Windows shows it to people, or by its file.
func (i rmProcessInfo) process() Process {
	p, image := inspect(i.pid)
	p.PID = int(i.pid)
	if name := windows.UTF16ToString(i.appName[:]); name != "" {
		p.Name = name
	} else if p.Name == "" {
		p.Name = filepath.Base(image)
	}
	return p
}
