package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/koshin-updater/koshin/cmd/internal/terminal"
	"github.com/koshin-updater/koshin/cmd/koshin/window"
	"github.com/koshin-updater/koshin/updater/schedule"
)

// driven is koshin with somebody before its window whom nobody sees: all is real
// but the screen. What he reads goes to stdout; $PRESS says what he presses on
// reading which headline for the first time, such as 更新が必要です。=update.
// The desktop is $WORK/desktop. With $WHOLE_PC it is the window of a PC whose daily
// run does the work.
func driven() {
	work := os.Getenv("WORK")
	var started sync.WaitGroup
	m := thisMachine()
	if os.Getenv("WHOLE_PC") != "" {
		m = machineOf(work)
		if os.Getenv("UNTIL") == "" { // else the script starts the daily run by hand
			m.requests = channelOf(work, &started)
		}
	}
	m.stacks, m.show = nil, reader{map[string]bool{}}.show
	m.desktop = func() (string, error) { return filepath.Join(work, "desktop"), nil }
	ctx, cancel := context.WithTimeout(context.Background(), patient)
	defer cancel()
	code := runOn(ctx, m, os.Args[1:], terminal.System())
	started.Wait() // the script's folder is in use until then
	os.Exit(int(code))
}

// patient is when a person goes home who waits for what never comes: a story that
// is wrong must end.
const patient = 3 * time.Minute

// daily is the run that the system starts for that window: it begins when
// somebody asks.
func daily() {
	m := machineOf(os.Getenv("WORK"))
	m.requests = channelOf(os.Getenv("WORK"), nil)
	m.scheduler.pause = func(ctx context.Context, _ time.Duration, enough <-chan struct{}) error {
		select {
		case <-enough:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	os.Exit(int(runOn(context.Background(), m, os.Args[1:], terminal.System())))
}

// channelOf is how the two speak. The daily run is started where its task is.
func channelOf(work string, started *sync.WaitGroup) requests {
	sum := sha256.Sum256([]byte(work))
	return aChannel(filepath.Join(os.TempDir(), fmt.Sprintf("k%x", sum[:6])), func(context.Context) error {
		if _, err := os.Stat(filepath.Join(work, "tasks", schedule.UpdateName)); err != nil {
			return fs.ErrNotExist // also where this user may not look
		}
		c := exec.Command("daily", "update", "--yes", "--scheduled", "--within", "30m") //nolint:noctx // lives longer than the window
		err := c.Start()
		if err == nil {
			started.Go(func() { _ = c.Wait() }) // how it ended stands in its result
		}
		return err
	})
}

// reader is a person who presses each button once.
type reader struct{ pressed map[string]bool }

func (r reader) show(ctx context.Context, views <-chan window.View, pressed func(window.Action)) error {
	last := ""
	pressed(window.Opened)
	for {
		select {
		case v, open := <-views:
			if !open {
				return nil
			}
			if text := read(v); text != last {
				last = text
				fmt.Println(text) //nolint:forbidigo // this is the screen
			}
			if a := r.answer(v); a != "" {
				go pressed(a)
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// answer is what $PRESS has for this headline, or for a text below it, where that
// button is there.
func (r reader) answer(v window.View) window.Action {
	for _, rule := range strings.Fields(os.Getenv("PRESS")) {
		text, action, _ := strings.Cut(strings.ReplaceAll(rule, "_", " "), "=")
		reads := v.Headline == text || slices.ContainsFunc(v.Details, func(d string) bool { return strings.Contains(d, text) })
		if !reads || r.pressed[rule] {
			continue
		}
		for _, b := range v.Buttons {
			if string(b.Action) == action && b.Enabled && (v.Progress == nil || v.Mood == window.Working) {
				r.pressed[rule] = true
				return b.Action
			}
		}
	}
	return ""
}

// read is a view line by line, but for its progress.
func read(v window.View) string {
	lines := []string{"[" + string(v.Mood) + "] " + v.Headline}
	for _, p := range v.Products {
		lines = append(lines, p.Name+": "+p.Next)
		for _, l := range p.Lines {
			lines = append(lines, "  "+l.Label+"="+l.Value)
		}
	}
	lines = append(lines, v.Details...)
	for _, b := range v.Buttons {
		lines = append(lines, "("+string(b.Action)+")")
	}
	return strings.Join(lines, "\n")
}
