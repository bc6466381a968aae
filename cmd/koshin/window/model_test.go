package window

import (
	"errors"
	"io/fs"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/koshin-updater/koshin/installer"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater"
	"github.com/koshin-updater/koshin/updater/busy"
	"github.com/koshin-updater/koshin/updater/confirm"
	"github.com/koshin-updater/koshin/updater/doctor/mend"
	"github.com/koshin-updater/koshin/updater/power"
	"github.com/koshin-updater/koshin/updater/transport"
)

// What each message has done, after the story before it.
func TestWhatIsDone(t *testing.T) {
	update := Command{Do: DoUpdate, Products: []manifest.ProductID{"torikomi-soshin"}}
	found := func(edit ...func(*updater.Facts)) Checked {
		return Checked{Findings: []updater.Finding{finding(t, "torikomi-soshin", edit...)}}
	}
	newer, window := found(installed(t, "2.2.0")), func(f *updater.Facts) {
		f.Window = updater.Window{Usual: updater.Span{First: 1, Last: 31, End: 24 * time.Hour}}
	}
	running := []Message{newer, Pressed{Update}, Happened{event(updater.PhaseSwap, 0, 0, 0)}}
	done := func(edit func(*ProductResult)) Ended { return Ended{Result: result(t, edit)} }
	ticked := []Message{newer, Pressed{Update}, done(unconfirmed), Examined{Diagnosis: unticked()}}
	do := func(all ...Command) []Command { return all }
	rows := []struct {
		name   string
		before []Message
		then   Message
		want   []Command
	}{
		{"an update is pressed", []Message{newer}, Pressed{Update}, do(update)},
		{"nothing to press", []Message{found(installed(t, "2.3.0"))}, Pressed{Update}, nil},
		{"pressed twice", []Message{newer, Pressed{Update}}, Pressed{Update}, nil},
		{"a lease is taken back", []Message{found(installed(t, "2.2.0"), lease(time.Hour))}, Pressed{Update}, do(Command{Do: DoUpdate, Products: update.Products, Now: true})},
		{"the claim window may yield", []Message{found(installed(t, "2.1.0"), window)}, Pressed{Update}, do(update)},
		{"nothing is installed that could be unable to connect", []Message{found(window)}, Pressed{Update}, nil},
		{"what no operator can decide", []Message{found(installed(t, "2.1.0"), window, func(f *updater.Facts) { f.Power = power.State{Source: power.Battery, Percent: 3} })}, Pressed{Update}, nil},
		{"the client is open", []Message{found(installed(t, "2.1.0"), func(f *updater.Facts) { f.Running = []installer.Process{{PID: 1}} })}, Pressed{Update}, nil},

		{"later asks for how long", []Message{newer}, Pressed{Later}, nil},
		{"two hours", []Message{newer, Pressed{Later}}, Pressed{LaterShort}, do(Command{Do: DoPostpone, For: 2 * time.Hour})},
		{"four hours", []Message{newer, Pressed{Later}}, Pressed{LaterLong}, do(Command{Do: DoPostpone, For: 4 * time.Hour})},
		{"today", []Message{newer, Pressed{Later}}, Pressed{LaterToday}, do(Command{Do: DoPostpone, For: busy.Longest})},
		{"an answer without its question", []Message{newer}, Pressed{LaterShort}, nil},
		{"it stands, and is looked at", []Message{newer, Pressed{Later}, Pressed{LaterShort}}, Postponed{}, do(Command{Do: DoCheck})},
		{"no later after the floor", []Message{found(installed(t, "2.1.0")), Pressed{Later}}, Pressed{LaterShort}, nil},

		{"closed", []Message{newer}, Pressed{Close}, do(Command{Do: End})},
		{"closed while it works", running, Pressed{Close}, nil},
		{"all went well, unseen", append(running, Pressed{Close}), done(nil), do(Command{Do: End})},
		{"it went back, unseen", append(running, Pressed{Close}), done(rolledBack), nil},
		{"closed after it failed", append(running, done(rolledBack)), Pressed{Close}, do(Command{Do: End})},

		{"the cause is looked for", running, done(unconfirmed), do(Command{Do: DoExamine})},
		{"and for what is left", running, done(partial), do(Command{Do: DoExamine})},
		{"not after a build's own fault", running, done(rolledBack), nil},
		{"a gate was in the way", running, done(func(p *ProductResult) { p.Outcome, p.Confirm = updater.Deferred, nil }), do(Command{Do: DoCheck})},
		{"the hosts cannot be asked", nil, Checked{Err: transport.ErrTimeout}, do(Command{Do: DoExamine})},
		{"another koshin works", nil, Checked{Err: updater.ErrBusy}, nil},
		{"and is joined", []Message{Checked{Err: updater.ErrBusy}}, Pressed{Update}, do(Command{Do: DoUpdate})},

		{"mending asks first", ticked, Pressed{Fix}, nil},
		{"mends", append(ticked, Pressed{Fix}), Pressed{FixYes}, do(Command{Do: DoFix, SSL2: mend.Ask})},
		{"SSL 2.0 is cleared", append(ticked, Pressed{Fix}, Pressed{FixYes}, Mended{Err: mend.ErrSSL2}), Pressed{ClearSSL2}, do(Command{Do: DoFix, SSL2: mend.Clear})},
		{"SSL 2.0 is kept", append(ticked, Pressed{Fix}, Pressed{FixYes}, Mended{Err: mend.ErrSSL2}), Pressed{KeepSSL2}, do(Command{Do: DoFix, SSL2: mend.Keep})},
		{"and it is examined again", append(ticked, Pressed{Fix}, Pressed{FixYes}), Mended{}, do(Command{Do: DoExamine})},
		{"what failed once is not offered again", append(ticked, Pressed{Fix}, Pressed{FixYes}, Mended{Err: mend.ErrPolicy}, Pressed{Fix}), Pressed{FixYes}, nil},
		{"nothing that can be mended", []Message{newer, Pressed{Update}, done(unconfirmed), Examined{Diagnosis: blocked()}}, Pressed{Fix}, nil},

		{"saves", ticked, Pressed{SaveReport}, do(Command{Do: DoSave})},
		{"saves once at a time", append(ticked, Pressed{SaveReport}), Pressed{SaveReport}, nil},
		{"checks again", ticked, Pressed{Check}, do(Command{Do: DoCheck})},
	}
	for _, row := range rows {
		if _, got := told(t, "ja", row.before...).Told(row.then); !reflect.DeepEqual(got, row.want) {
			t.Errorf("%s: %+v, want %+v", row.name, got, row.want)
		}
	}
}

