package main

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/koshin-updater/koshin/cmd/internal/messages"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/audit"
	"github.com/koshin-updater/koshin/updater/confirm"
	"github.com/koshin-updater/koshin/updater/doctor"
	"github.com/koshin-updater/koshin/updater/doctor/report"
	"github.com/koshin-updater/koshin/updater/redact"
)

// lastLines is how many events of the audit trail a help desk wants to see:
// about two weeks of daily runs.
const lastLines = 20

// newReport refuses a file that is there before an examination of many seconds
// is made for it.
func newReport(file string) error {
	if file == "" {
		return nil
	}
	if _, err := os.Lstat(file); err == nil {
		return usageError{fmt.Errorf("%s exists already; nothing is overwritten", file)}
	}
	return nil
}

// saveDiagnosis writes the examination as one HTML file for the help desk.
func (a *app) saveDiagnosis(file string, d doctor.Diagnosis) error {
	page := a.diagnosisPage(d, time.Now())
	words := report.Words{Say: a.inBoth, Mask: redact.System().Text}
	if err := writeFresh(file, func(w io.Writer) error { return report.Write(w, page, words) }); err != nil {
		return err
	}
	if !a.json && !a.quiet {
		fmt.Fprintln(a.Err, a.say("doctor-saved", "file", file))
	}
	return nil
}

func (a *app) inBoth(key string, args ...any) manifest.Text {
	return manifest.Text{JA: a.words.Say(messages.Japanese, key, args...), EN: a.words.Say(messages.English, key, args...)}
}

// both is a sentence that depends on the language it is said in.
func both(say func(messages.Language) string) manifest.Text {
	return manifest.Text{JA: say(messages.Japanese), EN: say(messages.English)}
}

func (a *app) diagnosisPage(d doctor.Diagnosis, now time.Time) report.Page {
	p := report.Page{Made: now, Result: a.reportResult(d), History: a.reportHistory()}
	for _, f := range d.Findings {
		p.Findings = append(p.Findings, a.reportFinding(d, f))
	}
	for _, h := range d.Hosts {
		p.Hosts = append(p.Hosts, a.reportHost(h))
	}
	p.About = []report.Fact{
		{Name: report.Same("koshin"), Value: report.Same(strings.TrimSpace(version + " " + buildTime))},
		{Name: report.Same("Go"), Value: report.Same(runtime.Version())},
		{Name: a.inBoth("report-system"), Value: report.Same(runtime.GOOS + "/" + runtime.GOARCH)},
	}
	return p
}

func (a *app) reportResult(d doctor.Diagnosis) report.Result {
	switch {
	case d.Failed():
		f := d.Of(d.RootCause)
		name := a.checkName(f.Check)
		return report.Result{
			Verdict:  report.Fail,
			Headline: manifest.Text{JA: a.inBoth("doctor-root", "check", name.JA).JA, EN: a.inBoth("doctor-root", "check", name.EN).EN},
			Finding:  a.words.FindingInBoth(f), Remedy: a.words.CureInBoth(f),
		}
	case d.Complete():
		return report.Result{Verdict: report.OK, Headline: a.inBoth("doctor-healthy")}
	}
	return report.Result{Verdict: report.Unknown, Headline: a.inBoth("doctor-healthy-partly")}
}

func (a *app) checkName(c doctor.Check) manifest.Text {
	return both(func(l messages.Language) string { return a.words.CheckName(l, c) })
}

func (a *app) reportFinding(d doctor.Diagnosis, f doctor.Finding) report.Finding {
	one := report.Finding{
		Name: a.checkName(f.Check), Verdict: report.Verdict(f.Verdict), Finding: a.words.FindingInBoth(f),
		Fixable: f.Fixable, Root: d.Failed() && f.Check == d.RootCause,
	}
	if f.Verdict != doctor.OK {
		one.Remedy = a.words.CureInBoth(f)
	}
	if f.CausedBy != "" {
		one.CausedBy = a.checkName(f.CausedBy)
	}
	for _, s := range f.Stacks {
		one.Stacks = append(one.Stacks, string(s))
	}
	for i, fact := range f.Evidence {
		if i == 0 || fact.Of != f.Evidence[i-1].Of {
			one.Evidence = append(one.Evidence, report.Group{Of: fact.Of})
		}
		group := &one.Evidence[len(one.Evidence)-1]
		group.Facts = append(group.Facts, report.Fact{
			Name:  both(func(l messages.Language) string { return a.words.FactName(l, fact) }),
			Value: both(func(l messages.Language) string { return a.words.FactValue(l, fact) }),
		})
	}
	return one
}

