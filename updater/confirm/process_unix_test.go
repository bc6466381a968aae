//go:build unix

package confirm

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A client that is stopped takes its children along.
func TestSelfTestStopsChildren(t *testing.T) {
	t.Parallel()
	hanging := test("child", "wait")
	hanging.Timeout = 1
	proof := runSelfTest(t.Context(), hanging, Place{Dir: install(t)})
	var pid int
	if _, err := fmt.Sscanf(proof.Output, "child %d", &pid); err != nil {
		t.Fatalf("%+v: %v", proof, err)
	}
	for range 100 {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) || (err == nil && strings.Contains(string(stat), ") Z ")) {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("child %d is still running", pid)
	_ = syscall.Kill(pid, syscall.SIGKILL)
}

// A client that ends well, but leaves a child holding its output, is not held
// up by it.
func TestSelfTestDoesNotWaitForChildren(t *testing.T) {
	t.Parallel()
	proof := runSelfTest(t.Context(), test("child", "leave"), Place{Dir: install(t)})
	var pid int
	if _, err := fmt.Sscanf(proof.Output, "child %d", &pid); err == nil {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	if proof.Outcome != Connected || proof.Seconds > 15 {
		t.Errorf("%+v", proof)
	}
}

// A program that was just written may still be open in a process that is being
// forked elsewhere; that is not the build's fault.
func TestSelfTestOfBusyProgram(t *testing.T) {
	t.Parallel()
	dir := install(t)
	held, err := os.OpenFile(filepath.Join(dir, "client"), os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	released := time.AfterFunc(200*time.Millisecond, func() { _ = held.Close() })
	defer released.Stop()
	if proof := runSelfTest(t.Context(), test("exit", "0"), Place{Dir: dir}); proof.Outcome != Connected {
		t.Errorf("%+v", proof)
	}
}

func TestSelfTestKilled(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	script := "#!/bin/sh\nkill -SEGV $$\n"
	if err := os.WriteFile(filepath.Join(dir, "client"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	if proof := runSelfTest(t.Context(), test("x"), Place{Dir: dir}); proof.Outcome != Broken || proof.ExitCode != -1 {
		t.Errorf("%+v", proof)
	}
}
