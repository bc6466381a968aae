package foreign

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/koshin-updater/koshin/manifest"
)

// TestMain lets the test binary be an installer, too: its arguments say what it
// does.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "--installer" {
		os.Exit(install(os.Args[2:]))
	}
	os.Exit(m.Run())
}

func install(args []string) int {
	switch args[0] {
	case "exit":
		code, _ := strconv.Atoi(args[1])
		return code
	case "print":
		fmt.Fprintln(os.Stdout, strings.Join(args[1:], "|"))
		fmt.Fprintln(os.Stderr, strings.Join(os.Environ(), "\n"))
	case "wait": // until the file is there
		for {
			if _, err := os.Stat(args[1]); err == nil {
				return 0
			}
			time.Sleep(10 * time.Millisecond)
		}
	case "copy": // itself, which does the work later
		if exec.Command(os.Args[0], "--installer", "later", args[1]).Start() != nil {
			return 4
		}
	case "later":
		time.Sleep(300 * time.Millisecond)
		_ = os.WriteFile(args[1], nil, 0o600)
	case "hang": // with a child that hangs, too, and holds the output
		child := exec.Command(os.Args[0], "--installer", "wait", args[1])
		child.Stdout = os.Stdout
		_ = child.Start()
		_ = os.WriteFile(args[2], []byte(strconv.Itoa(child.Process.Pid)), 0o600)
		_ = child.Wait()
	}
	return 0
}

func setup(t *testing.T, args ...string) Run {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	return Run{Kind: manifest.Setup, Action: Install, File: self, Dir: filepath.Join(dir, "client of ours"),
		Log: filepath.Join(dir, "run.log"), Marker: filepath.Base(dir) + strconv.Itoa(os.Getpid()), Limit: time.Minute,
		How: manifest.Installer{Args: append([]string{"--installer"}, args...)}}
}

func TestExitCodes(t *testing.T) {
	t.Parallel()
	declared := manifest.Installer{SuccessCodes: []int{0, 7}, RestartCodes: []int{8, 3010}}
	tests := []struct {
		name    string
		kind    manifest.Kind
		action  Action
		how     manifest.Installer
		code    int
		restart bool
		want    error
	}{
		{"zero", manifest.Setup, Install, manifest.Installer{}, 0, false, nil},
		{"one", manifest.Setup, Install, manifest.Installer{}, 1, false, ErrFailed},
		{"declared", manifest.Setup, Install, declared, 7, false, nil},
		{"declared restart", manifest.Setup, Install, declared, 8, true, nil},
		{"zero no success", manifest.Setup, Install, manifest.Installer{SuccessCodes: []int{1}}, 0, false, ErrFailed},
		{"undeclared restart", manifest.Setup, Install, manifest.Installer{}, 3010, false, ErrFailed},
		{"setup with an msi inside", manifest.Setup, Install, declared, 1618, false, ErrOther},
		{"msi", manifest.MSI, Install, manifest.Installer{}, 0, false, nil},
		{"msi wants a restart", manifest.MSI, Install, manifest.Installer{}, 3010, true, nil},
		{"msi restarts", manifest.MSI, Install, manifest.Installer{}, 1641, true, nil},
		{"msi cancelled", manifest.MSI, Install, manifest.Installer{}, 1602, false, ErrCancelled},
		{"msi failed", manifest.MSI, Install, manifest.Installer{}, 1603, false, ErrFailed},
		{"another runs", manifest.MSI, Install, manifest.Installer{}, 1618, false, ErrOther},
		{"nothing to uninstall", manifest.MSI, Uninstall, manifest.Installer{}, 1605, false, nil},
		{"nothing installed", manifest.MSI, Install, manifest.Installer{}, 1605, false, ErrFailed},
		{"a crash", manifest.MSI, Install, manifest.Installer{}, 0xC0000005, false, ErrFailed},
	}
	for _, test := range tests {
		got, err := Run{Kind: test.kind, Action: test.action, How: test.how}.meaning(test.code)
		if !errors.Is(err, test.want) || (err == nil) != (test.want == nil) || got.Restart != test.restart {
			t.Errorf("%s: %+v, %v", test.name, got, err)
		}
	}
}

