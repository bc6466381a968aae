package startmenu

import (
	"errors"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// An entry never leads out of the menu's folder, and says what it was told.
func TestRefused(t *testing.T) {
	program := filepath.Join(t.TempDir(), "koshin.exe")
	good := Entry{"アップデートの確認", program, "window", "x"}
	if err := good.check(); err != nil {
		t.Error(err)
	}
	for name, edit := range map[string]func(*Entry){
		"no name": func(e *Entry) { e.Name = "" }, "out of the folder": func(e *Entry) { e.Name = `..\x` }, "a stream": func(e *Entry) { e.Name = "x:y" },
		"a slash": func(e *Entry) { e.Name = "a/b" }, "a control character": func(e *Entry) { e.Name = "a\nb" }, "a long name": func(e *Entry) { e.Name = strings.Repeat("a", 101) },
		"relative": func(e *Entry) { e.Program = "koshin.exe" }, "two lines": func(e *Entry) { e.Args = "a\nb" }, "would be cut": func(e *Entry) { e.Args = strings.Repeat("a", 251) },
		"a long description": func(e *Entry) { e.Description = strings.Repeat("a", 251) },
	} {
		e := good
		edit(&e)
		if err := e.Install(t.Context()); !errors.Is(err, ErrEntry) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := Remove(t.Context(), `..\..\x`); !errors.Is(err, ErrEntry) {
		t.Error(err)
	}
	if runtime.GOOS == "windows" {
		return
	}
	if err := good.Install(t.Context()); !errors.Is(err, errors.ErrUnsupported) {
		t.Error(err)
	}
}
