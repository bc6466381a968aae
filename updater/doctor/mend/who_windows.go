package mend

import (
	"errors"
	"fmt"
	"unsafe"

	"golang.org/x/sys/windows"
)

// Myself is this process and its session.
func Myself() (Who, error) {
	token := windows.GetCurrentProcessToken()
	user, err := token.GetTokenUser()
	if err != nil {
		return Who{}, fmt.Errorf("read the user of this process: %w", err)
	}
	w := Who{User: user.User.Sid.String(), Elevated: token.IsElevated()}
	w.Session, w.Err = signedIn()
	return w, nil
}

// signedIn is who sits at this process's session. Terminal Services knows it by
// name, and needs no rights to say it; where a name cannot be turned into a SID
// (a domain that is out of reach), the owner of the desktop's shell is asked.
func signedIn() (string, error) {
	var session uint32
	if err := windows.ProcessIdToSessionId(windows.GetCurrentProcessId(), &session); err != nil {
		return "", fmt.Errorf("session of this process: %w", err)
	}
	name, err := sessionText(session, wtsUserName)
	if err == nil && name == "" {
		return "", nil // such as session 0, where services are
	}
	if err == nil {
		var domain, sid string
		if domain, err = sessionText(session, wtsDomainName); err == nil {
			if sid, err = sidOf(domain, name); err == nil {
				return sid, nil
			}
		}
	}
	sid, shellErr := shellOwner()
	if shellErr != nil {
		return "", errors.Join(err, shellErr)
	}
	return sid, nil
}

// Questions to Terminal Services, as WTS_INFO_CLASS numbers them.
const (
	wtsUserName   = 5
	wtsDomainName = 7
)

var (
	wtsapi32                   = windows.NewLazySystemDLL("wtsapi32.dll")
	wtsQuerySessionInformation = wtsapi32.NewProc("WTSQuerySessionInformationW")
)

func sessionText(session uint32, class uintptr) (string, error) {
	if err := wtsQuerySessionInformation.Find(); err != nil {
		return "", err
	}
	var text *uint16
	var size uint32
	ok, _, err := wtsQuerySessionInformation.Call(0, uintptr(session), class, uintptr(unsafe.Pointer(&text)), uintptr(unsafe.Pointer(&size)))
	if ok == 0 {
		return "", fmt.Errorf("ask terminal services: %w", err)
	}
	defer windows.WTSFreeMemory(uintptr(unsafe.Pointer(text)))
	return windows.UTF16PtrToString(text), nil
}

func sidOf(domain, name string) (string, error) {
	if domain != "" {
		name = domain + `\` + name
	}
	sid, _, _, err := windows.LookupSID("", name)
	if err != nil {
		return "", fmt.Errorf("look up who is signed in: %w", err)
	}
	return sid.String(), nil
}

var errNoShell = errors.New("this session has no shell")

func shellOwner() (string, error) {
	window := windows.GetShellWindow()
	if window == 0 {
		return "", errNoShell
	}
	var pid uint32
	if _, err := windows.GetWindowThreadProcessId(window, &pid); err != nil {
		return "", fmt.Errorf("process of the shell: %w", err)
	}
	process, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION, false, pid)
	if err != nil {
		return "", fmt.Errorf("open the shell's process: %w", err)
	}
	defer windows.CloseHandle(process) //nolint:errcheck // opened for reading
	var token windows.Token
	if err := windows.OpenProcessToken(process, windows.TOKEN_QUERY, &token); err != nil {
		return "", fmt.Errorf("open the shell's token: %w", err)
	}
	defer token.Close()
	user, err := token.GetTokenUser()
	if err != nil {
		return "", fmt.Errorf("read the shell's user: %w", err)
	}
	return user.User.Sid.String(), nil
}
