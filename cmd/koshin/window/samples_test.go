package window

import (
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"testing"
	"time"

	"github.com/koshin-updater/koshin/cmd/internal/messages"
	"github.com/koshin-updater/koshin/installer"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/trust"
	"github.com/koshin-updater/koshin/updater"
	"github.com/koshin-updater/koshin/updater/busy"
	"github.com/koshin-updater/koshin/updater/config"
	"github.com/koshin-updater/koshin/updater/doctor/mend"
	"github.com/koshin-updater/koshin/updater/line"
	"github.com/koshin-updater/koshin/updater/power"
	"github.com/koshin-updater/koshin/updater/request"
	"github.com/koshin-updater/koshin/updater/transport"
)

// catalogue is read once: it takes as long as a hundred of these tests.
var catalogue = sync.OnceValues(messages.Load) //nolint:gochecknoglobals // a constant in all but syntax

// sample is one state of the window, as its story leads there.
type sample struct {
	name  string
	story []Message
}

// views are all samples in one language, by name, for the goldens and for
// whoever draws them.
func views(t testing.TB, language messages.Language) (names []string, all map[string]View) {
	t.Helper()
	all = map[string]View{}
	w := words(t, language)
	for _, s := range samples(t) {
		if _, twice := all[s.name]; twice {
			t.Fatalf("two samples are called %s", s.name)
		}
		names, all[s.name] = append(names, s.name), through(w, s.story...).View()
	}
	return names, all
}

// told is a window that was told a story.
func told(t testing.TB, language messages.Language, story ...Message) Model {
	t.Helper()
	return through(words(t, language), story...)
}

func through(w Words, story ...Message) Model {
	m, _ := New(w)
	for _, message := range story {
		m, _ = m.Told(message)
	}
	return m
}

func words(t testing.TB, language messages.Language) Words {
	t.Helper()
	c, err := catalogue()
	if err != nil {
		t.Fatal(err)
	}
	return Words{c, language}
}

