package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/koshin-updater/koshin/cmd/internal/terminal"
	"github.com/koshin-updater/koshin/updater/audit"
	"github.com/koshin-updater/koshin/updater/doctor"
	"github.com/koshin-updater/koshin/updater/doctor/mend"
	ws "github.com/koshin-updater/koshin/updater/doctor/winsettings"
	"github.com/koshin-updater/koshin/updater/doctor/winsettings/winsettingstest"
	usersession "github.com/koshin-updater/koshin/updater/session"
)

const operator = "S-1-5-21-1-2-3-1001"

// aWindows is a PC with Windows 10, Internet Explorer 11 and this registry,
// before which its operator sits.
func aWindows(r *winsettingstest.Registry) *windowsPC {
	r.Set(ws.Place{Hive: ws.Machine, View: ws.View64, Key: `SOFTWARE\Microsoft\Internet Explorer`, Name: "svcVersion"}, ws.Text("11.0.19041.1"))
	return &windowsPC{
		registry: r,
		kernel:   ws.Windows{Major: 10, Build: 19045},
		myself:   func() (mend.Who, error) { return mend.Who{User: operator, Session: operator}, nil },
		explorers: func() ([]mend.Explorer, error) {
			return []mend.Explorer{{Process: mend.Process{PID: 7, Name: "iexplore.exe"}}}, nil
		},
		tell:         func() mend.Told { return mend.Told{} },
		certificates: func(context.Context) ([]doctor.OwnCertificate, error) { return nil, nil },
		inSession:    mend.Through(func(context.Context, []byte) ([]byte, error) { return nil, usersession.ErrNobody }),
	}
}

// doctorOn runs koshin doctor before an operator who gives this answer; "" is a
// run without a terminal.
func doctorOn(t *testing.T, w *windowsPC, answer string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, talk bytes.Buffer
	streams := terminal.Streams{In: strings.NewReader(strings.Repeat(answer+"\n", 5)), Out: &out, Err: &talk, CanAsk: answer != ""}
	m := machine{config: filepath.Join(t.TempDir(), "koshin.toml"), windows: w}
	args = append([]string{"doctor", "--config", m.config, "--lang", "ja"}, args...)
	return int(runOn(t.Context(), m, args, streams)), out.String(), talk.String()
}

func value(t *testing.T, r *winsettingstest.Registry) string {
	t.Helper()
	v, there := r.Get(ws.Tick())
	if !there {
		return "none"
	}
	return v.String()
}

// The tick is off: found, shown, mended, and taken back exactly.
func TestDoctorFixAndUndo(t *testing.T) {
	t.Parallel()
	r := new(winsettingstest.Registry).Set(ws.Tick(), ws.NumberAs(ws.TypeBinary, 0xA0))
	w := aWindows(r)
	code, out, _ := doctorOn(t, w, "")
	if code != 1 || !strings.Contains(out, "原因：「TLS 1.2の使用」\n") || !strings.Contains(out, "インターネット オプションで「TLS 1.2の使用」が無効です。") || !strings.Contains(out, "koshin doctor --fix") {
		t.Errorf("%d: %s", code, out)
	}
	code, out, _ = doctorOn(t, w, "", "--fix", "--dry-run")
	if !strings.Contains(out, "0xA0 (SSL 3.0, TLS 1.0), REG_BINARY → 0x8A0 (SSL 3.0, TLS 1.0, TLS 1.2), REG_BINARY") || value(t, r) != "0xA0 (REG_BINARY)" || len(r.Steps) != 0 || code != 1 {
		t.Errorf("dry run: %d: %s, %q", code, out, r.Steps)
	}
	if code, out, _ = doctorOn(t, w, "いいえ", "--fix"); !strings.Contains(out, "設定を変更しませんでした。") || len(r.Steps) != 0 || code == 0 {
		t.Errorf("declined: %d: %s, %q", code, out, r.Steps)
	}
	if code, _, talk := doctorOn(t, w, "", "--fix"); code != 2 || !strings.Contains(talk, "--yes") || len(r.Steps) != 0 {
		t.Errorf("nobody to ask: %d: %s, %q", code, talk, r.Steps)
	}
	code, out, talk := doctorOn(t, w, "はい", "--fix")
	if code != 0 || value(t, r) != "0x8A0 (REG_BINARY)" || !strings.Contains(talk, "「TLS 1.2の使用」を有効にします。よろしいですか？") || !strings.Contains(out, "Internet Explorerが開いています。") {
		t.Errorf("fix: %d: %s, %s", code, out, value(t, r))
	}
	if code, out, _ = doctorOn(t, w, "", "--fix", "--yes"); code != 0 || !strings.Contains(out, "すでに有効です") {
		t.Errorf("fixed again: %d: %s", code, out)
	}
	code, out, _ = doctorOn(t, w, "", "--undo", "--yes")
	if code != 0 || value(t, r) != "0xA0 (REG_BINARY)" || !strings.Contains(out, "0x8A0 (SSL 3.0, TLS 1.0, TLS 1.2), REG_BINARY → 0xA0 (SSL 3.0, TLS 1.0), REG_BINARY") {
		t.Errorf("undo: %d: %s, %s", code, out, value(t, r))
	}
	if code, out, _ = doctorOn(t, w, "", "--undo", "--yes"); code != 0 || !strings.Contains(out, "koshinが変更した設定はありません。") {
		t.Errorf("undone again: %d: %s", code, out)
	}
}

