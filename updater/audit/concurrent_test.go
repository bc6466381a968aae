package audit_test

import (
	"runtime"
	"testing"

	"github.com/koshin-updater/koshin/updater/audit"
)

// Whoever reads while koshin adds a line sees the trail before it or after it,
// and never calls that tampering.
func TestReadingWhileALineIsAdded(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there a reader is in the way of the head's replacement, and koshin waits for it")
	}
	trail := newTrail(t, "confirmed")
	done := make(chan error, 1)
	go func() {
		var err error
		for i := 0; i < 60 && err == nil; i++ {
			err = trail.Append(audit.Record{Verb: "confirm", Outcome: "confirmed"})
		}
		done <- err
	}()
	for reads := 0; ; reads++ {
		if _, err := trail.Walk(nil, nil); err != nil {
			t.Fatalf("read %d: %v", reads, err)
		}
		if file := export(t, trail); file != "" {
			if _, err := verify(file, nil); err != nil {
				t.Fatalf("export %d: %v", reads, err)
			}
		}
		select {
		case err := <-done:
			if err != nil {
				t.Fatal(err)
			}
			return
		default:
		}
	}
}
