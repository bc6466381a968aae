package confirm

import "golang.org/x/sys/windows"

// thisUser says as whom this process goes out.
func thisUser() User {
	user, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return ""
	}
	for _, service := range []windows.WELL_KNOWN_SID_TYPE{windows.WinLocalSystemSid, windows.WinLocalServiceSid, windows.WinNetworkServiceSid} {
		if user.User.Sid.IsWellKnown(service) {
			return SystemAccount
		}
	}
	return Operator
}
