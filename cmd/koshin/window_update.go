package main

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"strings"

	"github.com/koshin-updater/koshin/cmd/internal/terminal"
	"github.com/koshin-updater/koshin/cmd/koshin/window"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/request"
)

// update has these products brought up to date, and follows the run: by the
// daily run of SYSTEM where this PC has one that can be asked, and otherwise in
// this process, which needs the rights for it.
func (o deeds) update(ctx context.Context, c window.Command, happened func(window.Event)) (window.Result, error) {
	if c.Now {
		if err := o.postpone(0); err != nil {
			return window.Result{}, err
		}
	}
	r, err := o.ask(ctx, c.Products, happened)
	if errors.Is(err, errNobodyToAsk) {
		if r, err = o.updateHere(ctx, c.IDs(), happened); err == nil && r.NotAllowed() {
			err = window.ErrNoWay
		}
	}
	return r, err
}

// errNobodyToAsk: there is no daily run that could be started.
var errNobodyToAsk = errors.New("no daily run is registered on this pc")

// ask has the daily run of this PC do it. A trial beside the PC has none.
func (o deeds) ask(ctx context.Context, products []manifest.ProductID, happened func(window.Event)) (window.Result, error) {
	if o.machine.requests.way == nil || o.wholePC() != nil {
		return window.Result{}, errNobodyToAsk
	}
	c, err := o.loadConfig()
	if err != nil {
		return window.Result{}, err
	}
	run, err := request.Ask(ctx, o.machine.requests.way(c.StateDir), request.New(products...))
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, errors.ErrUnsupported):
		return window.Result{}, errNobodyToAsk
	case err != nil:
		return window.Result{}, err
	}
	alive := func() (bool, error) { return o.machine.requests.listens(c.StateDir) }
	result, err := request.Follow(ctx, c.StateDir, run, alive, func(line []byte) {
		if e, err := window.ParseEvent(line); err == nil {
			happened(e)
		}
	})
	if err != nil {
		return window.Result{}, err
	}
	return window.ParseResult(result)
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
