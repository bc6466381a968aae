package updater

import (
	"os"
	"testing"
	"time"

	"github.com/koshin-updater/koshin/updater/busy"
	"github.com/koshin-updater/koshin/updater/line"
	"github.com/koshin-updater/koshin/updater/transport"
)

// The first lease is remembered until a run without one; a note that cannot be
// read counts as used up, or whoever damages it could wait for ever.
func TestTheFirstLeaseIsRemembered(t *testing.T) {
	now := time.Date(2021, 5, 20, 3, 0, 0, 0, time.UTC)
	u := New(Options{StateDir: t.TempDir(), Now: func() time.Time { return now }})
	waits := Decision{Gates: []Gate{{Name: BusyLease, Verdict: Closed}}}
	lease := busy.Lease{From: now, For: 3 * time.Hour}
	if err := u.noteBusy(Facts{Now: now, Busy: Busy{Lease: lease}}, waits); err != nil || !u.busy().Since.Equal(now) {
		t.Fatalf("%v %v", u.busy(), err)
	}
	if err := u.noteBusy(Facts{Now: now.Add(time.Hour), Busy: Busy{Lease: lease, Since: now}}, waits); err != nil || !u.busy().Since.Equal(now) {
		t.Errorf("renewed: %v %v", u.busy(), err)
	}
	if err := os.WriteFile(u.busyFile(), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if j := busy.Judge(now, lease, u.busy().Since, time.Time{}); j.Why != busy.Renewed {
		t.Errorf("damaged: %+v", j)
	}
	if err := u.noteBusy(Facts{Now: now, Busy: Busy{Since: now}}, Decision{}); err != nil || !u.busy().Since.IsZero() {
		t.Errorf("no lease: %v %v", u.busy(), err)
	}
}

// What comes from a folder is not loaded over the line.
func TestFromAFolderNoLineIsMetered(t *testing.T) {
	f := Facts{
		Now: time.Now(), Manifest: story(t, build(t, "2.3")), Installed: version(t, "2.2"), OS: "windows", Arch: "amd64", Line: line.Metered,
		Space: Space{State: Volume{Free: -1}, Install: Volume{Free: -1}},
	}
	folder, err := transport.ParseSource(t.TempDir(), "", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, from := range []bool{false, true} {
		j := &job{Updater: New(Options{StateDir: t.TempDir()})}
		want := ActDeferred
		if from {
			j.options.From, want = folder, ActUpdate
		}
		if d, err := j.judge(f); err != nil || d.Action != want {
			t.Errorf("from a folder %v: %s %v", from, d.Action, err)
		}
	}
}
