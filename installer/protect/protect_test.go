package protect

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestMake(t *testing.T) {
	t.Parallel()
	for _, readers := range []Readers{Nobody, Everyone} {
		// Longer than Windows takes without being asked nicely.
		dir := filepath.Join(t.TempDir(), strings.Repeat("長い名前", 20), strings.Repeat("x", 200), "state")
		for range 2 { // the second time it is there
			if err := Make(dir, readers); err != nil {
				t.Fatal(err)
			}
		}
		if err := Folder(dir); err != nil {
			t.Error(err)
		}
	}
	if err := Folder(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

// TestMakeFile leaves one that is there as it is.
func TestMakeFile(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "lock")
	if err := MakeFile(name); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte("kept"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := MakeFile(name); err != nil {
		t.Error(err)
	}
	if data, err := os.ReadFile(name); err != nil || string(data) != "kept" {
		t.Errorf("%q, %v", data, err)
	}
}

func TestMakeRefusesAFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "state")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Make(file, Nobody); !errors.Is(err, ErrNotPlain) {
		t.Error(err)
	}
}
