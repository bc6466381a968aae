package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/koshin-updater/koshin/cmd/internal/terminal"
	"github.com/koshin-updater/koshin/cmd/koshin/window"
)

// driven is koshin with somebody before its window whom nobody sees: all is real
// but the screen. What he reads goes to stdout; $PRESS says what he presses on
// reading which headline for the first time, such as 更新が必要です。=update.
// The desktop is $WORK/desktop.
func driven() {
	work := os.Getenv("WORK")
	m := thisMachine()
	m.stacks, m.show = nil, reader{map[string]bool{}}.show
	m.desktop = func() (string, error) { return filepath.Join(work, "desktop"), nil }
	os.Exit(int(runOn(context.Background(), m, os.Args[1:], terminal.System())))
}

// reader is a person who presses each button once.
type reader struct{ pressed map[string]bool }

func (r reader) show(ctx context.Context, views <-chan window.View, pressed func(window.Action)) error {
	last := ""
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
		text, action, _ := strings.Cut(rule, "=")
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
