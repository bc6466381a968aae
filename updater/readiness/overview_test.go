package readiness

import (
	"testing"
	"time"
)

// verdictOf is that of a PC whose document was changed.
func verdictOf(change func(d *Document, p *Product)) PC {
	d := document("PC", installation)
	change(&d, &d.Products[0])
	return newPC(d, d.Written, "", options())
}

func TestVerdicts(t *testing.T) {
	yes, no := true, false
	cases := []struct {
		name    string
		change  func(d *Document, p *Product)
		verdict Verdict
		ready   *bool
		proved  *bool
	}{
		{"all well", func(*Document, *Product) {}, OK, &yes, &yes},
		{"not ready", func(_ *Document, p *Product) { p.TLSReady = &no }, Fail, &no, &yes},
		{"not ready, and cannot connect", func(_ *Document, p *Product) {
			p.TLSReady, p.Confirmed = &no, &Confirmed{moment(), "partial", "old-build-neither"}
		}, Fail, &no, &no},
		{"no floor, or nothing installed", func(_ *Document, p *Product) { p.TLSReady = nil }, Unknown, nil, &yes},
		{"nobody answers", func(_ *Document, p *Product) { p.Confirmed.Verdict = "unreachable" }, Fail, &yes, &no},
		{"the client alone cannot", func(_ *Document, p *Product) { p.Confirmed = &Confirmed{moment(), "partial", "client-alone"} }, Fail, &yes, &no},
		{"a doubt", func(_ *Document, p *Product) { p.Confirmed = &Confirmed{moment(), "partial", "other-proof-failed"} }, Warn, &yes, nil},
		{"never confirmed", func(_ *Document, p *Product) { p.Confirmed = nil }, Warn, &yes, nil},
		{"a damaged client", func(_ *Document, p *Product) { p.Error = &Fault{"folder-damaged"} }, Fail, &yes, &yes},
		{"rolled back", func(_ *Document, p *Product) { p.Ended.Outcome = "rolled-back" }, Warn, &yes, &yes},
		{"the last run failed", func(_ *Document, p *Product) { p.Ended.Error = "disk-full" }, Warn, &yes, &yes},
		{"held", func(_ *Document, p *Product) { p.Decided.Action = "held" }, Warn, &yes, &yes},
		{"waiting is no trouble", func(_ *Document, p *Product) { p.Decided.Action = "deferred" }, OK, &yes, &yes},
		{"an update that is not required neither", func(_ *Document, p *Product) { p.Decided.Action = "update" }, OK, &yes, &yes},
		{"never decided", func(_ *Document, p *Product) { p.Decided, p.Ended = nil, nil }, OK, &yes, &yes},
		{"no products", func(d *Document, _ *Product) { d.Products = nil }, Unknown, nil, nil},
		{"one of two", func(d *Document, p *Product) {
			second := *p
			second.TLSReady, second.Confirmed = &no, nil
			d.Products = append(d.Products, second)
		}, Fail, &no, nil},
		{"delegated: nothing matters", func(d *Document, p *Product) { d.Submission, p.TLSReady, p.Confirmed = "delegated", &no, nil }, OK, nil, nil},
		{"old", func(d *Document, _ *Product) { d.Written = d.Written.Add(-8 * 24 * time.Hour) }, Unknown, &yes, &yes},
		{"old and not ready", func(d *Document, p *Product) { d.Written, p.TLSReady = d.Written.Add(-8*24*time.Hour), &no }, Fail, &no, &yes},
		{"old and delegated", func(d *Document, _ *Product) {
			d.Written, d.Submission = d.Written.Add(-8*24*time.Hour), "delegated"
		}, Unknown, nil, nil},
	}
	same := func(a, b *bool) bool { return (a == nil) == (b == nil) && (a == nil || *a == *b) }
	for _, c := range cases {
		pc := verdictOf(c.change)
		if pc.Verdict != c.verdict || !same(pc.Ready, c.ready) || !same(pc.Proved, c.proved) {
			t.Errorf("%s: %s, want %s", c.name, pc.Verdict, c.verdict)
		}
	}
}