// A PC whose own value is off gets one for the operator; the undo leaves none.
func TestDoctorAbsentStaysAbsent(t *testing.T) {
	t.Parallel()
	pc := ws.Place{Hive: ws.Machine, View: ws.View64, Key: ws.Tick().Key, Name: ws.Tick().Name}
	r := new(winsettingstest.Registry).Set(pc, ws.Number(0xA0))
	w := aWindows(r)
	if code, out, _ := doctorOn(t, w, "", "--fix", "--yes"); code != 0 || value(t, r) != "0x8A0 (REG_DWORD)" {
		t.Errorf("%d: %s, %s", code, out, value(t, r))
	}
	if code, out, _ := doctorOn(t, w, "", "--undo", "--yes"); code != 0 || value(t, r) != "none" {
		t.Errorf("%d: %s, %s", code, out, value(t, r))
	}
}

// What koshin must not write, it names and leaves alone.
func TestDoctorFixRefuses(t *testing.T) {
	t.Parallel()
	policy := ws.Place{Hive: ws.Machine, Key: `Software\Policies\Microsoft\Windows\CurrentVersion\Internet Settings`, Name: "SecureProtocols"}
	off := func() *winsettingstest.Registry { return new(winsettingstest.Registry).Set(ws.Tick(), ws.Number(0xA0)) }
	as := func(who mend.Who) func(*windowsPC) {
		return func(w *windowsPC) { w.myself = func() (mend.Who, error) { return who, nil } }
	}
	for name, row := range map[string]struct {
		r     *winsettingstest.Registry
		world func(*windowsPC)
		code  int
		says  string
	}{
		"policy":                 {off().Set(policy, ws.Number(0xA0)), nil, 1, policy.String()},
		"elevated as another":    {off(), as(mend.Who{User: "S-1-5-21-1-2-3-500", Elevated: true, Session: operator}), 1, "別のユーザーで実行されています。請求に使用するユーザーでサインインしてください。"},
		"system":                 {off(), as(mend.Who{User: "S-1-5-18", Elevated: true, Session: operator}), 1, "サインインしているユーザーがいないため"},
		"a service":              {off(), as(mend.Who{User: "S-1-5-20", Session: operator}), 1, "サービス用のアカウント"},
		"elevated, nobody known": {off(), as(mend.Who{User: operator, Elevated: true}), 1, "サインインしているユーザーを確認できない"},
		"ssl 2 without a choice": {new(winsettingstest.Registry).Set(ws.Tick(), ws.Number(0x808)), nil, 2, "--ssl2 clear"},
		"a text":                 {new(winsettingstest.Registry).Set(ws.Tick(), ws.Text("160")), nil, 1, "Windowsの書き込む形式ではありません"},
	} {
		w := aWindows(row.r)
		if row.world != nil {
			row.world(w)
		}
		code, out, talk := doctorOn(t, w, "", "--fix", "--yes")
		if code != row.code || !strings.Contains(out+talk, row.says) || len(row.r.Steps) != 0 {
			t.Errorf("%s: %d: %s%s, %q", name, code, out, talk, row.r.Steps)
		}
	}
}

