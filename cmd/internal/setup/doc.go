// Package setup is the thinking behind koshin's own installer for Windows: what it
// may be told ([Parse]), which koshin may take the place of which ([Allowed]), and
// how a program that may be running is replaced ([Place]).
//
// The installer itself, .ci/setup, is a shell: it carries koshin.exe, asks for the
// rights and shows the pages. It unpacks into a folder of its own below koshin's,
//
//	C:\Program Files\Koshin\setup\koshin.exe     the new koshin, which does the rest
//	                             \uninstall.exe  goes beside it
//	                             \said           what there is to tell, see [Said]
//
// and starts that koshin with everything it was given itself. A run that was cut
// is completed by the next one.
package setup

// What the installer and the uninstaller exit with beside the codes of package
// exitcode, which keep their meanings: 0, 1, 2, 6 and 9, and those of koshin enroll
// and koshin schedule install.
const (
	// NewerThere: a newer koshin is installed, and nothing was changed.
	NewerThere = 11
	// Remains: koshin was taken off, but for something that was named.
	Remains = 12
)