// A clock that is wrong can make a PC look forgotten, and never fresh.
func TestClocks(t *testing.T) {
	const day = 24 * time.Hour
	cases := []struct {
		name          string
		written, came time.Duration // before now
		age           time.Duration
		stale         bool
		clock         time.Duration
	}{
		{"right", time.Hour, time.Hour, time.Hour, false, 0},
		{"a slow line", time.Hour, time.Hour - ClockTolerance, time.Hour, false, 0},
		{"in spring, when it was new", 2000 * day, time.Hour, 2000 * day, true, -2000*day + time.Hour},
		{"a year ahead", -365 * day, time.Hour, time.Hour, false, 365*day + time.Hour},
		{"a year ahead, and switched off long ago", -365 * day, 30 * day, 30 * day, true, 395 * day},
		{"a minute ahead", -time.Minute, 0, 0, false, 0},
		{"both ahead: the server's clock, or this one's", -2 * day, -2 * day, 0, false, 2 * day},
		{"a copied file", 30 * day, time.Hour, 30 * day, true, -30*day + time.Hour},
		{"exactly a week", 7 * day, 7 * day, 7 * day, false, 0},
		{"a week and a second", 7*day + time.Second, 7 * day, 7*day + time.Second, true, 0},
	}
	for _, c := range cases {
		d := document("PC", installation)
		d.Written = moment().Add(-c.written)
		pc := newPC(d, moment().Add(-c.came), "", options())
		if pc.Age != c.age || pc.Stale != c.stale || pc.Clock != c.clock {
			t.Errorf("%s: age %s, stale %v, clock %s; want %s, %v, %s", c.name, pc.Age, pc.Stale, pc.Clock, c.age, c.stale, c.clock)
		}
		if want := c.clock != 0 || c.stale; want == (pc.Verdict == OK) {
			t.Errorf("%s: %s", c.name, pc.Verdict)
		}
	}
}

// Two reports that may be of one PC are both shown, and say so.
func TestTwins(t *testing.T) {
	dir := t.TempDir()
	for name, id := range map[string]int{"OLD-NAME": 1, "NEW-NAME": 1, "ALONE": 2} {
		lay(t, dir, document(name, numbered(id)), moment())
	}
	lay(t, dir, document("jimu-pc01", numbered(3)), moment())
	lay(t, dir, document("JIMU-PC01", numbered(4)), moment())
	got := map[string]PC{}
	for _, pc := range read(t, dir).PCs {
		got[pc.Computer] = pc
	}
	for computer, want := range map[string]PC{
		"OLD-NAME":  {Twin: SameInstallation, TwinOf: "NEW-NAME", Verdict: Warn},
		"NEW-NAME":  {Twin: SameInstallation, TwinOf: "OLD-NAME", Verdict: Warn},
		"jimu-pc01": {Twin: SameName, TwinOf: "JIMU-PC01", Verdict: Warn},
		"JIMU-PC01": {Twin: SameName, TwinOf: "jimu-pc01", Verdict: Warn},
		"ALONE":     {Verdict: OK},
	} {
		if pc := got[computer]; pc.Twin != want.Twin || pc.TwinOf != want.TwinOf || pc.Verdict != want.Verdict {
			t.Errorf("%s: %q of %q, %s", computer, pc.Twin, pc.TwinOf, pc.Verdict)
		}
	}
}

// Who needs somebody comes first; what is old counts for nothing else.
func TestOrderAndCount(t *testing.T) {
	no := false
	dir := t.TempDir()
	n := 0
	for _, c := range []struct {
		computer string
		change   func(*Document)
	}{
		{"b-well", func(*Document) {}},
		{"a-well", func(*Document) {}},
		{"z-not-ready", func(d *Document) { d.Products[0].TLSReady, d.Products[0].Confirmed.Verdict = &no, "unreachable" }},
		{"y-held", func(d *Document) { d.Products[0].Decided.Action = "held" }},
		{"x-old", func(d *Document) { d.Written = d.Written.Add(-30 * 24 * time.Hour) }},
		{"c-delegated", func(d *Document) { d.Submission = "delegated" }},
	} {
		n++
		d := document(c.computer, numbered(n))
		c.change(&d)
		lay(t, dir, d, d.Written)
	}
	all := read(t, dir)
	var order string
	for _, pc := range all.PCs {
		order += pc.Computer + " "
	}
	if order != "z-not-ready x-old y-held a-well b-well c-delegated " {
		t.Error(order)
	}
	if got, want := all.Count(), (Count{All: 6, Ready: 3, NotReady: 1, Proved: 3, Failed: 1, Idle: 1, Stale: 1, OK: 3, Warn: 1, Fail: 1, Unknown: 1}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}
