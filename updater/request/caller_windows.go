package request

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"unsafe"

	"golang.org/x/sys/windows"
)

var impersonateNamedPipeClient = windows.NewLazySystemDLL("advapi32.dll").NewProc("ImpersonateNamedPipeClient")

// caught is a caller.
type caught struct{ *os.File }

// Caller asks Windows for the token of the caller, by acting as him for as long
// as that takes. The thread on which that happens ends with it: nothing else of
// this program ever runs as somebody else.
func (c *caught) Caller() (Caller, error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return Caller{}, err
	}
	var token windows.Token
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked
		var failed error
		err := raw.Control(func(handle uintptr) { token, failed = tokenBehind(windows.Handle(handle)) })
		done <- errors.Join(err, failed)
	}()
	if err := <-done; err != nil {
		return Caller{}, fmt.Errorf("identify the caller: %w", err)
	}
	defer token.Close() //nolint:errcheck // only looked at
	return describe(token)
}

// tokenBehind leaves the thread as it was.
func tokenBehind(pipe windows.Handle) (token windows.Token, err error) {
	if ok, _, err := impersonateNamedPipeClient.Call(uintptr(pipe)); ok == 0 {
		return 0, os.NewSyscallError("ImpersonateNamedPipeClient", err)
	}
	err = windows.OpenThreadToken(windows.CurrentThread(), windows.TOKEN_QUERY, true, &token)
	return token, errors.Join(err, windows.RevertToSelf())
}

func describe(token windows.Token) (Caller, error) {
	user, err := token.GetTokenUser()
	if err != nil {
		return Caller{}, fmt.Errorf("identify the caller: %w", err)
	}
	groups, err := token.GetTokenGroups()
	if err != nil {
		return Caller{}, fmt.Errorf("groups of the caller: %w", err)
	}
	var level, size uint32
	err = windows.GetTokenInformation(token, windows.TokenImpersonationLevel, (*byte)(unsafe.Pointer(&level)), uint32(unsafe.Sizeof(level)), &size)
	if err != nil {
		return Caller{}, fmt.Errorf("level of the caller: %w", err)
	}
	caller := Caller{SID: user.User.Sid.String(), Known: level >= windows.SecurityIdentification}
	for _, g := range groups.AllGroups() {
		caller.Groups = append(caller.Groups, g.Sid.String())
	}
	return caller, nil
}
