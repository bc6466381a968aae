package main

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/koshin-updater/koshin/cmd/internal/terminal"
	"github.com/koshin-updater/koshin/cmd/koshin/window"
	"github.com/koshin-updater/koshin/updater/busy"
	"github.com/koshin-updater/koshin/updater/doctor/mend"
	ws "github.com/koshin-updater/koshin/updater/doctor/winsettings"
	"github.com/koshin-updater/koshin/updater/doctor/winsettings/winsettingstest"
	"github.com/koshin-updater/koshin/updater/request"
)

// A trial beside the PC never has the PC's own daily run work.
func TestTrialAsksNobody(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	must(t, writeTrial(dir))
	asked := false
	m := machine{config: filepath.Join(dir, "elsewhere", "koshin.toml")}
	m.requests.way = func(string) request.Way {
		asked = true
		return request.Way{Dial: func(context.Context) (request.Peer, error) { return nil, errors.ErrUnsupported }}
	}
	a, err := newApp(m, terminal.Streams{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard})
	must(t, err)
	a.configFile = filepath.Join(dir, "koshin.toml")
	if _, err := (deeds{a}).updateBySystem(t.Context(), nil, nil); !errors.Is(err, errCannotAsk) || asked {
		t.Errorf("asked %t: %v", asked, err)
	}
	m.config = a.configFile
	a.machine = m
	if _, err := (deeds{a}).updateBySystem(t.Context(), nil, nil); !errors.Is(err, errCannotAsk) || !asked {
		t.Errorf("the PC itself: asked %t: %v", asked, err)
	}
}

// Lines come whole, however they are written, and what never ends is no event.
func TestLines(t *testing.T) {
	t.Parallel()
	var got []string
	l := &lines{take: func(line []byte) { got = append(got, string(line)) }}
	for _, part := range []string{"a\nb", "c\n\nd", "\n", strings.Repeat("x", window.MaxEvent), "y", "z\n", "e\n"} {
		if n, err := l.Write([]byte(part)); n != len(part) || err != nil {
			t.Fatal(n, err)
		}
	}
	if want := []string{"a", "bc", "", "d", "z", "e"}; !slices.Equal(got, want) {
		t.Errorf("%.50q, want %q", got, want)
	}
}

// A lease is said and taken back by the window as by koshin busy.
func TestPostpone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	must(t, writeTrial(dir))
	a, err := newApp(machine{}, terminal.Streams{In: strings.NewReader("")})
	must(t, err)
	a.configFile = filepath.Join(dir, "koshin.toml")
	d, state := deeds{a}, filepath.Join(dir, "state")
	must(t, d.postpone(2*time.Hour))
	if lease, err := busy.Read(state); err != nil || lease.For != 2*time.Hour {
		t.Errorf("%+v, %v", lease, err)
	}
	if err := d.postpone(13 * time.Hour); !errors.Is(err, busy.ErrLength) {
		t.Error(err)
	}
	must(t, d.postpone(0))
	if lease, err := busy.Read(state); err != nil || !lease.IsZero() {
		t.Errorf("%+v, %v", lease, err)
	}
}

// The window mends the one setting that doctor mends, in the same way.
func TestWindowFixes(t *testing.T) {
	t.Parallel()
	r := new(winsettingstest.Registry).Set(ws.Tick(), ws.Number(0xA0))
	a, err := newApp(machine{windows: aWindows(r)}, terminal.Streams{In: strings.NewReader("")})
	must(t, err)
	a.configFile = filepath.Join(t.TempDir(), "koshin.toml")
	did, err := deeds{a}.fix(t.Context(), mend.Ask)
	if err != nil || did.Outcome == mend.Unchanged || len(did.Open) != 1 {
		t.Errorf("%+v, %v", did, err)
	}
	r.Set(ws.Tick(), ws.Number(0xA8)) // SSL 2.0 as well
	if _, err := (deeds{a}).fix(t.Context(), mend.Ask); !errors.Is(err, mend.ErrSSL2) {
		t.Error(err)
	}
	if did, err := (deeds{a}).fix(t.Context(), mend.Clear); err != nil || !did.ClearsSSL2 {
		t.Errorf("%+v, %v", did, err)
	}
	a.machine.windows = nil
	if _, err := (deeds{a}).fix(t.Context(), mend.Ask); !errors.Is(err, errors.ErrUnsupported) {
		t.Error(err)
	}
}
