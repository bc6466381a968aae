package foreign

import (
	"runtime"
	"slices"
	"strings"
)

// environment is what of ours an installer gets to see: where things are and
// who is at work. Everything else stays with koshin, since nobody knows which
// variable of a scheduled task or a service holds a password.
func environment(ours []string) []string {
	var theirs []string
	for _, variable := range ours {
		name, _, _ := strings.Cut(variable, "=")
		if runtime.GOOS == "windows" {
			name = strings.ToUpper(name)
		}
		if isHarmless(name) {
			theirs = append(theirs, variable)
		}
	}
	return theirs
}

func isHarmless(name string) bool {
	return slices.Contains([]string{
		"PATH", "TEMP", "TMP", "TMPDIR", "LANG", "LANGUAGE", "TZ", "HOME", "USER", "LOGNAME", "SHELL", "TERM",
		"SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "OS", "ALLUSERSPROFILE", "PROGRAMDATA", "PUBLIC",
		"PROGRAMFILES", "PROGRAMFILES(X86)", "PROGRAMW6432", "COMMONPROGRAMFILES", "COMMONPROGRAMFILES(X86)", "COMMONPROGRAMW6432",
		"USERPROFILE", "APPDATA", "LOCALAPPDATA", "HOMEDRIVE", "HOMEPATH", "USERNAME", "USERDOMAIN", "COMPUTERNAME",
		"NUMBER_OF_PROCESSORS", "DRIVERDATA", "SESSIONNAME",
	}, name) || strings.HasPrefix(name, "LC_") || strings.HasPrefix(name, "PROCESSOR_")
}
