package mend_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/koshin-updater/koshin/updater/doctor/mend"
	ws "github.com/koshin-updater/koshin/updater/doctor/winsettings"
	"github.com/koshin-updater/koshin/updater/doctor/winsettings/winsettingstest"
)

// pcWith is a PC in memory; told counts how often WinINet was told.
func pcWith(r *winsettingstest.Registry, told *int) mend.PC {
	return mend.PC{
		Registry: r,
		Kernel:   ws.Windows{Major: 10, Build: 19045},
		Tell: func() mend.Told {
			*told++
			return mend.Told{Refresh: errors.New("12018")}
		},
		Explorers: func() ([]mend.Explorer, error) {
			return []mend.Explorer{{Process: mend.Process{PID: 40, Name: "iexplore.exe"}}}, nil
		},
	}
}

func show(text *string) string {
	if text == nil {
		return "-"
	}
	return *text
}

type errands func(mend.Errand) (mend.Result, error)

// here does errands in this process, there by way of another one.
func here(pc mend.PC) errands {
	return func(e mend.Errand) (mend.Result, error) { return pc.Run(e, noon) }
}

func there(t *testing.T, pc mend.PC, who mend.Who) errands {
	through := mend.Through(func(_ context.Context, errand []byte) ([]byte, error) {
		var out bytes.Buffer
		err := mend.Serve(bytes.NewReader(errand), &out, who, pc, noon)
		if out.Len() > mend.MaxAnswer {
			t.Errorf("an answer of %d bytes", out.Len())
		}
		return out.Bytes(), err
	})
	return func(e mend.Errand) (mend.Result, error) { return through(t.Context(), e) }
}

var himself = mend.Who{User: tanaka, Session: tanaka}

// Both ways are the same story.
func TestErrands(t *testing.T) {
	t.Parallel()
	for _, way := range []string{"here", "there"} {
		told := 0
		pc := pcWith(only(ws.NumberAs(ws.TypeBinary, 0xA0)), &told)
		run := here(pc)
		if way == "there" {
			run = there(t, pc, himself)
		}
		for i, row := range []struct {
			deed     mend.Deed
			outcome  mend.Outcome
			old, new string
			told     int // so far
		}{
			{mend.LookToUndo, mend.Unchanged, "0xA0", "0xA0", 0},
			{mend.LookToFix, mend.Changed, "0xA0", "0x8A0", 0},
			{mend.DoFix, mend.Changed, "0xA0", "0x8A0", 1},
			{mend.DoFix, mend.Unchanged, "0x8A0", "0x8A0", 1},
			{mend.LookToUndo, mend.Restored, "0x8A0", "0xA0", 1},
			{mend.DoUndo, mend.Restored, "0x8A0", "0xA0", 2},
			{mend.DoUndo, mend.Unchanged, "0xA0", "0xA0", 2},
		} {
			got, err := run(mend.Errand{Do: row.deed})
			if err != nil || got.Outcome != row.outcome || told != row.told || got.Setting != tick.String() ||
				!strings.HasPrefix(show(got.Old), row.old+" ") || !strings.HasPrefix(show(got.New), row.new+" ") || !strings.HasSuffix(show(got.New), "REG_BINARY") {
				t.Errorf("%s, %d %s: %+v %s %s, told %d, %v", way, i, row.deed, got, show(got.Old), show(got.New), told, err)
			}
			if did := row.deed == mend.DoFix || row.deed == mend.DoUndo; did && got.Outcome != mend.Unchanged &&
				(got.Told == nil || !got.Told.Changed || got.Told.Refreshed || len(got.Open) != 1 || !got.OpenKnown) {
				t.Errorf("%s, %d %s: %+v", way, i, row.deed, got)
			}
		}
	}
}

// The user's part of the settings comes through as it is.
func TestErrandReadProfile(t *testing.T) {
	t.Parallel()
	told := 0
	r := only(ws.NumberAs(ws.TypeBinary, 0xA0))
	pc := pcWith(r, &told)
	got, err := there(t, pc, himself)(mend.Errand{Do: mend.ReadProfile})
	if err != nil || told != 0 || len(r.Steps) != 0 {
		t.Fatal(err, told, r.Steps)
	}
	s := ws.ReadAll(ws.WithProfile(only(ws.Number(0xA80)), got.Profile), pc.Kernel).SecureProtocols
	if s.Standing != ws.Off || !s.Effective.Value.Same(ws.NumberAs(ws.TypeBinary, 0xA0)) {
		t.Errorf("%+v", s)
	}
	if _, err := there(t, pc, mend.Who{User: admin, Session: tanaka})(mend.Errand{Do: mend.ReadProfile}); !errors.Is(err, mend.ErrWrongUser) {
		t.Error(err)
	}
}