// samples are the states of the window's story.
func samples(t testing.TB) []sample {
	update := Pressed{Update}
	one := func(edit ...func(*updater.Facts)) Checked {
		return Checked{Findings: []updater.Finding{finding(t, "torikomi-soshin", edit...)}}
	}
	found := one(installed(t, "2.1.0"))
	failed := func(err error) Checked {
		f := found.Findings[0]
		f.Err = err
		return Checked{Findings: []updater.Finding{f}}
	}
	follow := func(events ...Message) []Message { return append([]Message{found, update}, events...) }
	end := func(edit func(*ProductResult)) []Message { return follow(Ended{Result: result(t, edit)}) }
	window := func(f *updater.Facts) {
		f.Now = time.Date(2021, 4, 8, 1, 0, 0, 0, time.UTC)
		f.Window = updater.Window{Usual: updater.Span{First: 1, Last: 10, End: 18 * time.Hour}}
	}
	return []sample{
		{"checking", nil},
		{"up-to-date", []Message{one(installed(t, "2.3.0"))}},
		{"update-available", []Message{one(installed(t, "2.2.0"))}},
		{"required", []Message{found}},
		{"required-soon", []Message{one(installed(t, "2.1.0"), at(2021, 2, 20))}},
		{"first-install", []Message{one(nothing)}},
		{"two-products", []Message{Checked{Findings: []updater.Finding{
			finding(t, "torikomi-soshin", installed(t, "2.1.0")), finding(t, "kani-nyuryoku", installed(t, "2.3.0")),
		}}}},
		{"how-long", []Message{one(installed(t, "2.2.0")), Pressed{Later}}},
		{"delegated", []Message{one(func(f *updater.Facts) { f.Delegated = true })}},

		{"waits-claim-window", []Message{one(installed(t, "2.2.0"), window)}},
		{"waits-claim-window-below-floor", []Message{one(installed(t, "2.1.0"), window)}},
		{"waits-busy", []Message{one(installed(t, "2.2.0"), lease(2*time.Hour))}},
		{"waits-busy-and-claim-window", []Message{one(installed(t, "2.2.0"), window, lease(2*time.Hour))}},
		{"waits-client-running", []Message{one(installed(t, "2.1.0"), func(f *updater.Facts) {
			f.Running = []installer.Process{{PID: 4711, Name: "torikomi.exe", User: `PC\tanaka`}}
		})}},
		{"waits-held", []Message{one(installed(t, "2.2.0"), func(f *updater.Facts) {
			f.Holds = []updater.Hold{{Version: version(t, "2.3.0"), Reason: "build-cannot-connect"}}
		})}},
		{"waits-rollout", []Message{one(installed(t, "2.2.0"), func(f *updater.Facts) { f.Manifest.Builds[0].Rollout = &manifest.Rollout{Percent: 0} })}},
		{"waits-battery", []Message{one(installed(t, "2.1.0"), func(f *updater.Facts) { f.Power = power.State{Source: power.Battery, Percent: 12} })}},
		{"waits-metered", []Message{one(installed(t, "2.2.0"), func(f *updater.Facts) { f.Line = line.Metered })}},
		{"waits-disk", []Message{one(installed(t, "2.1.0"), func(f *updater.Facts) { f.Space.Install.Free = 40e6 })}},
		{"waits-minimum-os", []Message{one(installed(t, "2.1.0"), func(f *updater.Facts) {
			for i := range f.Manifest.Builds {
				f.Manifest.Builds[i].MinOS = version(t, "10.0")
			}
		})}},
		{"waits-withdrawn", []Message{one(installed(t, "2.2.0"), func(f *updater.Facts) { f.Manifest.Builds[0].Withdrawn = &manifest.Withdrawn{Reason: "cannot print"} })}},
		{"no-build", []Message{one(installed(t, "2.1.0"), func(f *updater.Facts) { f.Manifest.Builds = f.Manifest.Builds[2:] })}},
		{"restart-waits", []Message{Checked{Findings: []updater.Finding{owing(t)}}}},

		{"working-asked", follow()},
		{"working-baseline", follow(Happened{event(updater.PhaseBaseline, 0, 0, 0)})},
		{"working-download", follow(downloaded(70, 40)...)},
		{"working-download-ends", follow(downloaded(30, 90)...)},
		{"working-installs", follow(Happened{event(updater.PhaseSwap, 30*time.Second, 0, 0)})},
		{"working-confirms", follow(Happened{event(updater.PhaseSwap, 30*time.Second, 0, 0)}, Happened{event(updater.PhaseConfirm, 31*time.Second, 0, 0)})},
		{"working-hidden", append(follow(Happened{event(updater.PhaseSwap, 30*time.Second, 0, 0)}), Pressed{Close})},

		{"confirmed", end(nil)},
		{"confirmed-first-install", append([]Message{one(nothing), update}, Ended{Result: result(t, func(p *ProductResult) { p.From = manifest.Version{} })})},
		{"partial-examining", end(partial)},
		{"partial", append(end(partial), Examined{Diagnosis: healthy()})},
		{"unconfirmed-fixable", append(end(unconfirmed), Examined{Diagnosis: unticked()})},
		{"unconfirmed-not-fixable", append(end(unconfirmed), Examined{Diagnosis: blocked()})},
		{"fix", append(end(unconfirmed), Examined{Diagnosis: unticked()}, Pressed{Fix})},
		{"fix-ssl2", append(end(unconfirmed), Examined{Diagnosis: unticked()}, Pressed{Fix}, Pressed{FixYes}, Mended{Err: mend.ErrSSL2})},
		{"fixing", append(end(unconfirmed), Examined{Diagnosis: unticked()}, Pressed{Fix}, Pressed{FixYes})},
		{"fixed", append(end(unconfirmed), Examined{Diagnosis: unticked()}, Pressed{Fix}, Pressed{FixYes}, Mended{Result: mend.Result{Open: []mend.Explorer{{}}}}, Examined{Diagnosis: healthy()})},
		{"fix-locked-by-policy", append(end(unconfirmed), Examined{Diagnosis: unticked()}, Pressed{Fix}, Pressed{FixYes}, Mended{Err: mend.ErrPolicy})},
		{"saved", append(end(unconfirmed), Examined{Diagnosis: blocked()}, Pressed{SaveReport}, Saved{File: `C:\Users\tanaka\Desktop\koshin-20210415-1000.html`})},
		{"rolled-back", end(rolledBack)},
		{"removed", []Message{one(nothing), update, Ended{Result: result(t, func(p *ProductResult) { rolledBack(p); p.From = manifest.Version{} })}}},
		{"failed", end(func(p *ProductResult) {
			p.Outcome, p.Confirm, p.Error = updater.Failed, nil, &Fault{Code: "build-broken"}
		})},
		{"not-restored", end(func(p *ProductResult) {
			p.Outcome, p.Confirm, p.Error = updater.Failed, nil, &Fault{Code: "not-restored"}
		})},
		{"file-in-use", end(func(p *ProductResult) {
			p.Outcome, p.Confirm = updater.Failed, nil
			p.Error = &Fault{"busy-file", `ファイルが使用中のため、置き換えできません（C:\Program Files\Torikomi\a.dll、使用中：torikomi.exe (pid 4711, PC\tanaka)）。元のバージョンのままです。`, "表示されたプログラムを終了してから、もう一度お試しください。"}
		})},
		{"trust-refused-by-run", end(func(p *ProductResult) {
			p.Outcome, p.Confirm, p.Error = updater.Refused, nil, &Fault{Code: "download-mismatch"}
		})},
		{"restart-installs", end(func(p *ProductResult) {
			p.Outcome, p.Confirm = updater.Deferred, nil
			p.Restart = &Restart{Reason: updater.RestartInstalls, Wait: p.To, UsedBy: `torikomi.exe (pid 4711, PC\tanaka)`}
		})},
		{"restart-completes", end(func(p *ProductResult) { p.Restart = &Restart{Reason: updater.RestartCompletes} })},
		{"not-now", append(end(func(p *ProductResult) { p.Outcome, p.Confirm = updater.Deferred, nil }), one(installed(t, "2.2.0"), window))},

		{"trust-refused", []Message{failed(fmt.Errorf("check: %w: %w", trust.ErrRefused, trust.ErrSignature))}},
		{"trust-expired", []Message{failed(fmt.Errorf("check: %w: %w", trust.ErrRefused, trust.ErrExpired))}},
		{"unreachable-examining", []Message{failed(transport.ErrUnreachable)}},
		{"unreachable", []Message{failed(transport.ErrUnreachable), Examined{Diagnosis: blocked()}}},
		{"tls-off", []Message{failed(transport.ErrHandshake), Examined{Diagnosis: unticked()}}},
		{"folder-moved", []Message{failed(&updater.FolderError{Dir: `C:\Program Files\Torikomi`, Found: installer.Installed{State: installer.Moved, Elsewhere: `D:\Torikomi`}, Reason: updater.ErrMoved})}},
		{"busy", []Message{Checked{Err: updater.ErrBusy}}},
		{"not-enrolled", []Message{Checked{Err: config.ErrNotFound}}},
		{"no-rights", follow(Ended{Err: fs.ErrPermission})},
		{"no-way", follow(Ended{Err: ErrNoWay})},
		{"run-killed", follow(Happened{event(updater.PhaseSwap, 30*time.Second, 0, 0)}, Ended{Err: request.ErrGone})},
		{"unexpected", []Message{Checked{Err: errors.New("something else")}}},
	}
}

