package main

import (
	"fmt"

	"github.com/koshin-updater/koshin/cmd/internal/exitcode"
	"github.com/koshin-updater/koshin/installer"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater"
	"github.com/koshin-updater/koshin/updater/confirm"
)

// showReports prints what update, rollback or recover did and sets the exit
// code. An error that came after some products were done is shown after them.
func (s *session) showReports(verb string, reports []updater.Report, err error) error {
	if len(reports) == 0 && err != nil {
		return err
	}
	s.events.pause()
	codes := []exitcode.Code{}
	for _, r := range reports {
		if code := s.reportCode(verb, r); r.Product != updater.SelfID || verb != "update" || code == exitcode.Interrupted {
			codes = append(codes, code) // of an update it is the products' code
		}
		s.logReport(verb, r)
		s.announce(verb, r)
		s.updater.RememberReport(verb, r, s.codeOf(r.Err))
		if !s.json {
			s.showReport(verb, r)
		}
	}
	if err != nil {
		codes = append(codes, s.words.Explain(s.language, err).Exit)
	}
	if s.json {
		s.print(document{Schema: schema(verb), Products: s.reportsJSON(reports)})
	}
	s.code = exitcode.Strongest(codes...)
	return nil
}

// reportCode is one product's exit code.
func (s *session) reportCode(verb string, r updater.Report) exitcode.Code {
	if r.Err != nil {
		code := s.words.Explain(s.language, r.Err).Exit
		if verb == "confirm" && code == exitcode.Failed {
			return exitcode.Unconfirmed // it was asked one question, and could not say yes
		}
		return code
	}
	switch r.Outcome {
	case updater.RolledBack:
		if verb == "update" || r.Resumed || verb == "self-update" && r.Recovered == nil {
			return exitcode.RolledBack
		}
	case updater.Deferred:
		if r.Restart != "" {
			return exitcode.Restart
		}
		return deferredCode(r)
	}
	if r.Judgement != nil && r.Judgement.Action == confirm.Keep || verb == "confirm" && !confirmed(r) {
		return exitcode.Unconfirmed
	}
	if r.Restart != "" {
		return exitcode.Restart
	}
	return exitcode.Done
}

// deferredCode tells what the operator can do something about now from what
// only time changes.
func deferredCode(r updater.Report) exitcode.Code {
	if r.DryRun && (r.Decision.Action == updater.ActUpdate || r.Decision.Action == updater.ActRequired) {
		return exitcode.Available
	}
	for _, g := range r.Decision.Gates {
		if g.Verdict == updater.Closed && g.Name == updater.ClientRunning {
			return exitcode.Busy
		}
	}
	return exitcode.Deferred
}

func confirmed(r updater.Report) bool {
	return r.After != nil && r.After.Verdict == confirm.Confirmed
}

// showReport says one product's result: what happened, the proof, what is kept.
func (s *session) showReport(verb string, r updater.Report) {
	s.sayln("check-heading", "title", s.title(r.Title, r.Product), "product", r.Product)
	if r.Recovered != nil && verb != "recover" {
		s.sayln("recovered")
	}
	if about, ok := updater.About(r.Found); ok && (r.Err == nil || r.Outcome == updater.RolledBack) {
		fmt.Fprintln(s.Out, s.words.Note(s.language, about))
	}
	if key := resultKey(verb, r); key != "" {
		s.sayln(key, "from", s.orNothing(r.From), "to", s.orNothing(r.To))
	}
	switch {
	case r.DryRun && r.Plan != nil:
		s.showPlan(r.Plan)
	case r.Outcome == updater.Deferred:
		s.showWaiting(r)
	}
	s.showRestart(r)
	if r.After != nil || r.Judgement != nil && r.Err == nil {
		s.showConnection(r)
	}
	s.showKept(r)
	s.showData(r)
	for _, n := range r.Notes {
		fmt.Fprintln(s.Out, s.words.Note(s.language, n))
	}
	if r.Err != nil {
		s.showProblem(r.Err)
	}
}

func (s *session) showProblem(err error) {
	p := s.words.Explain(s.language, err)
	fmt.Fprintln(s.Out, p.Message)
	fmt.Fprintln(s.Out, p.Remedy)
	fmt.Fprintln(s.Err, s.say("detail", "detail", p.Detail))
}

// resultKey is the sentence for what happened; with an error the error speaks.
func resultKey(verb string, r updater.Report) string {
	switch {
	case verb == "confirm" || r.Err != nil && r.Outcome != updater.Updated && r.Outcome != updater.RolledBack:
		return ""
	case r.DryRun && r.Plan != nil && r.From.IsZero():
		return "result-dry-run-first"
	case r.DryRun && r.Plan != nil:
		return "result-dry-run"
	case r.Outcome == updater.Deferred && r.Restart != "":
		return "result-restart-" + string(r.Restart)
	case verb == "recover" && !r.Resumed && r.Outcome != updater.Deferred:
		return recoverKey(r)
	case r.Outcome == updater.RolledBack && verb == "rollback":
		return "result-rolled-back-by-hand"
	case r.Outcome == updater.RolledBack && r.From.IsZero():
		return "result-removed"
	case r.Outcome == updater.Updated && r.From.IsZero():
		return "result-installed"
	case r.Decision.Action == updater.ActDelegated:
		return "check-delegated"
	}
	return "result-" + string(r.Outcome)
}

func recoverKey(r updater.Report) string {
	switch {
	case r.Recovered == nil:
		return "result-nothing-to-recover"
	case r.Recovered.Action == installer.Reverted:
		return "result-reverted"
	}
	return "result-recovered"
}

// showWaiting says why an update waits.
func (s *session) showWaiting(r updater.Report) {
	s.showEnding(r.Decision)
	for _, g := range r.Decision.Gates {
		if g.Verdict == updater.Closed {
			fmt.Fprintln(s.Out, s.words.Note(s.language, g.Reason))
		}
	}
}

func (s *session) orNothing(v manifest.Version) string {
	if v.IsZero() {
		return s.say("nothing")
	}
	return v.String()
}
