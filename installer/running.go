package installer

// Process is a running program.
type Process struct {
	PID  int
	Name string // file name of the program
	User string // who runs it; empty when the system does not say
}

// Running lists the programs that were started from a file below dir, except
// this one. Nothing is ended. On systems where it cannot look the error is
// [errors.ErrUnsupported]; programs that this user may not look at are left out.
func Running(dir string) ([]Process, error) { return running(dir) }