// finding is what a check finds on 15 April 2021, two weeks after the floor.
func finding(t testing.TB, id manifest.ProductID, edit ...func(*updater.Facts)) updater.Finding {
	t.Helper()
	build := func(v string, size int64, notes manifest.Text) manifest.Build {
		return manifest.Build{Version: version(t, v), Notes: notes, Packages: []manifest.Package{{OS: "windows", Arch: "amd64", Size: size, InstalledSize: 30e6}}}
	}
	titles := map[manifest.ProductID]manifest.Text{
		"torikomi-soshin": {JA: "取込送信システム", EN: "Import and send"}, "kani-nyuryoku": {JA: "簡易入力システム", EN: "Simple input"},
	}
	f := updater.Facts{
		Now: time.Date(2021, 4, 15, 1, 0, 0, 0, time.UTC),
		Manifest: &manifest.Manifest{
			Product: id, Title: titles[id],
			Builds: []manifest.Build{
				build("2.3.0", 4_800_000, manifest.Text{JA: "返戻の一覧を印刷できるようになりました。", EN: "Returned claims can be printed as a list."}),
				build("2.2.0", 4_700_000, manifest.Text{JA: "TLS 1.2に対応しました。", EN: "Ready for TLS 1.2."}),
				build("2.1.0", 4_600_000, manifest.Text{}),
			},
			TLSReady: &manifest.Floor{Version: version(t, "2.2.0"), Since: date(t, "2021-04-01")},
		},
		OS: "windows", Arch: "amd64", OSVersion: version(t, "6.3"),
		Space:        updater.Space{State: updater.Volume{Path: `C:\ProgramData\Koshin`, Free: 1 << 40}, Install: updater.Volume{Path: `C:\Program Files`, Free: 1 << 40}, Same: true, Data: 2e6},
		RunningKnown: true, Installation: "a-pc", Power: power.State{Source: power.Mains}, Line: line.Free,
	}
	for _, e := range edit {
		e(&f)
	}
	state := installer.Recorded
	if f.Installed.IsZero() {
		state = installer.Absent
	}
	return updater.Finding{
		Product: updater.Product{ID: id}, Title: f.Manifest.Title, Installed: installer.Installed{State: state, Version: f.Installed},
		Floor: f.Manifest.TLSReady, Decision: updater.Decide(f),
	}
}

func installed(t testing.TB, v string) func(*updater.Facts) {
	return func(f *updater.Facts) { f.Installed, f.Present = version(t, v), true }
}

func nothing(*updater.Facts) {}

func at(year int, month time.Month, day int) func(*updater.Facts) {
	return func(f *updater.Facts) { f.Now = time.Date(year, month, day, 1, 0, 0, 0, time.UTC) }
}

func lease(length time.Duration) func(*updater.Facts) {
	return func(f *updater.Facts) { f.Busy.Lease = busy.Lease{From: f.Now, For: length} }
}

func owing(t testing.TB) updater.Finding {
	f := finding(t, "torikomi-soshin", installed(t, "2.1.0"))
	f.Owed = &updater.Owed{Product: f.Product.ID, Version: version(t, "2.3.0")}
	return f
}
