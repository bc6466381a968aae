package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/windows"

	"github.com/koshin-updater/koshin/updater/config"
)

func protect(t *testing.T, path, sddl string) {
	t.Helper()
	descriptor, err := windows.SecurityDescriptorFromString(sddl)
	if err != nil {
		t.Fatal(err)
	}
	acl, _, err := descriptor.DACL()
	if err != nil {
		t.Fatal(err)
	}
	if err := windows.SetNamedSecurityInfo(path, windows.SE_FILE_OBJECT, windows.DACL_SECURITY_INFORMATION|windows.PROTECTED_DACL_SECURITY_INFORMATION, nil, nil, acl, nil); err != nil {
		t.Fatal(err)
	}
}

func TestWhatOthersCanWriteIsRefused(t *testing.T) {
	file := filepath.Join(t.TempDir(), "koshin.toml")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	cases := map[string]error{
		"D:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;FR;;;BU)":   nil,
		"D:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;FRFW;;;WD)": config.ErrUnprotected,
		"D:P(A;;FA;;;SY)(A;;FA;;;WD)":               config.ErrUnprotected,
	}
	for sddl, want := range cases {
		protect(t, file, sddl)
		if err := config.CheckProtected(file, false); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", sddl, err, want)
		}
	}
}

func TestAProtectedFolderIsAccepted(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "Koshin")
	if err := config.MakeProtected(dir, true); err != nil {
		t.Fatal(err)
	}
	if err := config.CheckProtected(dir, false); err != nil {
		t.Error(err)
	}
	if err := config.MakeProtected(dir, true); err != nil {
		t.Errorf("a folder that is there: %v", err)
	}
}
