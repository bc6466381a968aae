package winsettingstest

import (
	"fmt"
	"runtime"
	"testing"

	"golang.org/x/sys/windows"
)

// turn is taken by whoever changes a setting of the whole PC, or of this user,
// or relies on nobody changing it.
const turn = `Global\koshin-test-schannel`

// patience is how long to wait for another test program, in milliseconds.
const patience = 120_000

// Alone gives this test the PC's settings for itself until it ends: test
// programs of several packages run at the same time. A program that died with
// its turn leaves it to the next.
func Alone(t testing.TB) {
	t.Helper()
	taken, done, left := make(chan error), make(chan struct{}), make(chan struct{})
	go func() {
		runtime.LockOSThread() // a mutex belongs to a thread
		defer close(left)
		mutex, err := take()
		taken <- err
		if err != nil {
			return
		}
		<-done
		_ = windows.ReleaseMutex(mutex)
		_ = windows.CloseHandle(mutex)
	}()
	if err := <-taken; err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		close(done)
		<-left
	})
}

func take() (windows.Handle, error) {
	name, err := windows.UTF16PtrFromString(turn)
	if err != nil {
		return 0, err
	}
	mutex, err := windows.CreateMutex(nil, false, name)
	if mutex == 0 {
		return 0, fmt.Errorf("mutex %s: %w", turn, err)
	}
	event, err := windows.WaitForSingleObject(mutex, patience)
	if err != nil || event != windows.WAIT_OBJECT_0 && event != windows.WAIT_ABANDONED {
		_ = windows.CloseHandle(mutex)
		return 0, fmt.Errorf("wait for %s: event %#x, %w", turn, event, err)
	}
	return mutex, nil
}
