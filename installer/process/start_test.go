package process

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestMain lets the test binary be a koshin that is killed and the program that
// it has started, too.
func TestMain(m *testing.M) {
	if len(os.Args) == 4 && os.Args[1] == "--koshin" {
		os.Exit(koshin(os.Args[2], os.Args[3]))
	}
	if len(os.Args) == 3 && os.Args[1] == "--program" {
		os.Exit(program(os.Args[2]))
	}
	os.Exit(m.Run())
}

// koshin starts a program and is gone without a word to it.
func koshin(how, asked string) int {
	start := Start
	if how == "lasting" {
		start = StartLasting
	}
	_, _, err := start(context.Background(), func() *exec.Cmd {
		cmd := exec.CommandContext(context.Background(), os.Args[0], "--program", asked)
		cmd.Stdout = os.Stdout
		return cmd
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// program answers when it is asked. It does not wait for ever.
func program(asked string) int {
	for range 1000 {
		if _, err := os.Stat(asked); err == nil {
			fmt.Fprintln(os.Stdout, "answer")
			return 0
		}
		time.Sleep(10 * time.Millisecond)
	}
	fmt.Fprintln(os.Stdout, "nobody asked")
	return 1
}

// afterDeath is what a program says after the koshin that started it has died.
func afterDeath(t *testing.T, how string, ask bool) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	asked := filepath.Join(t.TempDir(), "asked")
	cmd := exec.CommandContext(t.Context(), self, "--koshin", how, asked)
	cmd.Stdout, cmd.Stderr = w, os.Stderr
	err = cmd.Run()
	_ = w.Close()
	if err != nil {
		t.Fatal(err)
	}
	if ask {
		if err := os.WriteFile(asked, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	said, err := io.ReadAll(r) // until the program has ended
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(said))
}

// An installer goes on where koshin is killed: half an installation helps nobody.
func TestLastingOutlivesKoshin(t *testing.T) {
	if said := afterDeath(t, "lasting", true); said != "answer" {
		t.Errorf("it says %q", said)
	}
}

// A program of the client does not: it would hold files that the recovery needs.
func TestProgramEndsWithKoshin(t *testing.T) {
	if runtime.GOOS != "windows" {
		t.Skip("here no open file is in the way")
	}
	if said := afterDeath(t, "", false); said != "" {
		t.Errorf("it says %q", said)
	}
}
