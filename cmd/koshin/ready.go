package main

import (
	"context"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"github.com/koshin-updater/koshin/cmd/internal/messages"
	"github.com/koshin-updater/koshin/updater"
	"github.com/koshin-updater/koshin/updater/readiness"
)

// How long a run waits for the folder of reports. Nobody sits before a daily
// run; an operator at home, whose server is in the office, does wait.
const (
	patience      = 30 * time.Second
	shortPatience = 5 * time.Second
)

// reporting is onPC for a verb after which this PC's document in the folder of
// reports is no longer true.
func (a *app) reporting(do func(context.Context, *session) error) func(*cobra.Command, []string) error {
	return a.onPC(func(ctx context.Context, s *session) error {
		a.atEnd = s.report
		return do(ctx, s)
	})
}

// report writes this PC's document into the folder of reports. That it cannot be
// reached is no failure of the run, which may have been the very one that made
// this PC ready: the log says it, and the next run tries again.
func (s *session) report(ctx context.Context) {
	folder := s.config.ReportFolder()
	if folder == "" {
		return
	}
	products, err := s.updater.Select(nil)
	if err == nil {
		within := shortPatience
		if s.ended != nil {
			within = patience
		}
		err = readiness.Put(ctx, folder, s.document(s.updater.Status(ctx, products)), within)
	}
	if err != nil {
		s.log.WarnContext(ctx, "this PC's state was not reported", "folder", folder, "error", err)
	}
}

// document is how this PC is doing, without a word about who works here.
func (s *session) document(statuses []updater.Status) readiness.Document {
	d := readiness.Document{
		Schema: readiness.Schema, Written: time.Now().UTC().Truncate(time.Second),
		Installation: s.updater.Installation(), Koshin: version, System: system(),
		Submission: string(s.config.Submission), Products: []readiness.Product{},
	}
	if name, err := s.machine.computer(); err == nil {
		d.Computer = name
	}
	if last, err := s.updater.LastRun(); err == nil && last != nil {
		d.LastRun = &readiness.Run{Time: last.Time.UTC(), Code: last.Code}
	}
	for _, st := range statuses {
		d.Products = append(d.Products, s.productDocument(st))
	}
	return d
}

func system() string {
	text := runtime.GOOS + "/" + runtime.GOARCH
	if v := updater.OSVersion(); !v.IsZero() {
		text += " " + v.String()
	}
	return text
}

func (s *session) productDocument(st updater.Status) readiness.Product {
	p := readiness.Product{
		Product: st.Product.ID, Title: st.Title, Channel: st.Product.Channel, State: string(st.Installed.State),
		Installed: versionJSON(st.Installed.Version), Previous: versionJSON(st.Previous), Floor: versionJSON(st.Floor),
		TLSReady: st.Ready, Held: []string{},
	}
	for _, h := range st.Holds {
		p.Held = append(p.Held, h.Version.String())
	}
	if st.Owed != nil {
		p.Restart = &readiness.Restart{Version: st.Owed.Version.String(), Since: st.Owed.Since.UTC()}
	}
	if st.Err != nil {
		p.Error = &readiness.Fault{Code: s.words.Explain(s.language, st.Err).Code}
	}
	if d := st.Lately.Decided; d != nil {
		p.Latest = versionJSON(d.Latest)
		if d.Installed.Equal(st.Installed.Version) {
			p.Decided = decided(*d)
		}
	}
	if c := st.Lately.Confirmed; c != nil {
		p.Confirmed = &readiness.Confirmed{Time: c.Time.UTC(), Verdict: string(c.Verdict), Reason: string(c.Reason)}
	}
	if e := st.Lately.Ended; e != nil {
		p.Ended = &readiness.Ended{Time: e.Time.UTC(), Verb: e.Verb, Outcome: string(e.Outcome), Error: e.Error}
	}
	return p
}

func decided(d updater.LatelyDecided) *readiness.Decided {
	one := &readiness.Decided{Time: d.Time.UTC(), Action: string(d.Action), WorksUntil: d.LastDay, Gates: []readiness.Gate{}}
	for _, g := range d.Gates {
		gate := readiness.Gate{Name: string(g.Name), Verdict: string(g.Verdict)}
		if !g.Until.IsZero() {
			until := g.Until.UTC()
			gate.Until = &until
		}
		one.Gates = append(one.Gates, gate)
	}
	return one
}

// codeOf is an error's code, and "" for none.
func (a *app) codeOf(err error) string {
	if err == nil {
		return ""
	}
	return a.words.Explain(messages.English, err).Code
}