func TestCommandLine(t *testing.T) {
	t.Parallel()
	tests := []struct {
		kind manifest.Kind
		args []string
		want string
	}{
		{manifest.Setup, []string{"/S"}, `"C:\a b\setup.exe" /S`},
		{manifest.Setup, []string{"/S", `/D=C:\Program Files\Torikomi`}, `"C:\a b\setup.exe" /S /D=C:\Program Files\Torikomi`},
		{manifest.Setup, []string{`/D=C:\x y`, "/S"}, `"C:\a b\setup.exe" "/D=C:\x y" /S`},
		{manifest.Setup, []string{`/DIR=C:\Program Files\X`, "", `a"b`, `c \`, `d\`}, `"C:\a b\setup.exe" "/DIR=C:\Program Files\X" "" "a\"b" "c \\" d\`},
		{manifest.MSI, []string{"/i", `C:\k w\installer.msi`, `INSTALLDIR=C:\Program Files\X`, "ALLUSERS=1", `NAME=a "b"`},
			`"C:\a b\setup.exe" /i "C:\k w\installer.msi" INSTALLDIR="C:\Program Files\X" ALLUSERS=1 NAME="a ""b"""`},
	}
	for _, test := range tests {
		if got := commandLine(test.kind, `C:\a b\setup.exe`, test.args); got != test.want {
			t.Errorf("%q:\n got %s\nwant %s", test.args, got, test.want)
		}
	}
}

// TestDo: the declared arguments arrive as they are, with the placeholders
// replaced; what is printed is kept; nothing secret is handed on.
func TestDo(t *testing.T) {
	t.Setenv("KOSHIN_PASSPHRASE", "secret")
	t.Setenv("HTTPS_PROXY", "http://user:secret@proxy")
	r := setup(t, "print", "--to={dir}", "{log}", `two "words"`, "")
	if _, err := r.Do(t.Context()); err != nil {
		t.Fatal(err)
	}
	output, err := os.ReadFile(r.output())
	if err != nil {
		t.Fatal(err)
	}
	first, environment, _ := strings.Cut(string(output), "\n")
	if want := strings.Join([]string{"--to=" + r.Dir, r.Log, `two "words"`, ""}, "|"); strings.TrimSpace(first) != want {
		t.Errorf("arguments %q, not %q", first, want)
	}
	if strings.Contains(environment, "secret") || !strings.Contains(strings.ToUpper(environment), "PATH=") {
		t.Errorf("environment:\n%s", environment)
	}
}

// The runs are not parallel: in Wine every program inherits what is meant for
// another one that is just being started.
func TestDoFails(t *testing.T) {
	r := setup(t, "exit", "2")
	if _, err := r.Do(t.Context()); !errors.Is(err, ErrFailed) || !strings.Contains(err.Error(), r.Log) {
		t.Errorf("exit 2: %v", err)
	}
	if _, err := os.Stat(r.output()); err == nil && runtime.GOOS != "windows" { // there it may be held a moment longer
		t.Error("an empty file is left behind")
	}
	r.File = filepath.Join(t.TempDir(), "nothing.exe")
	if _, err := r.Do(t.Context()); !errors.Is(err, ErrStart) {
		t.Errorf("no program: %v", err)
	}
	if runtime.GOOS == "windows" {
		return
	}
	r.Kind = manifest.MSI
	if _, err := r.Do(t.Context()); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("msi on this system: %v", err)
	}
}

// TestDoGoesOn: an installer is not stopped halfway because somebody pressed
// Ctrl+C.
func TestDoGoesOn(t *testing.T) {
	file := filepath.Join(t.TempDir(), "go")
	r := setup(t, "wait", file)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	done := make(chan error)
	go func() {
		_, err := r.Do(ctx)
		done <- err
	}()
	if runtime.GOOS == "windows" {
		for !Alive(r.Marker) {
			time.Sleep(10 * time.Millisecond)
		}
	}
	select {
	case err := <-done:
		t.Fatalf("it ended before it was done: %v", err)
	case <-time.After(200 * time.Millisecond):
	}
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
	for range 500 { // a program's handles may close a moment after it has ended
		if !Alive(r.Marker) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("it still counts as alive")
}

// TestDoStops: one that hangs is stopped with what it started.
func TestDoStops(t *testing.T) {
	dir := t.TempDir()
	r := setup(t, "hang", filepath.Join(dir, "never"), filepath.Join(dir, "pid"))
	r.Limit = 2 * time.Second
	if _, err := r.Do(t.Context()); !errors.Is(err, ErrTimeout) {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "pid"))
	if err != nil {
		t.Fatal(err)
	}
	pid, _ := strconv.Atoi(string(text))
	for range 500 {
		if !runs(pid) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("its child %d still runs", pid)
}

func TestEnvironment(t *testing.T) {
	t.Parallel()
	got := environment([]string{"PATH=p", "AWS_SECRET_ACCESS_KEY=s", "KOSHIN_CONFIG=c", "LC_ALL=l", "http_proxy=u:p", "=C:=C:\\"})
	if want := []string{"PATH=p", "LC_ALL=l"}; !slices.Equal(got, want) {
		t.Errorf("%q, not %q", got, want)
	}
}
