package foreign

import (
	"fmt"
	"slices"

	"github.com/koshin-updater/koshin/manifest"
)

// Exit codes of Windows Installer (Microsoft, "MsiExec.exe and InstMsi.exe
// error messages"). Setup programs that carry an MSI hand them on.
const (
	codeCancelled      = 1602 // ERROR_INSTALL_USEREXIT
	codeFailed         = 1603 // ERROR_INSTALL_FAILURE
	codeUnknownProduct = 1605 // ERROR_UNKNOWN_PRODUCT: nothing to uninstall
	codeOther          = 1618 // ERROR_INSTALL_ALREADY_RUNNING
	codeNotOpened      = 1619 // ERROR_INSTALL_PACKAGE_OPEN_FAILED
	codeInvalid        = 1620 // ERROR_INSTALL_PACKAGE_INVALID
	codePolicy         = 1625 // ERROR_INSTALL_PACKAGE_REJECTED
	codePlatform       = 1633 // ERROR_INSTALL_PLATFORM_UNSUPPORTED
	codeVersion        = 1638 // ERROR_PRODUCT_VERSION
	codeArguments      = 1639 // ERROR_INVALID_COMMAND_LINE
	codeRestarting     = 1641 // ERROR_SUCCESS_REBOOT_INITIATED
	codeRestart        = 3010 // ERROR_SUCCESS_REBOOT_REQUIRED
)

// meaning is what an exit code says. What the publisher declared comes first.
func (r Run) meaning(code int) (Result, error) {
	result := Result{Code: code}
	success := r.How.SuccessCodes
	if len(success) == 0 {
		success = []int{0}
	}
	switch {
	case slices.Contains(r.How.RestartCodes, code):
		result.Restart = true
		return result, nil
	case slices.Contains(success, code):
		return result, nil
	case r.Kind == manifest.MSI && (code == codeRestart || code == codeRestarting):
		result.Restart = true
		return result, nil
	case r.Kind == manifest.MSI && (code == 0 || code == codeUnknownProduct && r.Action == Uninstall):
		return result, nil
	case code == codeOther:
		return Result{}, fmt.Errorf("%w: exit code %d", ErrOther, code)
	case code == codeCancelled:
		return Result{}, fmt.Errorf("%w: exit code %d", ErrCancelled, code)
	}
	return Result{}, fmt.Errorf("%w: exit code %d%s", ErrFailed, code, because(code))
}

// because adds what Windows Installer means by a code, for whoever reads the
// error.
func because(code int) string {
	switch code {
	case codeFailed:
		return " (fatal error during installation)"
	case codeNotOpened, codeInvalid:
		return " (the package could not be opened)"
	case codePolicy:
		return " (forbidden by a policy of this PC)"
	case codePlatform:
		return " (not for this kind of PC)"
	case codeVersion:
		return " (another version of the product is installed)"
	case codeArguments:
		return " (invalid arguments)"
	}
	return ""
}