// SSL 2.0 is cleared only by whoever said so.
func TestDoctorSSL2(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		answer, want string
		args         []string
	}{
		{"はい", "0x8A0 (REG_DWORD)", nil},
		{"", "0x8A0 (REG_DWORD)", []string{"--yes", "--ssl2", "clear"}},
		{"", "0x8A8 (REG_DWORD)", []string{"--yes", "--ssl2", "keep"}},
	} {
		r := new(winsettingstest.Registry).Set(ws.Tick(), ws.Number(0xA8))
		if _, out, talk := doctorOn(t, aWindows(r), row.answer, append([]string{"--fix"}, row.args...)...); value(t, r) != row.want {
			t.Errorf("%+v: %s: %s%s", row, value(t, r), out, talk)
		}
	}
}

// In another profile than the operator's nothing is concluded from its tick.
func TestDoctorInAnotherProfile(t *testing.T) {
	t.Parallel()
	w := aWindows(new(winsettingstest.Registry).Set(ws.Tick(), ws.Number(0xA0)))
	w.myself = func() (mend.Who, error) {
		return mend.Who{User: "S-1-5-21-1-2-3-500", Elevated: true, Session: operator}, nil
	}
	_, out, _ := doctorOn(t, w, "", "--json")
	var doc doctorJSON
	if err := json.Unmarshal([]byte(out), &doc); err != nil {
		t.Fatal(err, out)
	}
	for _, f := range doc.Findings {
		if f.Check == doctor.SecureProtocols && (f.Verdict != doctor.Unknown || f.Reason != doctor.TickWrongUser || f.Fixable) {
			t.Errorf("%+v", f)
		}
	}
	if strings.Contains(out, "S-1-5-21") {
		t.Error("the document names an account")
	}
}

func TestDoctorFixFlags(t *testing.T) {
	t.Parallel()
	w := aWindows(new(winsettingstest.Registry))
	for _, args := range [][]string{{"--fix", "--undo"}, {"--fix", "--yes", "--ssl2", "both"}, {"--dry-run"}, {"--yes"}, {"--ssl2", "clear"}} {
		if code, _, talk := doctorOn(t, w, "", args...); code != 2 || talk == "" {
			t.Errorf("%q: %d %s", args, code, talk)
		}
	}
	if code, out, _ := doctorOn(t, nil, "", "--undo"); code != 0 || !strings.Contains(out, "このパソコンには、koshinが変更できる設定はありません。") {
		t.Errorf("%d: %s", code, out)
	}
}

// asSystem is the daily run: SYSTEM with a profile of its own, and somebody
// signed in. What goes into the session goes through the hidden verb there.
func asSystem(t *testing.T, its, operators *winsettingstest.Registry, there func(*windowsPC)) *windowsPC {
	user := aWindows(operators)
	if there != nil {
		there(user)
	}
	w := aWindows(its)
	w.myself = func() (mend.Who, error) { return mend.Who{User: "S-1-5-18", Elevated: true}, nil }
	w.inSession = mend.Through(func(ctx context.Context, errand []byte) ([]byte, error) {
		var out, talk bytes.Buffer
		code := runOn(ctx, machine{windows: user}, []string{"tick"}, terminal.Streams{In: bytes.NewReader(errand), Out: &out, Err: &talk})
		if code != 0 || talk.Len() > 0 {
			t.Errorf("tick: %d, %s", code, &talk)
		}
		return out.Bytes(), nil
	})
	return w
}