func TestErrandsAboutSSL2(t *testing.T) {
	t.Parallel()
	told := 0
	run := there(t, pcWith(only(ws.Number(0x28)), &told), himself)
	for _, deed := range []mend.Deed{mend.LookToFix, mend.DoFix} {
		if _, err := run(mend.Errand{Do: deed}); !errors.Is(err, mend.ErrSSL2) {
			t.Errorf("%s: %v", deed, err)
		}
	}
	for _, deed := range []mend.Deed{mend.LookToFix, mend.DoFix} {
		got, err := run(mend.Errand{Do: deed, SSL2: mend.Clear})
		if err != nil || !got.ClearsSSL2 || show(got.New) != "0x820 (SSL 3.0, TLS 1.2), REG_DWORD" {
			t.Errorf("%s: %+v, %v", deed, got, err)
		}
	}
	if told != 1 {
		t.Errorf("told %d times", told)
	}
}

// What goes wrong in the operator's process is the same error here, and names
// the same setting.
func TestErrandFaults(t *testing.T) {
	t.Parallel()
	off := ws.Number(0xA0)
	fixed := only(off)
	if err := fix(fixed, mend.Ask); err != nil {
		t.Fatal(err)
	}
	fixed.Set(tick, ws.Number(0x20))
	for name, row := range map[string]struct {
		r       *winsettingstest.Registry
		who     mend.Who
		errand  mend.Errand
		want    error
		setting string
	}{
		"policy":           {only(off).Set(policyPC, off), himself, mend.Errand{Do: mend.DoFix}, mend.ErrPolicy, policyPC.String()},
		"a text":           {only(ws.Text("x")), himself, mend.Errand{Do: mend.DoFix}, mend.ErrValue, tick.String()},
		"changed since":    {fixed, himself, mend.Errand{Do: mend.DoUndo}, mend.ErrChanged, tick.String()},
		"damaged record":   {only(off).Set(undoPlace, ws.Text("{}")), himself, mend.Errand{Do: mend.DoUndo}, mend.ErrUndoRecord, ""},
		"no such deed":     {only(off), himself, mend.Errand{Do: "format"}, mend.ErrErrand, ""},
		"no such choice":   {only(off), himself, mend.Errand{Do: mend.DoFix, SSL2: "perhaps"}, mend.ErrErrand, ""},
		"somebody else":    {only(off), mend.Who{User: admin, Session: tanaka}, mend.Errand{Do: mend.DoFix}, mend.ErrWrongUser, ""},
		"system again":     {only(off), mend.Who{User: system, Session: tanaka}, mend.Errand{Do: mend.DoFix}, mend.ErrNotPerson, ""},
		"nobody, elevated": {only(off), mend.Who{User: admin, Elevated: true}, mend.Errand{Do: mend.DoFix}, mend.ErrSessionUnknown, ""},
	} {
		row.r.Steps = nil
		told := 0
		_, err := there(t, pcWith(row.r, &told), row.who)(row.errand)
		if !errors.Is(err, row.want) || mend.SettingOf(err) != row.setting || len(row.r.Steps) != 0 || told != 0 {
			t.Errorf("%s: %v, setting %q, steps %q, told %d", name, err, mend.SettingOf(err), row.r.Steps, told)
		}
	}
	denied := only(off)
	denied.Fail = func(step string, _ ws.Place) error {
		if step == "write" {
			return errCut
		}
		return nil
	}
	told := 0
	_, err := there(t, pcWith(denied, &told), himself)(mend.Errand{Do: mend.DoFix})
	if err == nil || errors.Is(err, mend.ErrErrand) || !strings.Contains(err.Error(), errCut.Error()) {
		t.Error(err)
	}
}

// Nothing but an errand is done, and nothing but an answer is believed.
func TestErrandDocuments(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "{", `{"do":"fix","path":"HKLM\\x"}`, `{"do":"fix"` + strings.Repeat(" ", 2000) + "}", "[]", `"fix"`, `{"do":"fix"}{"do":"fix"}`, `{"do":"fix"}` + strings.Repeat(" ", 2000)} {
		told := 0
		r := only(ws.Number(0xA0))
		var out bytes.Buffer
		if err := mend.Serve(strings.NewReader(text), &out, himself, pcWith(r, &told), noon); err != nil {
			t.Errorf("%.20q: %v", text, err)
		}
		if !strings.Contains(out.String(), `"fault":"errand"`) || len(r.Steps) != 0 {
			t.Errorf("%.20q: %s, steps %q", text, &out, r.Steps)
		}
	}
	for _, text := range []string{"", "{", `{"fault":"policy"}`, `{"fault":"made up"}`, "{}", `{"result":{"outcome":"fine"}}`} {
		_, err := mend.Through(func(context.Context, []byte) ([]byte, error) { return []byte(text), nil })(t.Context(), mend.Errand{Do: mend.DoFix})
		if err == nil {
			t.Errorf("%q was taken for an answer", text)
		}
	}
	if _, err := mend.Through(func(context.Context, []byte) ([]byte, error) { return nil, errCut })(t.Context(), mend.Errand{}); !errors.Is(err, errCut) {
		t.Error(err)
	}
}
