package protect

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
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

// TestMadeFileIsNobodyElses: who may read it could lock it. The folder around it
// is for everybody to read, and hands that down to what is made without a word.
// Wine keeps no entry for a group, so only a real PC could fail here.
func TestMadeFileIsNobodyElses(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	if err := Make(dir, Everyone); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "lock")
	if err := MakeFile(name); err != nil {
		t.Fatal(err)
	}
	descriptor, err := windows.GetNamedSecurityInfo(name, windows.SE_FILE_OBJECT, windows.OWNER_SECURITY_INFORMATION|windows.DACL_SECURITY_INFORMATION)
	if err != nil {
		t.Fatal(err)
	}
	list, _, err := descriptor.DACL()
	if err != nil || list == nil {
		t.Fatalf("no access list: %v", err)
	}
	user, err := self()
	if err != nil {
		t.Fatal(err)
	}
	for i := range uint32(list.AceCount) {
		var ace *windows.ACCESS_ALLOWED_ACE
		if err := windows.GetAce(list, i, &ace); err != nil {
			t.Fatal(err)
		}
		if e := entry(ace); e.Kind == Allows && e.Mask != 0 && !slices.Contains([]string{sidSystem, sidAdministrators, user}, e.Who) {
			t.Errorf("%s has rights: %+v", e.Who, e)
		}
	}
}
