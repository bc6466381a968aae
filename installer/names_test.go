package installer

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"
)

// TestNamesInAnotherCase: where case does not count, somebody may have written
// names otherwise, which gives them another order too. The old build is still
// known, so that a recovery can bring it back.
func TestNamesInAnotherCase(t *testing.T) {
	t.Parallel()
	if key("A") == "A" {
		t.Skip("case counts here")
	}
	w := newWorld(t)
	w.install(w.pack("2.2.0", build1), PlanOptions{})
	for from, to := range map[string]string{"lib": "LIB", "VERSION": "version", "conf": "CONF"} {
		if _, err := os.Stat(filepath.Join(w.place.Dir, from)); err == nil {
			must(t, os.Rename(filepath.Join(w.place.Dir, from), filepath.Join(w.place.Dir, to+"~")))
			must(t, os.Rename(filepath.Join(w.place.Dir, to+"~"), filepath.Join(w.place.Dir, to)))
		}
	}
	p := w.open()
	_, err := w.update(p, w.pack("2.3.0", build2), PlanOptions{})
	must(t, err)
	must(t, p.Close())
	recovered, err := Recover(t.Context(), w.place, slog.New(slog.DiscardHandler))
	if err != nil || recovered.Action != Reverted {
		t.Fatalf("%+v, %v", recovered, err)
	}
	if found, err := w.open().Detect(t.Context(), rule(t, "koshin-record")); err != nil || found.State != Recorded {
		t.Errorf("%+v, %v", found, err)
	}
}
