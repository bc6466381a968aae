package logbook_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/windows"

	"github.com/koshin-updater/koshin/installer/protect"
	"github.com/koshin-updater/koshin/updater/logbook"
)

// A folder that everybody can write in is not written in. (What the folder's own
// protection looks like is on docs/REAL-PC.md: Wine keeps a part of it only.)
func TestUnprotectedFolder(t *testing.T) {
	dir := state(t)
	fmt.Fprint(&logbook.Book{StateDir: dir}, "x")
	if err := protect.Folder(logbook.Dir(dir)); err != nil {
		t.Error(err)
	}
	everybody, err := windows.SecurityDescriptorFromString("D:P(A;OICI;FA;;;WD)")
	if err != nil {
		t.Fatal(err)
	}
	list, _, err := everybody.DACL()
	if err != nil {
		t.Fatal(err)
	}
	err = windows.SetNamedSecurityInfo(logbook.Dir(dir), windows.SE_FILE_OBJECT, windows.DACL_SECURITY_INFORMATION|windows.PROTECTED_DACL_SECURITY_INFORMATION, nil, nil, list, nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &logbook.Book{StateDir: dir}
	fmt.Fprint(b, "y")
	if err := b.Err(); !errors.Is(err, protect.ErrWritable) {
		t.Errorf("error is %v", err)
	}
	if got := files(t, dir)["koshin.log"]; got != "x\n" {
		t.Errorf("%q", got)
	}
}

// A reader who does not share the file keeps it from being renamed: the log grows
// on, within its bound, and is put away when he is gone.
func TestReaderHoldsIt(t *testing.T) {
	dir := state(t)
	b := &logbook.Book{StateDir: dir, Size: 60, Keep: 2}
	fmt.Fprint(b, "this is line number 0")
	name, err := windows.UTF16PtrFromString(filepath.Join(logbook.Dir(dir), "koshin.log"))
	if err != nil {
		t.Fatal(err)
	}
	reader, err := windows.CreateFile(name, windows.GENERIC_READ, windows.FILE_SHARE_READ|windows.FILE_SHARE_WRITE, nil, windows.OPEN_EXISTING, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 9 {
		fmt.Fprintf(b, "this is line number %d", i+1)
	}
	if info, err := os.Stat(filepath.Join(logbook.Dir(dir), "koshin.log")); err != nil || info.Size() > 120 || info.Size() < 60 {
		t.Errorf("%v %v", info, err)
	}
	if err := windows.CloseHandle(reader); err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(b, "last")
	all := files(t, dir)
	if len(all) != 2 || !strings.HasPrefix(all["koshin.1.log"], "this is line number 0\n") || !strings.HasSuffix(all["koshin.log"], "last\n") {
		t.Errorf("%q", all)
	}
}
