//go:build unix

package session

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/koshin-updater/koshin/installer/process"
)

// A program in somebody's folder has that somebody's rights and nothing of root's
// environment.
func TestAsOperatorIsTheOwner(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root runs programs as others")
	}
	t.Setenv("KOSHIN_TEST_SECRET", "of-root")
	for owner, want := range map[int]string{12345: "12345 12345 12345", 0: "65534 65534 65534"} {
		dir, err := os.MkdirTemp("", "client") // t.TempDir is closed to others
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.RemoveAll(dir) })
		program := filepath.Join(dir, "say")
		if err := os.WriteFile(program, []byte("#!/bin/sh\necho $(id -u) $(id -g) $(id -G)\nenv >&2\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{dir, program} {
			if err := os.Chown(path, owner, owner); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(path, 0o755); err != nil {
				t.Fatal(err)
			}
		}
		a, err := AsOperator(t.Context(), process.Short{Path: program, Dir: dir})
		if err != nil || strings.TrimSpace(a.Stdout) != want {
			t.Errorf("owner %d: %+v, %v", owner, a, err)
		}
		if strings.Contains(a.Output, "of-root") {
			t.Errorf("owner %d sees root's environment: %s", owner, a.Output)
		}
	}
}
