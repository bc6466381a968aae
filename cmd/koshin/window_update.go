package main

import (
	"bytes"
	"context"
	"errors"
	"strings"

	"github.com/koshin-updater/koshin/cmd/internal/terminal"
	"github.com/koshin-updater/koshin/cmd/koshin/window"
	"github.com/koshin-updater/koshin/manifest"
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
	r, err := o.updateBySystem(ctx, c.Products, happened)
	if errors.Is(err, errCannotAsk) {
		if r, err = o.updateHere(ctx, c.IDs(), happened); err == nil && r.NotAllowed() {
			err = window.ErrNoWay
		}
	}
	return r, err
}

// updateBySystem has the daily run do it. A trial beside the PC has none.
func (o deeds) updateBySystem(ctx context.Context, products []manifest.ProductID, happened func(window.Event)) (window.Result, error) {
	s, err := o.alone().open()
	if err != nil {
		return window.Result{}, err
	}
	defer s.close()
	if s.machine.requests.way == nil || s.config.File != s.machine.config {
		return window.Result{}, errCannotAsk
	}
	result, err := s.fromSystem(ctx, products, passOn(happened))
	if err != nil {
		return window.Result{}, err
	}
	return window.ParseResult(result)
}

// passOn reads events line by line, whatever else stands between them.
func passOn(happened func(window.Event)) func(line []byte) {
	return func(line []byte) {
		if e, err := window.ParseEvent(line); err == nil {
			happened(e)
		}
	}
}

// updateHere is koshin update --yes --json in this process. It is told one thing
// more: whoever presses 今すぐ更新する inside the claim window has read that it
// counts where the installed client turns out to be unable to connect.
func (o deeds) updateHere(ctx context.Context, products []string, happened func(window.Event)) (window.Result, error) {
	var answer bytes.Buffer
	talk := &lines{take: passOn(happened)}
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

// lines hands over what is written to it line by line.
type lines struct {
	take func(line []byte)
	rest []byte
}

func (l *lines) Write(p []byte) (int, error) {
	l.rest = append(l.rest, p...)
	for {
		line, rest, found := bytes.Cut(l.rest, []byte("\n"))
		if !found {
			break
		}
		l.take(line)
		l.rest = bytes.Clone(rest)
	}
	if len(l.rest) > window.MaxEvent {
		l.rest = nil // no event
	}
	return len(p), nil
}
