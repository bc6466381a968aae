package updater

import (
	"os"
	"path/filepath"
	"testing"
)

// TestAReaderIsNotInTheWay: while the operator's koshin reads what SYSTEM's is
// about to replace, that waits until he has read it.
func TestAReaderIsNotInTheWay(t *testing.T) {
	for _, name := range []string{"trust/timestamp.json", "seen/seen.json"} {
		w := newReaderWorld(t)
		w.publish("2.3.0")
		w.serve()
		reads, err := os.Open(filepath.Join(w.u.options.StateDir, filepath.FromSlash(name)))
		w.must(err)
		waited := false
		w.u.options.Events = func(e Event) {
			if e.Note.Key == NoteWaiting || e.Note.Key == NoteWaitingFor {
				waited = true
				w.must(reads.Close())
			}
		}
		if err := w.accept(); err != nil || !waited {
			t.Errorf("%s: %v, waited: %v", name, err, waited)
			_ = reads.Close()
		}
	}
}