// A hidden window comes back with bad news only.
func TestHiddenWindow(t *testing.T) {
	hidden := []Message{Checked{Findings: []updater.Finding{finding(t, "torikomi-soshin", installed(t, "2.2.0"))}}, Pressed{Update}, Pressed{Close}}
	if !told(t, "ja", hidden...).View().Hidden {
		t.Error("closed, and still to be seen")
	}
	for name, end := range map[string]Ended{
		"rolled back": {Result: result(t, rolledBack)}, "unconfirmed": {Result: result(t, unconfirmed)},
		"not begun": {Err: fs.ErrPermission}, "before any product": {Result: Result{Error: &Fault{Code: "busy-koshin"}}},
	} {
		if told(t, "ja", append(hidden, end)...).View().Hidden {
			t.Errorf("%s, and nobody sees it", name)
		}
	}
}

// Every end of a product's update has its place.
func TestEnds(t *testing.T) {
	connected := &confirm.Report{Verdict: confirm.Confirmed}
	rows := []struct {
		p    ProductResult
		want end
	}{
		{ProductResult{Outcome: updater.UpToDate}, endNothing},
		{ProductResult{Outcome: updater.UpToDate, Confirm: connected}, endGood},
		{ProductResult{Outcome: updater.UpToDate, Confirm: &confirm.Report{Verdict: confirm.Unreachable}}, endUnconfirmed},
		{ProductResult{Outcome: updater.Updated, Confirm: connected}, endGood},
		{ProductResult{Outcome: updater.Updated}, endUnconfirmed}, // no proof, no confirmation
		{ProductResult{Outcome: updater.Updated, Confirm: &confirm.Report{Verdict: confirm.Partial}}, endPartly},
		{ProductResult{Outcome: updater.Updated, Confirm: &confirm.Report{Verdict: "odd"}}, endUnconfirmed},
		{ProductResult{Outcome: updater.Updated, Confirm: connected, Error: &Fault{}}, endFailed},
		{ProductResult{Outcome: updater.Updated, Confirm: connected, Restart: &Restart{}}, endRestart},
		{ProductResult{Outcome: updater.Deferred}, endWaits},
		{ProductResult{Outcome: updater.Deferred, Error: &Fault{}}, endWaits},
		{ProductResult{Outcome: updater.Deferred, Restart: &Restart{}}, endRestart},
		{ProductResult{Outcome: updater.RolledBack, Confirm: connected}, endBack},
		{ProductResult{Outcome: updater.RolledBack, Error: &Fault{}}, endBack},
		{ProductResult{Outcome: updater.Refused, Error: &Fault{}}, endRefused},
		{ProductResult{Outcome: updater.Failed, Error: &Fault{}}, endFailed},
		{ProductResult{Outcome: "odd"}, endFailed},
	}
	for _, row := range rows {
		if got := row.p.end(); got != row.want {
			t.Errorf("%+v: %d, want %d", row.p, got, row.want)
		}
	}
}

