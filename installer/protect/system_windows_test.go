package protect

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/windows"
)

func setList(t *testing.T, path, sddl string) {
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

func TestWhatOthersCanWriteIsRefused(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made")
	if err := Make(dir, Nobody); err != nil {
		t.Fatal(err)
	}
	for sddl, want := range map[string]error{
		"D:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;FR;;;BU)":   nil,
		"D:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;FRFW;;;WD)": ErrWritable,
		"D:P(A;;FA;;;SY)(A;;FA;;;WD)":               ErrWritable,
	} {
		setList(t, dir, sddl)
		if err := Folder(dir); !errors.Is(err, want) || want == nil && err != nil {
			t.Errorf("%s: %v, want %v", sddl, err, want)
		}
		if err := File(dir, false); !errors.Is(err, want) || want == nil && err != nil {
			t.Errorf("as a file, %s: %v, want %v", sddl, err, want)
		}
	}
}

// What Windows keeps is what it was told, and SYSTEM accepts it.
func TestMadeFolderIsProtected(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made")
	if err := Make(dir, Nobody); err != nil {
		t.Fatal(err)
	}
	open, err := os.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer open.Close()
	d, err := describe(open)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.JudgeFile(false); err != nil {
		t.Error(err)
	}
	t.Logf("%+v", d)
}
