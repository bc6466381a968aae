package release_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/koshin-updater/koshin/release"
)

// TestCheckoutWithoutPackages: git has the working copy and not its packages, as
// docs/publisher.md has it. Renewing works, publishing to where they are works,
// and nowhere is a repository published that lacks one.
func TestCheckoutWithoutPackages(t *testing.T) {
	t.Parallel()
	w, host := newWorld(t), t.TempDir()
	w.product()
	w.add("2.2.0")
	w.promote("2.2.0", release.Everybody)
	w.must(publishTo(t, w, host))
	packages, err := filepath.Glob(filepath.Join(w.dir, "targets", "*", "*", "*"))
	w.must(err)
	if len(packages) != 1 {
		t.Fatalf("packages: %q", packages)
	}
	w.must(os.Remove(packages[0]))

	r, err := release.Open(w.dir, w.options())
	w.must(err)
	w.must(r.Refresh(t.Context()))
	w.must(publishTo(t, w, host))
	w.must(offered(t, host, w.clock.Now))
	if err := r.Verify(t.Context()); !errors.Is(err, release.ErrUnverifiable) {
		t.Errorf("verify does not miss it: %v", err)
	}
	empty := t.TempDir()
	if err := publishTo(t, w, empty); !errors.Is(err, release.ErrDamaged) {
		t.Errorf("published without its package: %v", err)
	}
	if there, err := filepath.Glob(filepath.Join(empty, "[mt]*")); err != nil || len(there) > 0 {
		t.Errorf("half published: %q, %v", there, err)
	}
}
