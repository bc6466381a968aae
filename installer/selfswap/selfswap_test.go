package selfswap

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// TestMain makes the test binary a program that runs until its input ends.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == "wait" {
		_, _ = os.Stdout.WriteString("!")
		_, _ = io.Copy(io.Discard, os.Stdin)
		return
	}
	os.Exit(m.Run())
}

// place is a folder with a program, a new one for it, and where the old one
// will go.
func place(t *testing.T) (target, old string) {
	t.Helper()
	dir := t.TempDir()
	target, old = filepath.Join(dir, "koshin.exe"), filepath.Join(dir, "retired", "koshin.exe")
	if err := os.Mkdir(filepath.Dir(old), 0o700); err != nil {
		t.Fatal(err)
	}
	put(t, target, "old")
	put(t, NewPath(target), "new")
	return target, old
}

func put(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o755); err != nil {
		t.Fatal(err)
	}
}

func want(t *testing.T, path, content string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if content == "" && errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err != nil || string(data) != content {
		t.Errorf("%s: %q, %v; want %q", filepath.Base(path), data, err, content)
	}
}

func TestCommit(t *testing.T) {
	t.Parallel()
	target, old := place(t)
	if err := Commit(target, old); err != nil {
		t.Fatal(err)
	}
	want(t, target, "new")
	want(t, old, "old")
	want(t, NewPath(target), "")
}

// TestNeverDeletesTheOld repeats a commit that died between its renames. What
// stands at old is then the only copy of the old program.
func TestNeverDeletesTheOld(t *testing.T) {
	t.Parallel()
	target, old := place(t)
	if err := os.Rename(target, old); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := Commit(target, old); !errors.Is(err, fs.ErrExist) {
			t.Errorf("%v", err)
		}
	}
	want(t, old, "old")
	want(t, NewPath(target), "new")
	want(t, target, "")
}

func TestNothingNew(t *testing.T) {
	t.Parallel()
	target, old := place(t)
	if err := os.Remove(NewPath(target)); err != nil {
		t.Fatal(err)
	}
	if err := Commit(target, old); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
	want(t, target, "old")
	want(t, old, "")
	if err := os.Mkdir(NewPath(target), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := Commit(target, old); !errors.Is(err, fs.ErrInvalid) {
		t.Errorf("%v", err)
	}
	want(t, target, "old")
}

// TestRunning replaces a program while it runs, and starts the new one beside
// it.
func TestRunning(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	target, old := filepath.Join(dir, "koshin.exe"), filepath.Join(dir, "old.exe")
	for _, path := range []string{target, NewPath(target)} {
		copySelf(t, path)
	}
	first := running(t, target)
	if err := Commit(target, old); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(old); runtime.GOOS == "windows" && err == nil {
		t.Error("the old program could be deleted: it was not running")
	}
	second := running(t, target)
	for _, stop := range []func() error{first, second} {
		if err := stop(); err != nil {
			t.Error(err)
		}
	}
}

// running starts a program and returns how to end it.
func running(t *testing.T, path string) (stop func() error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), path, "wait")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(out, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	return func() error { return errors.Join(in.Close(), cmd.Wait()) }
}

func copySelf(t *testing.T, to string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	put(t, to, string(data))
}
