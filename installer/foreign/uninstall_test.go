package foreign

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

func TestSplitLine(t *testing.T) {
	t.Parallel()
	type test struct{ line, program, rest string }
	tests := []test{
		{`"/opt/a client/uninstall" /S`, "/opt/a client/uninstall", "/S"},
		{` /opt/uninstall  --quiet "a b" `, "/opt/uninstall", `--quiet "a b"`},
		{`"/opt/uninstall"`, "/opt/uninstall", ""},
		{`/opt/uninstall`, "/opt/uninstall", ""},
	}
	if runtime.GOOS == "windows" {
		tests = []test{
			{`"C:\Program Files\取込\uninstall.exe" /S _?=C:\Program Files\取込`, `C:\Program Files\取込\uninstall.exe`, `/S _?=C:\Program Files\取込`},
			{`C:\Program Files\Torikomi\unins000.EXE /VERYSILENT`, `C:\Program Files\Torikomi\unins000.EXE`, "/VERYSILENT"},
			{`C:\a.exe.d\un.exe`, `C:\a.exe.d\un.exe`, ""},
			{`C:\uninstall /S`, `C:\uninstall`, "/S"},
		}
	}
	for _, test := range tests {
		if program, rest, err := SplitLine(test.line); err != nil || program != test.program || rest != test.rest {
			t.Errorf("%s: %q, %q, %v", test.line, program, rest, err)
		}
	}
	for _, line := range []string{"", `""`, `"/opt/never closed`, "uninstall.exe /S", `"un.exe" /S`, `..\un.exe /S`, "./un", "cmd /c del"} {
		if program, _, err := SplitLine(line); !errors.Is(err, ErrLine) {
			t.Errorf("%s: %q, %v", line, program, err)
		}
	}
	program, rest, err := SplitLine(`MsiExec.exe /X{0C8E43E5-9B5B-4D0E-8A64-6C0E3C1F2A11} /qn`)
	if runtime.GOOS != "windows" {
		if !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("msiexec on this system: %q, %v", program, err)
		}
	} else if err != nil || program == "" || rest != "/X{0C8E43E5-9B5B-4D0E-8A64-6C0E3C1F2A11} /qn" {
		t.Errorf("%q, %q, %v", program, rest, err)
	}
}

// TestLine: what an installed client noted is handed on as it is; an uninstaller
// of NSIS takes everything after _?= for a folder.
func TestLine(t *testing.T) {
	t.Parallel()
	program := "/opt/a client/uninstall"
	if runtime.GOOS == "windows" {
		program = `C:\a client\uninstall.exe`
	}
	r := Run{Line: `"` + program + `" /S _?=C:\Program Files\X`}
	if got, want := r.line(program, []string{"/S"}), `"`+program+`" /S _?=C:\Program Files\X`; got != want {
		t.Errorf("%s, not %s", got, want)
	}
	if got, want := (Run{}).line(program, []string{"/S"}), `"`+program+`" /S`; got != want {
		t.Errorf("%s, not %s", got, want)
	}
}

// TestDoWaitsForTheCopy: an uninstaller that removes its own file has a copy of
// itself do the work.
func TestDoWaitsForTheCopy(t *testing.T) {
	r := setup(t)
	file := filepath.Join(t.TempDir(), "done")
	r.Action, r.Line = Uninstall, `"`+r.File+`" --installer copy `+file
	if _, err := r.Do(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(file); err != nil {
		t.Errorf("it did not wait: %v", err)
	}
}
