package main

import (
	"context"
	"errors"
	"strings"

	"github.com/koshin-updater/koshin/cmd/internal/exitcode"
	"github.com/koshin-updater/koshin/cmd/internal/messages"
	"github.com/koshin-updater/koshin/updater"
	"github.com/koshin-updater/koshin/updater/confirm"
	"github.com/koshin-updater/koshin/updater/eventlog"
	"github.com/koshin-updater/koshin/updater/redact"
)

// eventLog is the Windows Event Log.
type eventLog struct {
	register   func() error
	unregister func() error
	write      func(eventlog.Kind, string) error
}

// registerEvents makes koshin known to the event log, where there is one.
func (a *app) registerEvents() error {
	if a.machine.events == nil {
		return nil
	}
	return a.machine.events.register()
}

func (a *app) unregisterEvents() error {
	if a.machine.events == nil {
		return nil
	}
	return a.machine.events.unregister()
}

// announce writes what became of a product into the event log of the PC. A trial
// beside the PC's own configuration is none of its business.
func (s *session) announce(verb string, r updater.Report) {
	for _, kind := range eventsOf(verb, r, s.exitOf(r.Err)) {
		s.writeEvent(kind, s.say("event-"+string(kind), "product", r.Product, "from", s.orNothing(r.From), "to", s.orNothing(r.To)), r.Err)
	}
}

// announceFailure is the same for a run that failed before any product.
func (a *app) announceFailure(err error) {
	if _, isUsage := errors.AsType[usageError](err); err == nil || isUsage {
		return // a typing error is nobody's event
	}
	if kind := failureKind(a.exitOf(err)); kind != "" {
		a.writeEvent(kind, a.say("event-run-failed"), err)
	}
}

func (a *app) writeEvent(kind eventlog.Kind, text string, err error) {
	if a.machine.events == nil || !keepsLog(a.verb) || a.wholePC() != nil {
		return
	}
	if err != nil {
		p := a.words.Explain(a.language, err)
		text = strings.Join([]string{text, p.Message, p.Remedy, a.say("detail", "detail", p.Detail)}, "\r\n")
	}
	if err := a.machine.events.write(kind, redact.System().Text(text)); err != nil {
		a.log.WarnContext(context.Background(), "event not written", "kind", kind, "error", err)
	}
}

func (a *app) exitOf(err error) exitcode.Code {
	if err == nil {
		return exitcode.Done
	}
	return a.words.Explain(messages.English, err).Exit
}

// eventsOf is what an administrator of many PCs wants to know of a report; exit
// is the code of its error. What only waits for its time is none of it.
func eventsOf(verb string, r updater.Report, exit exitcode.Code) []eventlog.Kind {
	if r.DryRun {
		return nil
	}
	var kinds []eventlog.Kind
	if r.Recovered != nil {
		kinds = append(kinds, eventlog.Recovered)
	}
	switch {
	case r.Outcome == updater.RolledBack && verb == "rollback":
		kinds = append(kinds, eventlog.WentBack)
	case r.Outcome == updater.RolledBack && (r.Judgement != nil || r.Recovered == nil):
		kinds = append(kinds, eventlog.RolledBack)
	case r.Err != nil:
		if kind := failureKind(exit); kind != "" {
			kinds = append(kinds, kind)
		}
	case r.Restart != "":
		kinds = append(kinds, eventlog.Restart)
	case r.Outcome == updater.Updated && r.Judgement != nil && r.Judgement.Action == confirm.Keep:
		kinds = append(kinds, eventlog.Unconfirmed)
	case r.Outcome == updater.Updated:
		kinds = append(kinds, eventlog.Updated)
	case r.Outcome == updater.Deferred && r.Decision.Ready != nil && !*r.Decision.Ready:
		kinds = append(kinds, eventlog.Waiting)
	}
	return kinds
}

// failureKind is the event of an exit code. That somebody is at work, has not the
// rights or stopped it himself is none.
func failureKind(exit exitcode.Code) eventlog.Kind {
	switch exit {
	case exitcode.Refused:
		return eventlog.Refused
	case exitcode.RolledBack:
		return eventlog.RolledBack
	case exitcode.Usage:
		return eventlog.Unusable
	case exitcode.Failed:
		return eventlog.Failed
	}
	return ""
}
