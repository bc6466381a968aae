package request

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

// lookAgain is how often a caller looks whether the door is free.
const lookAgain = 20 * time.Millisecond

var waitNamedPipe = windows.NewLazySystemDLL("kernel32.dll").NewProc("WaitNamedPipeW")

// Dial connects to the run that works with this state folder. [ErrNobody]: none
// listens; [ErrImpostor]: the pipe belongs to neither SYSTEM nor Administrators,
// and nothing was said to it.
func Dial(ctx context.Context, stateDir string) (Peer, error) { return dial(ctx, Name(stateDir)) }

func dial(ctx context.Context, name string) (Peer, error) {
	text, err := windows.UTF16PtrFromString(name)
	if err != nil {
		return nil, err
	}
	// The other side may know who this is, and not act as him.
	const flags = windows.FILE_FLAG_OVERLAPPED | windows.SECURITY_SQOS_PRESENT | windows.SECURITY_IDENTIFICATION
	for {
		handle, err := windows.CreateFile(text, operatorRights, 0, nil, windows.OPEN_EXISTING, flags, 0)
		switch {
		case err == nil:
			if err := trusted(handle); err != nil {
				return nil, errors.Join(err, windows.CloseHandle(handle))
			}
			return end(handle, name), nil
		case errors.Is(err, windows.ERROR_FILE_NOT_FOUND):
			return nil, ErrNobody
		case !errors.Is(err, windows.ERROR_PIPE_BUSY):
			return nil, &os.PathError{Op: "open", Path: name, Err: err}
		}
		timer := time.NewTimer(lookAgain)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return nil, ctx.Err()
		}
	}
}

// trusted refuses a pipe of anybody's but SYSTEM's or Administrators'. Nobody
// else can give it to them.
func trusted(handle windows.Handle) error {
	protection, err := windows.GetSecurityInfo(handle, windows.SE_KERNEL_OBJECT, windows.OWNER_SECURITY_INFORMATION)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrImpostor, err)
	}
	owner, _, err := protection.Owner()
	if err != nil || owner == nil {
		return fmt.Errorf("%w: no owner: %w", ErrImpostor, err)
	}
	if !owner.IsWellKnown(windows.WinLocalSystemSid) && !owner.IsWellKnown(windows.WinBuiltinAdministratorsSid) {
		return fmt.Errorf("%w (%s)", ErrImpostor, owner)
	}
	return nil
}

// Listens says whether a run works with this state folder and listens. It does
// not call on it.
func Listens(stateDir string) (bool, error) {
	text, err := windows.UTF16PtrFromString(Name(stateDir))
	if err != nil {
		return false, err
	}
	const shortest = 1 // millisecond; 0 is the pipe's own choice
	ok, _, err := waitNamedPipe.Call(uintptr(unsafe.Pointer(text)), shortest)
	switch {
	case ok != 0 || errors.Is(err, windows.ERROR_SEM_TIMEOUT):
		return true, nil
	case errors.Is(err, windows.ERROR_FILE_NOT_FOUND):
		return false, nil
	}
	return false, os.NewSyscallError("WaitNamedPipe", err)
}
