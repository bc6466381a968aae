package startmenu

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// The shortcut says what it was told, in Windows' own words, and goes again. The
// program's path is Latin: Wine 8 writes it in its code page only.
func TestWrittenAndReadBack(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "スタート")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	e := Entry{"アップデートの確認", `C:\Program Files\R&D\koshin.exe`, `window --lang ja`, "TLS 1.2 への対応を確認します"}
	if _, there, err := read(dir, e.Name); there || err != nil {
		t.Errorf("%t, %v", there, err)
	}
	for range 2 { // it may be repeated
		if err := e.write(dir); err != nil {
			t.Fatal(err)
		}
	}
	found, there, err := read(dir, e.Name)
	if err != nil || !there || found.Program != e.Program || found.Args != e.Args {
		t.Errorf("%+v, %t, %v", found, there, err)
	}
	e.Program, e.Args = `D:\koshin.exe`, ""
	if err := e.write(dir); err != nil {
		t.Fatal(err)
	}
	if found, _, err := read(dir, e.Name); err != nil || found.Program != e.Program || found.Args != "" {
		t.Errorf("changed to %+v, %v", found, err)
	}
	if err := os.WriteFile(file(dir, "other"), []byte("no shortcut"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := read(dir, "other"); !errors.Is(err, ErrEntry) {
		t.Errorf("read what is no shortcut: %v", err)
	}
	for range 2 { // and so may this
		if err := remove(dir, e.Name); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Lstat(file(dir, e.Name)); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

// The real menu, for as long as it takes to look.
func TestInTheMenu(t *testing.T) {
	e := Entry{"koshin test", filepath.Join(t.TempDir(), "koshin.exe"), "window", ""}
	t.Cleanup(func() { _ = Remove(context.WithoutCancel(t.Context()), e.Name) })
	if err := e.Install(t.Context()); errors.Is(err, fs.ErrPermission) {
		t.Skip("needs administrator rights")
	} else if err != nil {
		t.Fatal(err)
	}
	if there, same, err := e.Look(t.Context()); !there || !same || err != nil {
		t.Errorf("%t, %t, %v", there, same, err)
	}
	other := e
	other.Args = "check"
	if there, same, err := other.Look(t.Context()); !there || same || err != nil {
		t.Errorf("with other arguments: %t, %t, %v", there, same, err)
	}
	if err := Remove(t.Context(), e.Name); err != nil {
		t.Error(err)
	}
	if there, _, err := e.Look(t.Context()); there || err != nil {
		t.Errorf("still there: %t, %v", there, err)
	}
}
