package session

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"unsafe"

	"golang.org/x/sys/windows"
)

// thisSystem is Terminal Services, for SYSTEM.
func thisSystem() (system, error) {
	user, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return nil, fmt.Errorf("read the user of this process: %w", err)
	}
	if !user.User.Sid.IsWellKnown(windows.WinLocalSystemSid) {
		return nil, ErrNotSystem
	}
	return terminalServices{}, nil
}

type terminalServices struct{}

// maxSessions is more than a PC or a terminal server has.
const maxSessions = 1000

func (terminalServices) sessions() ([]candidate, error) {
	var list *windows.WTS_SESSION_INFO
	var count uint32
	if err := windows.WTSEnumerateSessions(0, 0, 1, &list, &count); err != nil {
		return nil, err
	}
	defer windows.WTSFreeMemory(uintptr(unsafe.Pointer(list)))
	console := windows.WTSGetActiveConsoleSessionId()
	var all []candidate
	for _, one := range unsafe.Slice(list, min(count, maxSessions)) {
		if one.State == windows.WTSActive || one.State == windows.WTSDisconnected {
			all = append(all, candidate{id: one.SessionID, active: one.State == windows.WTSActive, console: one.SessionID == console})
		}
	}
	return all, nil
}

// open gives the token of the session's user: of an administrator the one
// without his rights.
func (terminalServices) open(id uint32) (token, error) {
	var signedIn windows.Token
	if err := windows.WTSQueryUserToken(id, &signedIn); err != nil {
		return nil, fmt.Errorf("token of session %d: %w", id, err)
	}
	defer signedIn.Close()
	const access = windows.TOKEN_QUERY | windows.TOKEN_DUPLICATE | windows.TOKEN_ASSIGN_PRIMARY | windows.TOKEN_ADJUST_DEFAULT | windows.TOKEN_ADJUST_SESSIONID
	var primary windows.Token
	if err := windows.DuplicateTokenEx(signedIn, access, nil, windows.SecurityIdentification, windows.TokenPrimary, &primary); err != nil {
		return nil, fmt.Errorf("copy the token of session %d: %w", id, err)
	}
	return userToken(primary), nil
}

type userToken windows.Token

func (t userToken) sid() (string, error) {
	user, err := windows.Token(t).GetTokenUser()
	if err != nil {
		return "", err
	}
	return user.User.Sid.String(), nil
}

func (t userToken) close() { _ = windows.Token(t).Close() }

// start runs the program with that user's environment, without a window, and
// with no handle of ours but the three that are meant for it. It cannot be put
// into a job of ours: the processes of one job share a session.
func (t userToken) start(p Program, in, out *os.File) (child, error) {
	system, err := windows.GetSystemDirectory()
	if err != nil {
		return nil, err
	}
	nowhere, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return nil, err
	}
	defer nowhere.Close()
	handles := []windows.Handle{windows.Handle(in.Fd()), windows.Handle(out.Fd()), windows.Handle(nowhere.Fd())}
	startup, free, err := startupInfo(handles)
	if err != nil {
		return nil, err
	}
	defer free()
	path, err := windows.UTF16PtrFromString(p.Path)
	if err != nil {
		return nil, err
	}
	line, err := windows.UTF16PtrFromString(windows.ComposeCommandLine(append([]string{p.Path}, p.Args...)))
	if err != nil {
		return nil, err
	}
	dir, err := windows.UTF16PtrFromString(system) // a folder that the user may be in, and cannot put a DLL into
	if err != nil {
		return nil, err
	}
	var environment *uint16
	if err := windows.CreateEnvironmentBlock(&environment, windows.Token(t), false); err != nil {
		return nil, fmt.Errorf("environment of the user: %w", err)
	}
	defer func() { _ = windows.DestroyEnvironmentBlock(environment) }()
	const flags = windows.CREATE_UNICODE_ENVIRONMENT | windows.CREATE_NO_WINDOW | windows.EXTENDED_STARTUPINFO_PRESENT
	var started windows.ProcessInformation
	err = windows.CreateProcessAsUser(windows.Token(t), path, line, nil, nil, true, flags, environment, dir, &startup.StartupInfo, &started)
	runtime.KeepAlive(handles)
	if err != nil {
		return nil, err
	}
	return &userProcess{handle: started.Process}, windows.CloseHandle(started.Thread)
}

// startupInfo hands exactly these handles on. It has to be freed.
func startupInfo(handles []windows.Handle) (*windows.StartupInfoEx, func(), error) {
	for _, handle := range handles {
		if err := windows.SetHandleInformation(handle, windows.HANDLE_FLAG_INHERIT, windows.HANDLE_FLAG_INHERIT); err != nil {
			return nil, nil, err
		}
	}
	desktop, err := windows.UTF16PtrFromString(`winsta0\default`) // ours is that of services
	if err != nil {
		return nil, nil, err
	}
	list, err := windows.NewProcThreadAttributeList(1)
	if err != nil {
		return nil, nil, err
	}
	err = list.Update(windows.PROC_THREAD_ATTRIBUTE_HANDLE_LIST, unsafe.Pointer(&handles[0]), uintptr(len(handles))*unsafe.Sizeof(handles[0]))
	if err != nil {
		list.Delete()
		return nil, nil, err
	}
	startup := &windows.StartupInfoEx{ProcThreadAttributeList: list.List()}
	startup.Cb = uint32(unsafe.Sizeof(*startup))
	startup.Desktop = desktop
	startup.Flags = windows.STARTF_USESTDHANDLES
	startup.StdInput, startup.StdOutput, startup.StdErr = handles[0], handles[1], handles[2]
	return startup, list.Delete, nil
}

// userProcess is a started program. Its handle must not be used once wait has
// closed it: Windows gives numbers out again.
type userProcess struct {
	mu     sync.Mutex
	handle windows.Handle // 0: closed
}

func (p *userProcess) wait() (int, error) {
	_, err := windows.WaitForSingleObject(p.handle, windows.INFINITE)
	p.mu.Lock()
	defer p.mu.Unlock()
	var code uint32
	if err == nil {
		err = windows.GetExitCodeProcess(p.handle, &code)
	}
	err = errors.Join(err, windows.CloseHandle(p.handle))
	p.handle = 0
	return int(code), err
}

func (p *userProcess) kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.handle != 0 {
		_ = windows.TerminateProcess(p.handle, 1)
	}
}
