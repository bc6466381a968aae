package process

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/koshin-updater/koshin/installer/protect"
)

// client is this test's own program in a folder of its own.
func client(t *testing.T) (dir string, s Short) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "client")
	if err := os.MkdirAll(filepath.Join(dir, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "bin", "say")
	if err := os.WriteFile(path, []byte("#!/bin/sh\necho as this process\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return dir, Short{Path: path, Dir: dir}
}

func TestCareful(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("package protect tests the access lists")
	}
	operator := func(context.Context, Short) (Answer, error) { return Answer{Stdout: "as the operator\n"}, nil }
	refuses := func(with error) RunFunc {
		return func(context.Context, Short) (Answer, error) { return Answer{ExitCode: -1}, with }
	}
	for _, c := range []struct {
		name, writable string
		elevated       bool
		operator       RunFunc
		stdout         string
		err            error
	}{
		{"without rights", "bin/say", false, operator, "as this process\n", nil},
		{"nobody else can change it", "", true, operator, "as this process\n", nil},
		{"the program", "bin/say", true, operator, "as the operator\n", nil},
		{"its folder", "bin", true, operator, "as the operator\n", nil},
		{"the client's folder", ".", true, operator, "as the operator\n", nil},
		{"no way to the operator", "bin/say", true, nil, "", ErrUnsafe},
		{"nobody is signed in", "bin/say", true, refuses(ErrNoOperator), "", ErrUnsafe},
		{"it crashed there", "bin/say", true, refuses(ErrCrashed), "", ErrCrashed},
	} {
		dir, s := client(t)
		if c.writable != "" {
			if err := os.Chmod(filepath.Join(dir, c.writable), 0o777); err != nil {
				t.Fatal(err)
			}
		}
		answer, err := Careful(func() bool { return c.elevated }, c.operator)(t.Context(), s)
		if answer.Stdout != c.stdout || !errors.Is(err, c.err) || c.err == nil && err != nil {
			t.Errorf("%s: %+v, %v", c.name, answer, err)
		}
		if unsafe := errors.Is(err, ErrUnsafe); unsafe != errors.Is(err, protect.ErrWritable) {
			t.Errorf("%s: %v does not say why", c.name, err)
		}
	}
}

// A program that ends is done, whatever it says; one that is stopped is not.
func TestRunEnds(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("needs a shell")
	}
	sh := func(script string) Short { return Short{Path: "/bin/sh", Dir: "/", Args: []string{"-c", script}} }
	if a, err := Run(t.Context(), sh("echo out; echo err >&2; exit 3")); err != nil || a.ExitCode != 3 || a.Stdout != "out\n" || len(a.Output) != 8 {
		t.Errorf("%+v, %v", a, err)
	}
	if a, err := Run(t.Context(), sh("kill -9 $$")); !errors.Is(err, ErrCrashed) || a.ExitCode != -1 {
		t.Errorf("%+v, %v", a, err)
	}
	stop := errors.New("that is enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	go cancel(stop)
	if a, err := Run(ctx, sh("sleep 60")); !errors.Is(err, stop) || a.ExitCode != -1 {
		t.Errorf("%+v, %v", a, err)
	}
	if a, err := Run(t.Context(), Short{Path: "/does/not/exist", Dir: "/"}); !errors.Is(err, os.ErrNotExist) || a.ExitCode != -1 {
		t.Errorf("%+v, %v", a, err)
	}
	no := errors.New("no")
	if _, err := RunWith(t.Context(), sh("exit 0"), func(*exec.Cmd) error { return no }); !errors.Is(err, no) {
		t.Error(err)
	}
}
