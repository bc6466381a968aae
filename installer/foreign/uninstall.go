package foreign

import (
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
)

// ErrLine is an uninstaller's own line that koshin will not run.
var ErrLine = errors.New("uninstaller is not one that can be run")

// SplitLine takes apart what an installer noted for its own removal
// (QuietUninstallString): the program, and the rest as it is, since each
// program reads its own line. The program must be named by its whole path, or be
// msiexec, which is then the system's own: any other name would be looked for in
// folders that others can write in. Without quotes the program ends with the
// first ".exe" that is followed by a space or by nothing.
func SplitLine(line string) (program, rest string, err error) {
	line = strings.TrimSpace(line)
	if inside, quoted := strings.CutPrefix(line, `"`); quoted {
		program, rest, quoted = strings.Cut(inside, `"`)
		if !quoted {
			return "", "", fmt.Errorf("%w: %.200q", ErrLine, line)
		}
	} else {
		end := endOfProgram(line)
		program, rest = line[:end], line[end:]
	}
	rest = strings.TrimSpace(rest)
	if isMSIExec(program) {
		program, err = msiexec()
		return program, rest, err
	}
	if !filepath.IsAbs(program) || strings.ContainsRune(line, 0) {
		return "", "", fmt.Errorf("%w: %.200q", ErrLine, line)
	}
	return filepath.Clean(program), rest, nil
}

// endOfProgram is where the program ends in a line without quotes.
func endOfProgram(line string) int {
	if runtime.GOOS == "windows" {
		lower := strings.ToLower(line)
		for at := 0; ; {
			found := strings.Index(lower[at:], ".exe")
			if found < 0 {
				break
			}
			at += found + len(".exe")
			if at == len(line) || line[at] == ' ' {
				return at
			}
		}
	}
	if end := strings.IndexByte(line, ' '); end >= 0 {
		return end
	}
	return len(line)
}

func isMSIExec(program string) bool {
	name := strings.ToLower(program)
	return name == "msiexec" || name == "msiexec.exe"
}

// IsSystems says whether a program is Windows Installer itself.
func IsSystems(program string) bool {
	its, err := msiexec()
	return err == nil && strings.EqualFold(program, its)
}
