//go:build !windows

package support_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/koshin-updater/koshin/updater/support"
)

// A state folder that somebody prepared leads nowhere else, and a pipe in it holds
// nobody up.
func TestLinksAndPipes(t *testing.T) {
	t.Parallel()
	dir, other := t.TempDir(), t.TempDir()
	write(t, other, "shadow", "stolen")
	write(t, other, "koshin.log", "stolen")
	write(t, dir, "installation", "ours-alone")
	if err := os.Mkdir(filepath.Join(dir, "run"), 0o755); err != nil {
		t.Fatal(err)
	}
	for link, to := range map[string]string{
		"scheduled.json": filepath.Join(other, "shadow"), "busy.json": "installation", "log": other, "run/b.jsonl": "../installation", "self.json": "../" + filepath.Base(other) + "/shadow",
	} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "run", "a.jsonl"), 0o600); err != nil {
		t.Skip("no pipes here:", err)
	}
	b, files := bundle(t, func(b *support.Bundle) {
		b.Folder(dir, "state", support.State())
		b.File(filepath.Join(dir, "scheduled.json"), "config/koshin.toml")
	})
	for name, text := range files {
		if strings.Contains(text, "stolen") || strings.Contains(text, "ours-alone") {
			t.Errorf("%s: %s", name, text)
		}
	}
	for _, name := range []string{"state/scheduled.json", "state/busy.json", "state/self.json", "state/run/a.jsonl", "state/run/b.jsonl", "config/koshin.toml"} {
		if got := reason(b, name); got != support.NotAFile {
			t.Errorf("%s: %q", name, got)
		}
	}
}
