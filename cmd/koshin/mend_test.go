package main

import (
	"bytes"
	"context"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/koshin-updater/koshin/cmd/internal/terminal"
	"github.com/koshin-updater/koshin/updater/doctor"
	"github.com/koshin-updater/koshin/updater/doctor/mend"
	ws "github.com/koshin-updater/koshin/updater/doctor/winsettings"
	"github.com/koshin-updater/koshin/updater/doctor/winsettings/winsettingstest"
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
	if !strings.Contains(out, "0xA0 (REG_BINARY) → 0x8A0 (REG_BINARY)") || value(t, r) != "0xA0 (REG_BINARY)" || len(r.Steps) != 0 || code != 1 {
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
	if code != 0 || value(t, r) != "0xA0 (REG_BINARY)" || !strings.Contains(out, "0x8A0 (REG_BINARY) → 0xA0 (REG_BINARY)") {
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
		"system":                 {off(), as(mend.Who{User: "S-1-5-18", Elevated: true, Session: operator}), 1, "サービス用のアカウント"},
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
	for _, args := range [][]string{{"--fix", "--undo"}, {"--fix", "--yes", "--ssl2", "both"}} {
		if code, _, talk := doctorOn(t, w, "", args...); code != 2 || talk == "" {
			t.Errorf("%q: %d %s", args, code, talk)
		}
	}
	if code, out, _ := doctorOn(t, nil, "", "--undo"); code != 0 || !strings.Contains(out, "このパソコンには、koshinが変更できる設定はありません。") {
		t.Errorf("%d: %s", code, out)
	}
}
