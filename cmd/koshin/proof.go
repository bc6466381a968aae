package main

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/koshin-updater/koshin/cmd/internal/messages"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater"
	"github.com/koshin-updater/koshin/updater/confirm"
	"github.com/koshin-updater/koshin/updater/transport"
)

// whyJSON is a verdict in words, with the words for each cause behind it.
type whyJSON struct {
	Code    string    `json:"code"`
	Message string    `json:"message"`
	Remedy  string    `json:"remedy"`
	Causes  []whyJSON `json:"causes,omitempty"`
}

func newWhyJSON(p messages.Problem) whyJSON {
	return whyJSON{Code: p.Code, Message: p.Message, Remedy: p.Remedy}
}

// reasonOf is why a report says what it says about the connection; "" where it
// says nothing.
func reasonOf(r updater.Report) confirm.Reason {
	switch {
	case r.Judgement != nil:
		return r.Judgement.Reason
	case r.After != nil:
		return r.After.Reason
	}
	return ""
}

func (a *app) whyJSON(r updater.Report) *whyJSON {
	reason := reasonOf(r)
	if reason == "" {
		return nil
	}
	why := newWhyJSON(a.words.Verdict(a.language, reason))
	for _, proof := range []*confirm.Report{r.Fault, r.After} {
		for _, stack := range failures(proof) {
			why.Causes = append(why.Causes, newWhyJSON(a.cause(stack)))
		}
	}
	return &why
}

// failures are the stacks' attempts that failed, each cause once, in the order of
// the hosts.
func failures(r *confirm.Report) (all []confirm.StackProof) {
	if r == nil {
		return nil
	}
	for _, h := range r.Hosts {
		for _, s := range h.Stacks {
			said := slices.ContainsFunc(all, func(o confirm.StackProof) bool { return o.Cause == s.Cause && own(o) == own(s) })
			if s.OK != nil && !*s.OK && !said {
				all = append(all, s)
			}
		}
	}
	return all
}

// own says that a stack brought its TLS along: no setting of this PC, such as
// the tick of Internet Explorer, was in its way.
func own(s confirm.StackProof) bool { return s.Stack == manifest.StackGo }

// cause is what people are told about one stack's failure.
func (a *app) cause(s confirm.StackProof) messages.Problem {
	if own(s) && s.Cause == confirm.CauseTLSVersion {
		return a.words.Explain(a.language, transport.ErrTLSVersion)
	}
	return a.words.Cause(a.language, s.Cause)
}

// showConnection says what was proved, why not where it was not, and what to do
// about it.
func (s *session) showConnection(r updater.Report) {
	why := s.words.Verdict(s.language, reasonOf(r))
	judged := r.Judgement != nil && r.Err == nil
	if judged {
		fmt.Fprintln(s.Out, why.Message)
	}
	if r.After == nil {
		return
	}
	s.showProof(*r.After, r.Judgement == nil)
	if r.After.Verdict == confirm.Confirmed {
		return
	}
	told := !judged && explained(*r.After)
	if !judged && (!told || r.After.Reason != confirm.ReasonNetwork) {
		fmt.Fprintln(s.Out, why.Message)
	}
	if !told {
		fmt.Fprintln(s.Out, why.Remedy)
	}
}

// explained says that the causes have told what to do, and that the verdict only
// sums them up: a second remedy beside theirs would send people elsewhere.
func explained(r confirm.Report) bool {
	sums := []confirm.Reason{confirm.ReasonNetwork, confirm.ReasonProbeFails, confirm.ReasonWeakSuite}
	return len(failures(&r)) > 0 && slices.Contains(sums, r.Reason)
}

// showProof says in one sentence what was proved, with the evidence of it. What
// could not be asked is only said where that is all that was asked for.
func (s *session) showProof(r confirm.Report, alone bool) {
	key := map[confirm.Verdict]string{confirm.Confirmed: "confirmed", confirm.Partial: "confirmed-partial", confirm.Unreachable: "confirmed-not"}[r.Verdict]
	var hosts []string
	refused := len(r.Hosts) > 0
	for _, h := range r.Hosts {
		hosts = append(hosts, s.words.HostLine(s.language, h))
		refused = refused && h.OldTLSRefused != nil && *h.OldTLSRefused
	}
	s.sayln(key, "hosts", strings.Join(hosts, "; "))
	if refused {
		s.sayln("old-refused")
	}
	said := map[string]bool{}
	for _, h := range r.Hosts {
		s.showHost(h, alone, said)
	}
	// Where the neutral probe fails as well, the client is not what is to be mended.
	if alone && r.State.Probe == confirm.ProbeOK && r.SelfTest != nil && errors.Is(r.SelfTest.Err, confirm.ErrCannotConnect) {
		s.showProblem(r.SelfTest.Err)
	}
}

// showHost has one line for each stack that is not Go's, or that failed, and for
// what else is remarkable. Each remedy is said once.
func (s *session) showHost(h confirm.HostProof, alone bool, said map[string]bool) {
	name := messages.HostName(h)
	line := func(stack confirm.StackProof, facts string) {
		s.sayln("proof-line", "host", name, "stack", stackName(stack.Stack), "facts", facts)
	}
	for _, stack := range h.Stacks {
		switch {
		case stack.OK == nil:
			if alone {
				line(stack, s.words.Cause(s.language, stack.Cause).Message)
			}
		case *stack.OK:
			if stack.Stack != manifest.StackGo {
				line(stack, s.words.Facts(s.language, stack, ""))
			}
		default:
			why := s.cause(stack)
			line(stack, why.Message)
			if !said[why.Remedy] {
				fmt.Fprintln(s.Out, why.Remedy)
			}
			said[why.Remedy] = true
			if stack.Cause == confirm.CauseUnknownRoot && stack.Issuer != "" && h.Interceptor == "" {
				s.sayln("proof-issuer", "host", name, "issuer", stack.Issuer)
			}
			if slices.Contains(stack.Notes, confirm.NoteIncompleteChain) {
				s.sayln("proof-incomplete", "host", name)
			}
			fmt.Fprintln(s.Err, s.say("detail", "detail", stack.Error))
		}
	}
	if h.RefuseOld && (h.OldTLSRefused == nil || !*h.OldTLSRefused) {
		key := "proof-old-accepted"
		if h.OldTLSRefused == nil {
			key = "proof-old-unseen"
		}
		s.sayln(key, "host", name)
	}
	if h.Interceptor != "" {
		s.sayln("proof-intercepted", "host", name, "name", h.Interceptor)
	}
	if h.ClockSkew != nil && math.Abs(*h.ClockSkew) > confirm.MaxSkew.Seconds() {
		s.sayln("proof-clock", "host", name, "span", s.span(time.Duration(math.Abs(*h.ClockSkew)*float64(time.Second))))
	}
}

// span is how far a clock is off, as people say it.
func (a *app) span(off time.Duration) string {
	const day = 24 * time.Hour
	for _, unit := range []struct {
		key string
		of  time.Duration
	}{{"span-days", day}, {"span-hours", time.Hour}} {
		if off >= 2*unit.of {
			return a.say(unit.key, "count", int(off.Round(unit.of)/unit.of))
		}
	}
	return a.say("span-minutes", "count", int(off.Round(time.Minute)/time.Minute))
}

// stackName is a stack as its makers write it.
func stackName(stack manifest.Stack) string {
	names := map[manifest.Stack]string{manifest.StackGo: "koshin", manifest.StackWinINet: "WinINet", manifest.StackWinHTTP: "WinHTTP"}
	if name, ok := names[stack]; ok {
		return name
	}
	return string(stack)
}
