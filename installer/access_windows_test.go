package installer

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/windows"

	"github.com/koshin-updater/koshin/installer/protect"
)

func attributesOf(t *testing.T, path string) uint32 {
	t.Helper()
	info, err := os.Lstat(path)
	must(t, err)
	return info.Sys().(*syscall.Win32FileAttributeData).FileAttributes & attributes
}

func setAttributes(t *testing.T, path string, to uint32) {
	t.Helper()
	name, err := windows.UTF16PtrFromString(path)
	must(t, err)
	must(t, windows.SetFileAttributes(name, to))
}

func accessText(t *testing.T, path string) string {
	t.Helper()
	d, err := windows.GetNamedSecurityInfo(path, windows.SE_FILE_OBJECT, windows.DACL_SECURITY_INFORMATION)
	must(t, err)
	return d.String()
}

func setAccess(t *testing.T, path, sddl string) {
	t.Helper()
	descriptor, err := windows.SecurityDescriptorFromString(sddl)
	must(t, err)
	list, _, err := descriptor.DACL()
	must(t, err)
	must(t, windows.SetNamedSecurityInfo(path, windows.SE_FILE_OBJECT,
		windows.DACL_SECURITY_INFORMATION|windows.PROTECTED_DACL_SECURITY_INFORMATION, nil, nil, list, nil))
}

// What is new takes the rights that the install folder hands down, not those of
// the folder that it was staged in.
func TestAccessIsHandedDown(t *testing.T) {
	w := newWorld(t)
	must(t, protect.Make(w.place.Dir, protect.Nobody))
	w.install(w.pack("2.2.0", build1), PlanOptions{})
	tx, err := w.update(w.open(), w.pack("2.3.0", with(build2, tree{"top.txt": "new"})), PlanOptions{})
	must(t, err)
	for _, name := range []string{"doc", "top.txt"} {
		if got := accessText(t, filepath.Join(w.place.Dir, name)); strings.Contains(got, ";;;WD)") || !strings.Contains(got, ";FA;;;SY)") {
			t.Errorf("%s has %s in a folder with %s", name, got, accessText(t, w.place.Dir))
		}
	}
	must(t, tx.Commit(t.Context()))
}

// Attributes and an access list that somebody set by hand hold for the next
// build, and nothing in an update stumbles over a file that is read-only.
func TestAccessSurvives(t *testing.T) {
	w := newWorld(t)
	options := PlanOptions{Preserve: keep}
	w.install(w.pack("2.2.0", build1), options)
	write(t, w.place.Dir, data)
	live := func(name string) string { return filepath.Join(w.place.Dir, filepath.FromSlash(name)) }
	hidden := uint32(windows.FILE_ATTRIBUTE_HIDDEN | windows.FILE_ATTRIBUTE_SYSTEM | windows.FILE_ATTRIBUTE_READONLY)
	want := map[string]uint32{"client.exe": windows.FILE_ATTRIBUTE_READONLY, "lib/a.dll": hidden, "plugins/p.dll": windows.FILE_ATTRIBUTE_HIDDEN}
	for name, to := range want {
		setAttributes(t, live(name), to)
	}
	setAttributes(t, live("data/claims.txt"), windows.FILE_ATTRIBUTE_READONLY)
	setAccess(t, live("VERSION"), "D:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;FRFW;;;WD)")
	byHand, handedDown := accessText(t, live("VERSION")), accessText(t, live("client.exe"))
	check := func(when string) {
		t.Helper()
		for name, to := range want {
			if got := attributesOf(t, live(name)); got != to {
				t.Errorf("%s, %s has attributes %#x, not %#x", when, name, got, to)
			}
		}
		if got := accessText(t, live("VERSION")); got != byHand {
			t.Errorf("%s, VERSION has %s, not %s", when, got, byHand)
		}
		t.Logf("%s, client.exe has %s, was %s", when, accessText(t, live("client.exe")), handedDown)
	}

	p := w.open()
	tx, err := w.update(p, w.pack("2.3.0", build2), options)
	must(t, err)
	check("after the swap")
	must(t, tx.Undo(t.Context()))
	check("after an undo")
	for _, next := range []pkg{w.pack("2.3.0", build2), w.pack("2.4.0", build1)} { // the second discards read-only files
		w.install(next, options)
		check("after an update")
	}
	plan, err := w.open().PlanRollback(t.Context(), options)
	must(t, err)
	p = w.open()
	tx, err = p.Swap(t.Context(), plan)
	must(t, err)
	must(t, tx.Commit(t.Context()))
	check("after a rollback")
	must(t, second(Recover(t.Context(), w.place, slog.New(slog.DiscardHandler))))
}