// SYSTEM mends the profile of whoever is signed in, and not its own.
func TestDoctorAsSystem(t *testing.T) {
	t.Parallel()
	its := new(winsettingstest.Registry).Set(ws.Tick(), ws.Number(0xA0))
	operators := new(winsettingstest.Registry).Set(ws.Tick(), ws.NumberAs(ws.TypeBinary, 0x28))
	w := asSystem(t, its, operators, nil)
	if code, _, talk := doctorOn(t, w, "", "--fix", "--yes"); code != 2 || !strings.Contains(talk, "--ssl2 clear") {
		t.Errorf("%d: %s", code, talk)
	}
	if _, out, _ := doctorOn(t, w, "", "--fix", "--dry-run", "--ssl2", "clear"); !strings.Contains(out, "「SSL 2.0を使用する」のチェックも外します。") || value(t, operators) != "0x28 (REG_BINARY)" {
		t.Errorf("%s, %s", out, value(t, operators))
	}
	if _, out, _ := doctorOn(t, w, "", "--fix", "--yes", "--ssl2", "clear"); value(t, operators) != "0x820 (REG_BINARY)" || !strings.Contains(out, "Internet Explorerが開いています。") {
		t.Errorf("%s, %s", out, value(t, operators))
	}
	if _, out, _ := doctorOn(t, w, "", "--undo", "--yes"); value(t, operators) != "0x28 (REG_BINARY)" {
		t.Errorf("%s, %s", out, value(t, operators))
	}
	if value(t, its) != "0xA0 (REG_DWORD)" || len(its.Steps) != 0 {
		t.Errorf("SYSTEM's own profile: %s, %q", value(t, its), its.Steps)
	}
}

// The examination of SYSTEM is about the operator's settings; with nobody signed
// in they are unknown.
func TestDoctorAsSystemReads(t *testing.T) {
	t.Parallel()
	its := new(winsettingstest.Registry).Set(ws.Tick(), ws.Number(0xA80))
	w := asSystem(t, its, new(winsettingstest.Registry).Set(ws.Tick(), ws.Number(0xA0)), nil)
	if _, out, _ := doctorOn(t, w, ""); !strings.Contains(out, "インターネット オプションで「TLS 1.2の使用」が無効です。") {
		t.Error(out)
	}
	w.inSession = mend.Through(func(context.Context, []byte) ([]byte, error) { return nil, usersession.ErrNobody })
	if _, out, _ := doctorOn(t, w, ""); strings.Contains(out, "「TLS 1.2の使用」が有効です") || !strings.Contains(out, "別のユーザーで実行されているため") {
		t.Error(out)
	}
}

// What the operator's process refuses is said as if it had been refused here;
// and it looks for itself whose process it is.
func TestDoctorAsSystemRefused(t *testing.T) {
	t.Parallel()
	policy := ws.Place{Hive: ws.User, Key: `Software\Policies\Microsoft\Windows\CurrentVersion\Internet Settings`, Name: "SecureProtocols"}
	for name, row := range map[string]struct {
		there func(*windowsPC)
		says  string
	}{
		"policy": {func(w *windowsPC) {
			w.registry.(*winsettingstest.Registry).Set(policy, ws.Number(0xA0))
		}, policy.String()},
		"somebody else's session": {func(w *windowsPC) {
			w.myself = func() (mend.Who, error) { return mend.Who{User: operator, Session: "S-1-5-21-1-2-3-1002"}, nil }
		}, "別のユーザーで実行されています。"},
		"system again": {func(w *windowsPC) {
			w.myself = func() (mend.Who, error) { return mend.Who{User: "S-1-5-18"}, nil }
		}, "サービス用のアカウント"},
	} {
		operators := new(winsettingstest.Registry).Set(ws.Tick(), ws.Number(0xA0))
		code, out, talk := doctorOn(t, asSystem(t, new(winsettingstest.Registry), operators, row.there), "", "--fix", "--yes")
		if code != 1 || !strings.Contains(out+talk, row.says) || len(operators.Steps) != 0 {
			t.Errorf("%s: %d: %s%s, %q", name, code, out, talk, operators.Steps)
		}
	}
}

