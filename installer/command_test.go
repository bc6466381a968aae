package installer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/koshin-updater/koshin/installer/protect"
)

// say is the test binary as a client that is asked for its version.
func say(args []string) int {
	switch args[0] {
	case "exit":
		fmt.Fprintln(os.Stdout, args[2])
		code, _ := strconv.Atoi(args[1])
		return code
	case "stderr":
		fmt.Fprintln(os.Stderr, args[1])
	case "flood":
		fmt.Fprintln(os.Stdout, "2.3.0")
		for range 1000 {
			fmt.Fprintln(os.Stdout, string(bytes.Repeat([]byte("x"), 1000)))
		}
	case "hang":
		fmt.Fprintln(os.Stdout, "2.3.0")
		time.Sleep(time.Hour)
	case "child", "child-waits": // leaves a child that holds the output
		self, _ := os.Executable()
		child := exec.Command(self, "say", "listen")
		child.Stdout = os.Stdout
		if child.Start() != nil {
			return 9
		}
		for range 1000 { // until it listens
			if port, err := os.ReadFile("port"); err == nil && len(port) > 0 {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		fmt.Fprintln(os.Stdout, "2.3.0")
		if args[0] == "child-waits" {
			_ = child.Wait()
		}
	case "listen":
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil || os.WriteFile("port", []byte(listener.Addr().String()), 0o600) != nil {
			return 9
		}
		time.Sleep(time.Hour)
	default:
		for _, line := range args {
			fmt.Fprintln(os.Stdout, line)
		}
	}
	return 0
}

// client puts the test binary into the install folder as bin/client.
func (w *world) client() {
	w.t.Helper()
	self, err := os.Executable()
	must(w.t, err)
	program, err := os.ReadFile(self)
	must(w.t, err)
	write(w.t, w.place.Dir, tree{"bin/": ""})
	name := filepath.Join(w.place.Dir, "bin", "client")
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	must(w.t, os.WriteFile(name, program, 0o755))
}

func TestCommand(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.client()
	write(t, w.place.Dir, tree{"bin/text": "no program"})
	for args, want := range map[string]string{
		"bin/client say 2.3.0": "2.3.0",
		"bin/client say '取込送信システム Version 2.3.0.7 (x64)'": "2.3.0.7",
		"bin/client say '' banner '' 'v2.2' 1.0":          "2.2",
		"bin/client say one two three 2.3.0":              "",
		"bin/client say exit 0 5.4.2":                     "5.4.2",
		"bin/client say exit 1 5.4.2":                     "",
		"bin/client say stderr 5.4.2":                     "5.4.2",
		"bin/client say flood":                            "2.3.0",
		"bin/client say nothing":                          "",
		"bin/text":                                        "",
		"bin/missing":                                     "",
		"bin":                                             "",
	} {
		found, err := w.open().Detect(t.Context(), rule(t, "command:"+args))
		if err != nil || found.State != Unknown || found.Version.String() != want {
			t.Errorf("%s: %+v, %v", args, found, err)
		}
	}
}

// TestCommandLeavesNobody: neither a program that hangs nor a child of it
// outlives the question.
func TestCommandLeavesNobody(t *testing.T) {
	t.Parallel()
	for how, want := range map[string]string{"child": "2.3.0", "child-waits": "", "hang": ""} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.client()
			p := w.open()
			if how != "child" {
				p.commandPatience = 3 * time.Second
			}
			found, err := p.Detect(t.Context(), rule(t, "command:bin/client say "+how))
			if err != nil || found.Version.String() != want {
				t.Errorf("%+v, %v", found, err)
			}
			if how == "hang" {
				return
			}
			address, err := os.ReadFile(filepath.Join(w.place.Dir, "port"))
			must(t, err)
			if !silent(string(address)) {
				t.Errorf("the child still listens on %s", address)
			}
		})
	}
}

// silent waits for the end of whoever listens: it takes its moment.
func silent(address string) bool {
	for range 500 {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			return true
		}
		_ = conn.Close()
		time.Sleep(10 * time.Millisecond)
	}
	return false
}

func TestCommandIsInterrupted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.client()
	ctx, cancel := context.WithCancel(t.Context())
	p := w.open()
	time.AfterFunc(200*time.Millisecond, cancel)
	if _, err := p.Detect(ctx, rule(t, "command:bin/client say hang")); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// TestCommandOutside: a link out of the folder is not run.
func TestCommandOutside(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("links need rights there")
	}
	w := newWorld(t)
	w.client()
	must(t, os.Rename(filepath.Join(w.place.Dir, "bin"), filepath.Join(filepath.Dir(w.place.Dir), "bin")))
	must(t, os.Symlink("../bin", filepath.Join(w.place.Dir, "bin")))
	found, err := w.open().Detect(t.Context(), rule(t, "command:bin/client say exit 0 2.3.0"))
	if err != nil || !found.Version.IsZero() {
		t.Errorf("%+v, %v", found, err)
	}
}

// TestCommandWithRights: what an ordinary user could have put there is not run
// as root.
func TestCommandWithRights(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("package protect tests the access lists")
	}
	const all = "command:bin/client say 2.3.0"
	for name, path := range map[string]string{"the program": "bin/client", "its folder": "bin", "the install folder": ".", "nothing": ""} {
		w := newWorld(t)
		w.client()
		p := w.open()
		if path != "" {
			must(t, os.Chmod(filepath.Join(w.place.Dir, path), 0o777))
		}
		p.elevated = func() bool { return true }
		_, err := p.Detect(t.Context(), rule(t, all))
		if refused := errors.Is(err, ErrUnsafeProgram) && errors.Is(err, protect.ErrWritable); refused != (path != "") {
			t.Errorf("%s: %v", name, err)
		}
		p.elevated = func() bool { return false }
		if found, err := p.Detect(t.Context(), rule(t, all)); err != nil || found.Version.String() != "2.3.0" {
			t.Errorf("%s, without rights: %+v, %v", name, found, err)
		}
	}
}