// What a release says about itself cannot spoil the window.
func TestTextsFromOutside(t *testing.T) {
	rows := [][2]string{
		{"two\nlines", "two\nlines"}, {"a\x00b\x1bc\rd", "abcd"}, {"a\tb", "a b"}, {"\u202egnp.exe", "gnp.exe"}, {"  x  ", "x"}, {"\xff\xfe", ""},
		{strings.Repeat("あ", 20), strings.Repeat("あ", 9) + "…"},
	}
	for _, row := range rows {
		if got := plain(row[0], 10); got != row[1] {
			t.Errorf("%q: %q", row[0], got)
		}
	}
	f := finding(t, "torikomi-soshin", installed(t, "2.2.0"))
	f.Title = manifest.Text{JA: "偽\x1b[31m\u202e" + strings.Repeat("長", 999), EN: "x"}
	f.Decision.Target.Build.Notes.JA = strings.Repeat("行\n", 2000)
	v := told(t, "ja", Checked{Findings: []updater.Finding{f}}).View()
	if bad := faults(v); len(bad) > 0 {
		t.Error(bad)
	}
	if n := len([]rune(v.Products[0].Name)); n > maxName {
		t.Errorf("a name of %d characters", n)
	}
}

func TestParseResult(t *testing.T) {
	for text, want := range map[string]error{
		`{"schema":"koshin/update/1","products":[{"product":"torikomi-soshin","from":null,"to":"2.2.0","outcome":"updated","later":1}]}`: nil,
		`{"schema":"koshin/update/1","error":{"code":"busy-koshin","message":"m","remedy":"r"}}`:                                         nil,
		`{"schema":"koshin/update/1"}`:                                                     ErrResult,
		`{"schema":"koshin/update/2","products":[{}]}`:                                     ErrResult,
		`{"schema":"koshin/update/1","products":[{"product":"../x","outcome":"updated"}]}`: ErrResult,
		`[]`: ErrResult, ``: ErrResult,
	} {
		if _, err := ParseResult([]byte(text)); !errors.Is(err, want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestParseEvent(t *testing.T) {
	for text, want := range map[string]error{
		`{"schema":"koshin/event/1","seq":1,"time":"2021-04-15T01:00:00Z","phase":"swap","product":"torikomi-soshin","bytes":0,"total":0,"message":{"ja":"あ","en":"a"},"new":1}`: nil,
		`{"schema":"koshin/event/2"}`: ErrEvent, `{"schema":"koshin/event/1","bytes":-1}`: ErrEvent, `{"schema":"koshin/event/1","total":-1}`: ErrEvent, `{`: ErrEvent,
		`{"schema":"koshin/event/1","message":{"ja":"` + strings.Repeat("a", MaxEvent) + `"}}`: ErrEvent,
	} {
		if _, err := ParseEvent([]byte(text)); !errors.Is(err, want) {
			t.Errorf("%.80s: %v", text, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"schema":"koshin/update/1","products":[{"product":"torikomi-soshin","outcome":"rolled-back","confirm":{"hosts":[{"url":"%"}]}}]}`))
	f.Add([]byte(`{"schema":"koshin/event/1","phase":"swap","bytes":1,"total":2}`))
	begun := told(f, "en", Checked{Findings: []updater.Finding{finding(f, "torikomi-soshin", installed(f, "2.1.0"))}}, Pressed{Update})
	f.Fuzz(func(t *testing.T, data []byte) {
		m := begun
		if e, err := ParseEvent(data); err == nil {
			m, _ = m.Told(Happened{e})
			if p := m.View().Progress; p.Percent < -1 || p.Percent > 100 {
				t.Errorf("%+v", p)
			}
		}
		if r, err := ParseResult(data); err == nil {
			m, _ = m.Told(Ended{Result: r})
			_ = m.View()
		}
	})
}
