package main

import (
	"bytes"
	"context"
	"strings"

	"github.com/koshin-updater/koshin/cmd/internal/terminal"
	"github.com/koshin-updater/koshin/cmd/koshin/window"
)

// update has these products brought up to date, and follows the run.
func (o deeds) update(ctx context.Context, c window.Command, happened func(window.Event)) (window.Result, error) {
	if c.Now {
		if err := o.postpone(0); err != nil {
			return window.Result{}, err
		}
	}
	return o.updateHere(ctx, c.IDs(), happened)
}

// updateHere is koshin update --yes --json in this process. It is told one thing
// more: whoever presses 今すぐ更新する inside the claim window has read that it
// counts where the installed client turns out to be unable to connect.
func (o deeds) updateHere(ctx context.Context, products []string, happened func(window.Event)) (window.Result, error) {
	var answer bytes.Buffer
	talk := &eventLines{happened: happened}
	a, err := newApp(o.machine, terminal.Streams{In: strings.NewReader(""), Out: &answer, Err: talk})
	if err != nil {
		return window.Result{}, err
	}
	a.byOperator = true
	args := []string{"update", "--yes", "--json", "--progress", "json", "--lang", string(o.language)}
	if o.configFile != "" {
		args = append(args, "--config", o.configFile)
	}
	if o.logFile != "" {
		args = append(args, "--log", o.logFile)
	}
	for _, id := range products {
		args = append(args, "--product", id)
	}
	a.execute(ctx, args)
	return window.ParseResult(answer.Bytes())
}

// eventLines reads events from what a koshin writes to stderr, whatever else
// stands between them.
type eventLines struct {
	happened func(window.Event)
	rest     []byte
}

func (l *eventLines) Write(p []byte) (int, error) {
	l.rest = append(l.rest, p...)
	for {
		line, rest, found := bytes.Cut(l.rest, []byte("\n"))
		if !found {
			break
		}
		if e, err := window.ParseEvent(line); err == nil {
			l.happened(e)
		}
		l.rest = append([]byte(nil), rest...)
	}
	if len(l.rest) > window.MaxEvent {
		l.rest = nil // no event
	}
	return len(p), nil
}
