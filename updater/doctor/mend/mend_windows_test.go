package mend_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/koshin-updater/koshin/updater/confirm/winstack/winstacktest"
	"github.com/koshin-updater/koshin/updater/doctor/mend"
	ws "github.com/koshin-updater/koshin/updater/doctor/winsettings"
	"github.com/koshin-updater/koshin/updater/doctor/winsettings/winsettingstest"
)

func set(t *testing.T, r ws.Registry, p ws.Place, v ws.Value) {
	t.Helper()
	if err := r.Write(p, v); err != nil {
		t.Fatal(err)
	}
}

func want(t *testing.T, r ws.Registry, p ws.Place, v ws.Value) {
	t.Helper()
	if got := ws.Read(r, p); got.Err != nil || !got.Found || !got.Value.Same(v) {
		t.Errorf("%s, not %s", got, v)
	}
}

// TestRealTick finds, fixes and undoes the tick in this user's own registry.
func TestRealTick(t *testing.T) {
	winstacktest.Alone(t)
	r := ws.System()
	winsettingstest.Preserve(t, tick, undoPlace, pc64, policyPC, policyUser)
	for _, p := range []ws.Place{pc64, policyPC, policyUser, undoPlace} {
		if err := r.Delete(p); err != nil {
			t.Skipf("the machine's keys cannot be written here: %v", err)
		}
	}
	for name, row := range map[string]struct{ before, after ws.Value }{
		"number": {ws.Number(0xA0), ws.Number(0x8A0)},
		"binary": {ws.NumberAs(ws.TypeBinary, 0xA0), ws.NumberAs(ws.TypeBinary, 0x8A0)},
	} {
		set(t, r, tick, row.before)
		if s := ws.ReadSecureProtocols(r, ws.ByDefault); s.Standing != ws.Off || s.Effective.Place != tick {
			t.Errorf("%s: %+v", name, s)
		}
		if err := fix(r, mend.Ask); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		want(t, r, tick, row.after)
		for range 2 {
			if _, err := mend.Undo(r); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			want(t, r, tick, row.before)
		}
	}
	if err := r.Delete(tick); err != nil {
		t.Fatal(err)
	}
	set(t, r, pc64, ws.Number(0xA0))
	if err := fix(r, mend.Ask); err != nil {
		t.Error(err)
	}
	want(t, r, tick, ws.Number(0x8A0))
	if _, err := mend.Undo(r); err != nil {
		t.Error(err)
	}
	if now := ws.Read(r, tick); now.Found {
		t.Errorf("absent, fixed and undone: %s", now)
	}
}

// TestRealRefusals: a policy is refused with its path, and SSL 2.0 asks.
func TestRealRefusals(t *testing.T) {
	winstacktest.Alone(t)
	r := ws.System()
	winsettingstest.Preserve(t, tick, undoPlace, pc64, policyPC, policyUser)
	for _, policy := range []ws.Place{policyUser, policyPC} {
		if err := r.Write(policy, ws.Number(0xA0)); err != nil {
			t.Skipf("the machine's keys cannot be written here: %v", err)
		}
		set(t, r, tick, ws.Number(0xA0))
		err := fix(r, mend.Ask)
		if !errors.Is(err, mend.ErrPolicy) || !strings.Contains(err.Error(), policy.String()) {
			t.Error(err)
		}
		want(t, r, tick, ws.Number(0xA0))
		want(t, r, policy, ws.Number(0xA0))
		if err := r.Delete(policy); err != nil {
			t.Fatal(err)
		}
	}
	set(t, r, tick, ws.Number(0x808))
	if err := fix(r, mend.Ask); !errors.Is(err, mend.ErrSSL2) {
		t.Error(err)
	}
	want(t, r, tick, ws.Number(0x808))
	if err := fix(r, mend.Clear); err != nil {
		t.Error(err)
	}
	want(t, r, tick, ws.Number(0x800))
}

// TestTell: WinINet takes the news; Wine does not know the second word of it.
func TestTell(t *testing.T) {
	told := mend.Tell()
	if told.Changed != nil {
		t.Error(told.Changed)
	}
	t.Log("refresh:", told.Refresh)
}

// TestMyself: this test runs as whoever is signed in, or as nobody's session.
func TestMyself(t *testing.T) {
	who, err := mend.Myself()
	if err != nil {
		t.Fatal(err)
	}
	way, err := who.Way()
	t.Logf("%+v: %q, %v", who, way, err)
	if who.Session == who.User && (way != mend.Here || err != nil) {
		t.Errorf("%q, %v", way, err)
	}
	if _, err := mend.Explorers(); err != nil {
		t.Error(err)
	}
}
