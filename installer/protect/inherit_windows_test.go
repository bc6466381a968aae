package protect

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/windows"
)

func access(t *testing.T, path string) string {
	t.Helper()
	d, err := windows.GetNamedSecurityInfo(path, windows.SE_FILE_OBJECT, windows.DACL_SECURITY_INFORMATION)
	if err != nil {
		t.Fatal(err)
	}
	return d.String()
}

// A file that was made where nobody may look is moved where everybody may.
func TestInherit(t *testing.T) {
	top := t.TempDir()
	secret, public := filepath.Join(top, "secret"), filepath.Join(top, "public")
	if err := errors.Join(Make(secret, Nobody), Make(public, Everyone)); err != nil {
		t.Fatal(err)
	}
	setList(t, public, "D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FRFX;;;WD)")
	for _, name := range []string{"file", "folder"} {
		from, to := filepath.Join(secret, name), filepath.Join(public, name)
		var err error
		if name == "file" {
			err = os.WriteFile(from, nil, 0o600)
		} else {
			err = errors.Join(os.Mkdir(from, 0o700), os.WriteFile(filepath.Join(from, "x"), nil, 0o600))
		}
		if err = errors.Join(err, os.Rename(from, to)); err != nil {
			t.Fatal(err)
		}
		setList(t, to, "D:P(A;;FA;;;SY)(A;;FA;;;BA)")
		if err := Inherit(to); err != nil {
			t.Fatal(err)
		}
		if got := access(t, to); !strings.Contains(got, ";;;WD)") {
			t.Errorf("%s has %s", name, got)
		}
	}
}

func TestCopyExplicit(t *testing.T) {
	top := t.TempDir()
	old, fresh := filepath.Join(top, "old"), filepath.Join(top, "fresh")
	if err := errors.Join(os.WriteFile(old, nil, 0o600), os.WriteFile(fresh, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	setList(t, old, "D:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;FRFW;;;WD)")
	if err := CopyExplicit(old, fresh); err != nil {
		t.Fatal(err)
	}
	if access(t, fresh) != access(t, old) {
		t.Errorf("%s, want %s", access(t, fresh), access(t, old))
	}
	if err := CopyExplicit(filepath.Join(top, "none"), fresh); err != nil {
		t.Error(err)
	}
	if err := errors.Join(os.Link(old, filepath.Join(top, "second name"))); err != nil {
		t.Fatal(err)
	}
	if err := CopyExplicit(fresh, old); !errors.Is(err, ErrNotPlain) {
		t.Errorf("a file with two names: %v", err)
	}
}
