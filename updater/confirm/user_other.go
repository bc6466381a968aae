//go:build !windows

package confirm

import "os"

// thisUser says as whom this process goes out.
func thisUser() User {
	if os.Geteuid() == 0 {
		return SystemAccount
	}
	return Operator
}
