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
