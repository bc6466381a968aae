package main

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// alone: a script that examines the real settings of Windows waits until no
// other test changes them, and keeps such tests out until its end. The lock is
// that of winstacktest.Alone.
func alone(ts script, neg bool, args []string) {
	usage(ts, neg, args, "alone")
	lock := flock.New(filepath.Join(os.TempDir(), "koshin-test-winstack.lock"))
	locked, err := lock.TryLockContext(context.Background(), 20*time.Millisecond)
	ts.Check(err)
	if !locked {
		ts.Fatalf("other tests never ended")
	}
	ts.Defer(func() { _ = lock.Unlock() })
}