// The hidden verb is no verb for people.
func TestTickIsNotForPeople(t *testing.T) {
	t.Parallel()
	w := aWindows(new(winsettingstest.Registry).Set(ws.Tick(), ws.Number(0xA0)))
	for _, row := range []struct {
		m    machine
		ask  bool
		args []string
		code int
	}{
		{machine{windows: w}, true, []string{"tick"}, 2},
		{machine{windows: w}, false, []string{"tick", "fix"}, 2},
		{machine{}, false, []string{"tick"}, 1},
	} {
		var out, talk bytes.Buffer
		streams := terminal.Streams{In: strings.NewReader(`{"do":"fix"}`), Out: &out, Err: &talk, CanAsk: row.ask}
		if code := runOn(t.Context(), row.m, row.args, streams); int(code) != row.code || out.Len() > 0 {
			t.Errorf("%q: %d: %s%s", row.args, code, &out, &talk)
		}
	}
	if len(w.registry.(*winsettingstest.Registry).Steps) != 0 {
		t.Error("something was written")
	}
}

// writeTrial writes a configuration of one product into a folder.
func writeTrial(dir string) error {
	text := "state_dir = \"state\"\n[source]\nurls = [\"https://updates.example/\"]\nanchor = \"root.json\"\n[[product]]\nid = \"torikomi-soshin\"\ndir = \"client\"\n"
	return errors.Join(os.WriteFile(filepath.Join(dir, "root.json"), []byte("{}"), 0o600), os.WriteFile(filepath.Join(dir, "koshin.toml"), []byte(text), 0o600))
}

// A fix and its undo are two lines of the audit trail where this user may write
// it; where not, that is said, with the place of the operator's own record.
func TestDoctorFixIsAudited(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "koshin.toml")
	must(t, writeTrial(dir))
	r := new(winsettingstest.Registry).Set(ws.Tick(), ws.Number(0xA0))
	w := aWindows(r)
	run := func(args ...string) (doc doctorJSON) {
		var out, talk bytes.Buffer
		args = append([]string{"doctor", "--config", file, "--json", "--yes"}, args...)
		runOn(t.Context(), machine{config: file, windows: w}, args, terminal.Streams{In: strings.NewReader(""), Out: &out, Err: &talk})
		if err := json.Unmarshal(out.Bytes(), &doc); err != nil || doc.Change == nil {
			t.Fatal(err, &out, &talk)
		}
		return doc
	}
	if c := run("--fix").Change; !c.Audited || c.UndoRecord != `HKCU\Software\Koshin\Undo\SecureProtocols` {
		t.Errorf("%+v", c)
	}
	if c := run("--undo").Change; !c.Audited {
		t.Errorf("%+v", c)
	}
	var lines []string
	_, err := audit.Trail{Dir: filepath.Join(dir, "state", "audit")}.Walk(nil, func(r audit.Record) {
		lines = append(lines, fmt.Sprintf("%d %s %s: %s → %s", r.Seq, r.Verb, r.Outcome, r.From, r.To))
	})
	const off, on = "0xA0 (SSL 3.0, TLS 1.0), REG_DWORD", "0x8A0 (SSL 3.0, TLS 1.0, TLS 1.2), REG_DWORD"
	if want := []string{"1 fix changed: " + off + " → " + on, "2 undo restored: " + on + " → " + off}; err != nil || !slices.Equal(lines, want) {
		t.Errorf("%q, %v", lines, err)
	}
	if _, out, _ := doctorOn(t, w, "", "--fix", "--yes"); !strings.Contains(out, `監査記録には書き込んでいません`) || !strings.Contains(out, `HKCU\Software\Koshin\Undo\SecureProtocols`) {
		t.Errorf("without a configuration: %s", out)
	}
}
