package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/windows"

	"github.com/koshin-updater/koshin/cmd/internal/terminal"
)

func setAccess(t *testing.T, path, sddl string) {
	t.Helper()
	descriptor, err := windows.SecurityDescriptorFromString(sddl)
	if err != nil {
		t.Fatal(err)
	}
	list, _, err := descriptor.DACL()
	if err != nil {
		t.Fatal(err)
	}
	if err := windows.SetNamedSecurityInfo(path, windows.SE_FILE_OBJECT, windows.DACL_SECURITY_INFORMATION|windows.PROTECTED_DACL_SECURITY_INFORMATION, nil, nil, list, nil); err != nil {
		t.Fatal(err)
	}
}

// Where an ordinary user could write, no koshin starts: not in the configuration,
// the anchor, nor the state folder or one in it. (Wine keeps entries for Everybody,
// and none for Users.)
func TestUnprotectedIsRefused(t *testing.T) {
	const administrators = "D:P(A;;FA;;;SY)(A;;FA;;;BA)"
	self := "(A;;FA;;;" + whoami(t) + ")" // whoever runs the tests cleans up, too
	dir := t.TempDir()
	must(t, writeTrial(dir))
	must(t, os.MkdirAll(filepath.Join(dir, "state", "audit"), 0o755))
	all := []string{"koshin.toml", "root.json", "state", `state\audit`}
	for _, name := range all {
		setAccess(t, filepath.Join(dir, name), administrators+self+"(A;;FRFX;;;BU)")
	}
	run := func(m machine, args ...string) (int, string) {
		var out, talk bytes.Buffer
		code := runOn(t.Context(), m, append([]string{"recover", "--lang", "en"}, args...), terminal.Streams{In: strings.NewReader(""), Out: &out, Err: &talk})
		return int(code), out.String() + talk.String()
	}
	file := filepath.Join(dir, "koshin.toml")
	if code, said := run(machine{}, "--config", file); code != 0 {
		t.Fatalf("%d: %s", code, said)
	}
	for _, name := range all {
		path := filepath.Join(dir, name)
		setAccess(t, path, administrators+self+"(A;;FRFWFX;;;WD)")
		if code, said := run(machine{}, "--config", file); code != 2 || !strings.Contains(said, name) {
			t.Errorf("%s: %d: %s", name, code, said)
		}
		setAccess(t, path, administrators+self+"(A;;FRFX;;;BU)")
	}
	// The configuration of the whole PC has to be the administrators' own. Wine
	// keeps no owner but the user, whom this refuses.
	if code, said := run(machine{config: file}); code != 2 || !strings.Contains(said, "koshin.toml") {
		t.Errorf("an ordinary user's own: %d: %s", code, said)
	}
}

func whoami(t *testing.T) string {
	t.Helper()
	user, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		t.Fatal(err)
	}
	return user.User.Sid.String()
}
