package session

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/windows"

	"github.com/koshin-updater/koshin/installer/process"
)

// An administrator's koshin runs a client's program without an administrator's
// rights.
func TestAsOperatorIsNoAdministrator(t *testing.T) {
	if os.Getenv("KOSHIN_TEST_RIGHTS") != "" {
		sayRights()
		return
	}
	t.Setenv("KOSHIN_TEST_RIGHTS", "say")
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program := process.Short{Path: exe, Dir: t.TempDir(), Args: []string{"-test.run", "^TestAsOperatorIsNoAdministrator$", "-test.v"}}
	own, err := process.Run(t.Context(), program)
	if err != nil || !strings.Contains(own.Stdout, "administrator true") {
		t.Skipf("this test is no administrator: %+v, %v", own, err)
	}
	lesser, err := AsOperator(t.Context(), program)
	if errors.Is(err, process.ErrNoOperator) {
		t.Fatalf("no lesser token: %v", err)
	}
	if err != nil || !strings.Contains(lesser.Stdout, "administrator false") {
		t.Errorf("%+v, %v", lesser, err)
	}
}

func sayRights() {
	administrators, err := windows.CreateWellKnownSid(windows.WinBuiltinAdministratorsSid)
	if err != nil {
		panic(err)
	}
	member, err := windows.Token(0).IsMember(administrators)
	if err != nil {
		panic(err)
	}
	fmt.Fprintln(os.Stdout, "administrator", member)
}
