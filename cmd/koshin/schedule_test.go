package main

import (
	"bytes"
	"context"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/koshin-updater/koshin/cmd/internal/terminal"
	"github.com/koshin-updater/koshin/cmd/koshin/window"
	"github.com/koshin-updater/koshin/updater/doctor/winsettings/winsettingstest"
	"github.com/koshin-updater/koshin/updater/schedule"
	"github.com/koshin-updater/koshin/updater/startmenu"
)

// aScheduler remembers what it is given, and shows every task in one state.
func aScheduler(state schedule.State, installed *[]string) scheduler {
	return scheduler{
		install: func(_ context.Context, t schedule.Task) error { *installed = append(*installed, t.Name); return nil },
		look: func(context.Context, schedule.Task) (schedule.Seen, error) {
			return schedule.Seen{State: state, Differs: []string{"triggers"}}, nil
		},
		remove: func(context.Context, string) error { return fs.ErrPermission },
		pause:  func(context.Context, time.Duration, <-chan struct{}) error { return context.Canceled },
	}
}

// aMenu remembers its entries, and shows them as they are or otherwise.
func aMenu(same bool) (*menu, *[]startmenu.Entry) {
	entries := new([]startmenu.Entry)
	return &menu{
		install: func(_ context.Context, e startmenu.Entry) error { *entries = append(*entries, e); return nil },
		look:    func(context.Context, startmenu.Entry) (bool, bool, error) { return len(*entries) > 0, same, nil },
		remove:  func(context.Context, string) error { *entries = nil; return nil },
	}, entries
}

// The entry of the Start menu is read back like a task, and goes with them.
func TestStartMenu(t *testing.T) {
	t.Parallel()
	menu, entries := aMenu(true)
	s := session{app: &app{machine: machine{menu: menu}}}
	e := startmenu.Entry{Name: menuName}
	look := func() schedule.Seen {
		t.Helper()
		seen, err := s.lookAtMenu(t.Context(), e)
		must(t, err)
		return seen
	}
	if seen := look(); seen.State != schedule.Missing {
		t.Errorf("%+v", seen)
	}
	must(t, menu.install(t.Context(), e))
	if seen := look(); seen.State != schedule.Registered {
		t.Errorf("%+v", seen)
	}
	menu.look = func(context.Context, startmenu.Entry) (bool, bool, error) { return true, false, startmenu.ErrEntry }
	if seen := look(); seen.State != schedule.Differs {
		t.Errorf("%+v", seen)
	}
	m := machine{config: filepath.Join(t.TempDir(), "koshin.toml"), scheduler: aScheduler(schedule.Missing, nil), menu: menu}
	m.scheduler.remove = func(context.Context, string) error { return nil }
	var out, talk bytes.Buffer
	code := runOn(t.Context(), m, []string{"schedule", "remove", "--config", m.config, "--lang", "ja"}, terminal.Streams{In: strings.NewReader(""), Out: &out, Err: &talk})
	if code != 0 || len(*entries) > 0 {
		t.Errorf("%d: %v, %s%s", code, *entries, &out, &talk)
	}
}

// What the system keeps otherwise than it was given is no success, and an
// ordinary user is told of what he may not see.
func TestScheduleReadsBack(t *testing.T) {
	t.Parallel()
	for state, row := range map[schedule.State]struct {
		verb, says string
		code       int
		window     bool // this PC can show one: it has a task
	}{
		schedule.Differs: {"install", "毎日の自動更新：登録内容が異なります（triggers）", 1, true},
		schedule.Unknown: {"status", "毎日の自動更新：確認するには管理者権限が必要です", 0, false},
	} {
		dir := t.TempDir()
		must(t, writeTrial(dir))
		var installed []string
		m := machine{config: filepath.Join(dir, "koshin.toml"), scheduler: aScheduler(state, &installed), windows: aWindows(new(winsettingstest.Registry))}
		menu, entries := aMenu(state != schedule.Differs)
		m.menu = menu
		if row.window {
			m.show = func(context.Context, <-chan window.View, func(window.Action)) error { return nil }
		}
		var out, talk bytes.Buffer
		code := runOn(t.Context(), m, []string{"schedule", row.verb, "--config", m.config, "--lang", "ja"}, terminal.Streams{In: strings.NewReader(""), Out: &out, Err: &talk})
		if int(code) != row.code || !strings.Contains(out.String(), row.says) {
			t.Errorf("%s: %d: %s%s", state, code, &out, &talk)
		}
		if strings.Contains(out.String(), "サインイン時") != row.window || strings.Contains(strings.Join(installed, " "), schedule.WindowName) != (row.window && row.verb == "install") {
			t.Errorf("window %t: %q, %s", row.window, installed, &out)
		}
		if strings.Contains(out.String(), "スタート メニューの「アップデートの確認」：登録内容が異なります（program）") != row.window || (len(*entries) == 1) != row.window {
			t.Errorf("window %t: %+v, %s", row.window, *entries, &out)
		}
		for _, e := range *entries {
			if e.Name != "アップデートの確認" || e.Args != "window" || !filepath.IsAbs(e.Program) {
				t.Errorf("%+v", e)
			}
		}
	}
}

// A daily run that is ended while it waits has not begun.
func TestScheduledWaitIsInterrupted(t *testing.T) {
	t.Parallel()
	var installed []string
	m := machine{config: filepath.Join(t.TempDir(), "koshin.toml"), scheduler: aScheduler(schedule.Registered, &installed)}
	var out, talk bytes.Buffer
	code := runOn(t.Context(), m, []string{"update", "--yes", "--scheduled", "--within", "30m"}, terminal.Streams{In: strings.NewReader(""), Out: &out, Err: &talk})
	if code != 130 {
		t.Errorf("%d: %s%s", code, &out, &talk)
	}
}
