package setup

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"unicode/utf16"

	"github.com/koshin-updater/koshin/installer/selfswap"
	"github.com/koshin-updater/koshin/manifest"
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

// folder is koshin's, with the installer's own in it.
func folder(t *testing.T, files map[string]string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "setup"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// holds wants these files in a folder and nothing else.
func holds(t *testing.T, dir string, want map[string]string) {
	t.Helper()
	seen := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		seen++
		name, _ := filepath.Rel(dir, path) //nolint:errcheck // it is below
		data, err := os.ReadFile(path)
		if content, ok := want[filepath.ToSlash(name)]; !ok || content != string(data) {
			t.Errorf("%s: %q", name, data)
		}
		return err
	})
	if err != nil || seen != len(want) {
		t.Errorf("%d files, %v; want %v", seen, err, want)
	}
}

func TestPlace(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]map[string]string{
		"first":       {},
		"over one":    {"koshin.exe": "old"},
		"cut before":  {"koshin.exe": "old", ".koshin.exe.new": "half"},
		"cut between": {".koshin.exe.new": "whole", "setup/old-1.exe": "old"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := folder(t, before)
			fresh, target, aside := filepath.Join(dir, "setup", "koshin.exe"), filepath.Join(dir, "koshin.exe"), filepath.Join(dir, "setup")
			if err := os.WriteFile(fresh, []byte("new"), 0o755); err != nil {
				t.Fatal(err)
			}
			Sweep(aside)
			for range 2 {
				if err := Place(fresh, target, aside); err != nil {
					t.Fatal(err)
				}
				holds(t, dir, map[string]string{"koshin.exe": "new", "setup/koshin.exe": "new"})
			}
		})
	}
}

// A program that runs is replaced, and goes on.
func TestPlaceRunning(t *testing.T) {
	t.Parallel()
	dir := folder(t, nil)
	target, aside := filepath.Join(dir, "koshin.exe"), filepath.Join(dir, "setup")
	own, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := Place(own, target, aside); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), target, "wait")
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
	if err := Place(own, target, aside); err != nil {
		t.Error(err)
	}
	if err := errors.Join(in.Close(), cmd.Wait()); err != nil {
		t.Errorf("it did not go on: %v", err)
	}
	Sweep(aside)
	left, err := os.ReadDir(aside)
	if err != nil || len(left) > 0 {
		t.Errorf("%v, %v", left, err)
	}
}

// Where the new program cannot be written, the old one stays.
func TestNothingToPlace(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"koshin.exe": "old"})
	target := filepath.Join(dir, "koshin.exe")
	if err := Place(filepath.Join(dir, "setup", "koshin.exe"), target, filepath.Join(dir, "setup")); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	holds(t, dir, map[string]string{"koshin.exe": "old"})
	if err := os.Mkdir(selfswap.NewPath(target), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(selfswap.NewPath(target), "x"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Place(target, target, filepath.Join(dir, "setup")); err == nil {
		t.Error("a folder stood in the way")
	}
}

func TestAllowed(t *testing.T) {
	t.Parallel()
	const program = "../../../installer/peversion/testdata/x64.dll" // states 2.3
	for fresh, want := range map[string]error{"2.3.0": nil, "2.4.0-rc.1": nil, "2.3.0-rc.1": ErrNewer, "1.9": ErrNewer} {
		there, err := Allowed(program, version(t, fresh))
		if !errors.Is(err, want) || !there.Equal(version(t, "2.3")) {
			t.Errorf("%s over %s: %v", fresh, there, err)
		}
	}
	if _, err := Allowed(program, manifest.Version{}); err != nil {
		t.Errorf("built from a checkout: %v", err)
	}
}

func TestAllowedWithoutAVersion(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"koshin.exe": "no program"})
	for _, name := range []string{"koshin.exe", "none.exe"} {
		there, err := Allowed(filepath.Join(dir, name), version(t, "1.0.0"))
		if err != nil || !there.IsZero() {
			t.Errorf("%s: %v, %v", name, there, err)
		}
	}
}

func version(t *testing.T, text string) manifest.Version {
	t.Helper()
	v, err := manifest.ParseVersion(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestSaid(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "said")
	long := string(make([]byte, 2*saidLine))
	if err := Said(file, []string{"登録しました 🙂", long}); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(file)
	if err != nil || len(data)%2 != 0 {
		t.Fatal(len(data), err)
	}
	var units []uint16
	for i := 0; i < len(data); i += 2 {
		units = append(units, uint16(data[i])|uint16(data[i+1])<<8)
	}
	text := string(utf16.Decode(units))
	if want := "登録しました 🙂\r\n" + long[:saidLine-1] + "…\r\n"; text != want {
		t.Errorf("%q", text)
	}
}
