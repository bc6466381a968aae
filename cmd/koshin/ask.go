package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"github.com/koshin-updater/koshin/cmd/internal/exitcode"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater"
	"github.com/koshin-updater/koshin/updater/confirm"
	"github.com/koshin-updater/koshin/updater/request"
)

// mustAsk says whether this user can only ask for an update of this PC: he may
// read what koshin knows, and not write it. A trial beside the PC has no run of
// SYSTEM to be asked.
func (s *session) mustAsk() bool {
	return s.machine.requests.way != nil && s.config.File == s.machine.config && s.updater.OnlyReads()
}

// errCannotAsk: there is nobody on this PC who installs for others.
var errCannotAsk = errors.New("no daily run of SYSTEM can be asked")

// fromSystem has the run of SYSTEM look after these products, passes on the lines
// of its events, and returns its result: the document of update --json.
func (s *session) fromSystem(ctx context.Context, products []manifest.ProductID, take func(line []byte)) ([]byte, error) {
	state := s.config.StateDir
	run, err := request.Ask(ctx, s.machine.requests.way(state), request.New(products...))
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %w: %w", errCannotAsk, fs.ErrPermission, err)
	}
	if err != nil {
		return nil, err
	}
	s.log.InfoContext(ctx, "the run of SYSTEM was asked", "run", run)
	return request.Follow(ctx, state, run, func() (bool, error) { return s.machine.requests.listens(state) }, take)
}

// askForUpdate is update for somebody who may not install.
func (s *session) askForUpdate(ctx context.Context, products []updater.Product) error {
	var ids []manifest.ProductID
	for _, p := range products {
		ids = append(ids, p.ID)
	}
	result, err := s.fromSystem(ctx, ids, s.events.relay)
	s.events.pause()
	if err != nil {
		return err
	}
	var doc resultJSON
	if err := json.Unmarshal(result, &doc); err != nil || doc.Schema != schema("update") {
		return fmt.Errorf("%w: result of the run: %w", request.ErrMessage, err)
	}
	s.code = exitcode.Code(doc.Exit)
	if s.json {
		s.print(json.RawMessage(result))
		return nil
	}
	if doc.Error != nil {
		s.showTold(doc.Error.Message, doc.Error.Remedy)
	}
	for _, r := range doc.Products {
		if r.Product != updater.SelfID {
			s.showAsked(r)
		}
	}
	return nil
}

// showAsked says one product's result. What gates and errors say of it are the
// words of the run that did it.
func (s *session) showAsked(r reportJSON) {
	s.sayln("check-heading", "title", s.title(s.updater.Title(r.Product), r.Product), "product", r.Product)
	if r.Error == nil || r.Outcome == updater.Updated || r.Outcome == updater.RolledBack {
		s.sayln(askedKey(r), "from", s.textOr(r.From), "to", s.textOr(r.To))
	}
	for _, g := range r.Gates {
		if g.Verdict == updater.Closed {
			fmt.Fprintln(s.Out, g.Reason)
		}
	}
	if r.Confirm != nil || r.Reason != "" {
		told := updater.Report{After: r.Confirm}
		if r.Reason != "" {
			told.Judgement = &confirm.Judgement{Reason: confirm.Reason(r.Reason)}
		}
		s.showConnection(told)
	}
	for _, n := range r.Notes {
		fmt.Fprintln(s.Out, n)
	}
	if r.Error != nil {
		s.showTold(r.Error.Message, r.Error.Remedy)
	}
}

func askedKey(r reportJSON) string {
	switch {
	case r.Outcome == updater.Deferred && r.Restart != nil:
		return "result-restart-" + string(r.Restart.Reason)
	case r.Outcome == updater.Updated && r.From == nil:
		return "result-installed"
	case r.Outcome == updater.RolledBack && r.From == nil:
		return "result-removed"
	}
	return "result-" + string(r.Outcome)
}

func (s *session) showTold(texts ...string) {
	for _, text := range texts {
		if text != "" {
			fmt.Fprintln(s.Out, text)
		}
	}
}

func (s *session) textOr(version *string) string {
	if version == nil {
		return s.say("nothing")
	}
	return *version
}