func (a *app) reportHost(h confirm.HostProof) report.Host {
	host := report.Host{URL: h.URL}
	fact := func(key string, value manifest.Text) {
		if value.JA != "" {
			host.Facts = append(host.Facts, report.Fact{Name: a.inBoth("report-" + key), Value: value})
		}
	}
	fact("ip", report.Same(h.IP))
	fact("proxy", report.Same(h.Proxy))
	fact("interceptor", report.Same(h.Interceptor))
	if h.ClockSkew != nil {
		fact("skew", report.Same(fmt.Sprintf("%+.0f s", *h.ClockSkew)))
	}
	for _, old := range h.OldTLS {
		host.Facts = append(host.Facts, report.Fact{Name: report.Same(old.TLS), Value: a.inBoth("report-old-" + string(old.Outcome)), Said: old.Evidence})
	}
	for _, s := range h.Stacks {
		host.Stacks = append(host.Stacks, a.reportStack(s))
		if s.OnlyTLS12 != nil {
			only := a.reportStack(*s.OnlyTLS12)
			only.Name = a.inBoth("report-only-" + string(s.Stack))
			host.Stacks = append(host.Stacks, only)
		}
	}
	return host
}

func (a *app) reportStack(s confirm.StackProof) report.Stack {
	one := report.Stack{
		Name: a.inBoth("report-stack-" + string(s.Stack)), Verdict: report.Unknown,
		TLS: s.TLS, Suite: s.Suite, Issuer: s.Issuer, Root: s.Root, Error: s.Error, Chain: s.ChainSHA256,
	}
	if s.OK != nil {
		one.Verdict = report.Fail
		if *s.OK {
			one.Verdict = report.OK
		}
		one.Seconds = fmt.Sprintf("%.3f", s.Elapsed)
	}
	if s.Status != 0 {
		one.Status = fmt.Sprintf("HTTP %d", s.Status)
	}
	if s.Cause != "" {
		one.Why = both(func(l messages.Language) string { return a.words.Cause(l, s.Cause).Message })
	}
	for _, n := range s.Notes {
		one.Notes = append(one.Notes, both(func(l messages.Language) string { return a.words.ProofNote(l, n) }))
	}
	return one
}

// reportHistory is the end of the audit trail; of a PC that has none, or whose
// configuration cannot be used, nothing.
func (a *app) reportHistory() report.History {
	s, err := a.open()
	if err != nil {
		return report.History{}
	}
	defer s.close()
	var h report.History
	summary, err := s.updater.History(nil, func(r audit.Record) {
		if len(h.Lines) == lastLines {
			h.Lines = h.Lines[1:]
		}
		h.Lines = append(h.Lines, report.Line{
			Seq: r.Seq, Time: r.Time, Product: r.Product, From: r.From, To: r.To,
			Verb: a.reportWord("verb", r.Verb), Outcome: a.reportWord("outcome", r.Outcome),
		})
	})
	if err != nil {
		h.Broken = both(func(l messages.Language) string { return s.words.Explain(l, err).Message })
	}
	slices.Reverse(h.Lines)
	h.Count, h.Head = summary.Lines, summary.Head
	return h
}

// reportWord is the word for a verb or an outcome of the trail; one that a later
// koshin wrote is itself.
func (a *app) reportWord(kind, word string) manifest.Text {
	key := "report-" + kind + "-" + word
	if text := a.inBoth(key); text.JA != key {
		return text
	}
	return report.Same(word)
}
