package winstacktest

import (
	"context"
	"errors"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

var (
	kernel32         = windows.NewLazySystemDLL("kernel32.dll")
	createSemaphore  = kernel32.NewProc("CreateSemaphoreW")
	releaseSemaphore = kernel32.NewProc("ReleaseSemaphore")
)

// rootPatience is how long to wait until Wine's own users of the semaphore are
// gone: an import takes them a second.
const rootPatience = 20 * time.Second

// openRoots keeps Wine's processes from waiting for each other for ever. Each
// takes the host's root certificates over when it verifies its first one, one
// process at a time, by a semaphore; and one that is killed meanwhile, as tests
// do, never gives it back. So the test makes the semaphore first, with room for
// everybody; whoever finds it there takes nothing over, and no test needs that.
func openRoots(t testing.TB) {
	t.Helper()
	name, err := windows.UTF16PtrFromString("crypt32_root_semaphore")
	must(t, err)
	const room = 1 << 20
	for deadline := time.Now().Add(rootPatience); ; {
		semaphore, _, err := createSemaphore.Call(0, room, 2*room, uintptr(unsafe.Pointer(name)))
		if semaphore == 0 {
			t.Fatalf("semaphore of wine: %v", err)
		}
		if !errors.Is(err, windows.ERROR_ALREADY_EXISTS) || time.Now().After(deadline) {
			t.Cleanup(func() { must(t, windows.CloseHandle(windows.Handle(semaphore))) })
			return
		}
		// Whoever waits for one that is dead goes on.
		_, _, _ = releaseSemaphore.Call(semaphore, 1, 0)
		must(t, windows.CloseHandle(windows.Handle(semaphore)))
		select {
		case <-t.Context().Done():
			t.Fatal(context.Cause(t.Context()))
		case <-time.After(50 * time.Millisecond):
		}
	}
}
