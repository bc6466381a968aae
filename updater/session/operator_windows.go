package session

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"

	"github.com/koshin-updater/koshin/installer/process"
)

// AsOperator runs a client's program for a koshin that has an administrator's
// rights, as the same person without them. SYSTEM is no person: it is
// process.ErrNoOperator for it, and [TrialThrough] is the way.
func AsOperator(ctx context.Context, s process.Short) (process.Answer, error) {
	if _, err := thisSystem(); err == nil {
		return process.Answer{ExitCode: -1}, process.ErrNoOperator
	}
	lesser, err := lesserToken()
	if err != nil {
		return process.Answer{ExitCode: -1}, fmt.Errorf("%w: %w", process.ErrNoOperator, err)
	}
	defer lesser.Close()
	return process.RunWith(ctx, s, func(cmd *exec.Cmd) error {
		cmd.SysProcAttr = &syscall.SysProcAttr{Token: syscall.Token(lesser)}
		return nil
	})
}

// What CreateRestrictedToken may take away.
const (
	disableMaxPrivilege = 0x1
	luaToken            = 0x4 // everything that makes an administrator
)

// lesserToken is this process's own, as it would be without elevation: no
// privileges, Administrators counts against it only, and of medium integrity.
func lesserToken() (windows.Token, error) {
	var own windows.Token
	if err := windows.OpenProcessToken(windows.CurrentProcess(), windows.TOKEN_ALL_ACCESS, &own); err != nil {
		return 0, fmt.Errorf("open the token of this process: %w", err)
	}
	defer own.Close()
	administrators, err := windows.CreateWellKnownSid(windows.WinBuiltinAdministratorsSid)
	if err != nil {
		return 0, err
	}
	away := windows.SIDAndAttributes{Sid: administrators}
	var lesser windows.Token
	ok, _, err := windows.NewLazySystemDLL("advapi32.dll").NewProc("CreateRestrictedToken").Call(
		uintptr(own), disableMaxPrivilege|luaToken, 1, uintptr(unsafe.Pointer(&away)), 0, 0, 0, 0, uintptr(unsafe.Pointer(&lesser)))
	if ok == 0 {
		return 0, fmt.Errorf("take the rights off a token: %w", err)
	}
	if err := mediumIntegrity(lesser); err != nil {
		return 0, errors.Join(err, lesser.Close())
	}
	return lesser, nil
}

func mediumIntegrity(token windows.Token) error {
	medium, err := windows.CreateWellKnownSid(windows.WinMediumLabelSid)
	if err != nil {
		return err
	}
	label := windows.Tokenmandatorylabel{Label: windows.SIDAndAttributes{Sid: medium, Attributes: windows.SE_GROUP_INTEGRITY}}
	if err := windows.SetTokenInformation(token, windows.TokenIntegrityLevel, (*byte)(unsafe.Pointer(&label)), label.Size()); err != nil {
		return fmt.Errorf("lower the integrity of a token: %w", err)
	}
	return nil
}
