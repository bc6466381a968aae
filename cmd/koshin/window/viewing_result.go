package window

import (
	"errors"
	"slices"
	"strings"

	"github.com/koshin-updater/koshin/cmd/internal/exitcode"
	"github.com/koshin-updater/koshin/cmd/internal/messages"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater"
	"github.com/koshin-updater/koshin/updater/confirm"
	"github.com/koshin-updater/koshin/updater/doctor/mend"
)

func (m Model) viewEnded(v *View) {
	w := m.words
	switch {
	case m.err != nil:
		m.viewProblem(v, w.explain(m.err), "window-not-updated", true)
		next := w.say("window-not-begun")
		if m.run.begun {
			next = w.say("window-cut-off")
		}
		for _, f := range m.findings {
			v.Products = append(v.Products, w.product(f, next))
		}
		return
	case m.result.Error != nil:
		m.viewProblem(v, w.fault(*m.result.Error), "window-not-updated", true)
		return
	}
	worst := m.result.strongest()
	m.viewProducts(v)
	fixable := false
	switch end := worst.end(); end {
	case endNothing:
		v.Mood, v.Headline = Fine, w.say("check-current-no-floor")
	case endGood:
		v.Mood, v.Headline = Fine, w.say("window-confirmed")
	case endWaits:
		v.Mood, v.Headline = Notice, w.say("result-deferred")
	case endRestart:
		v.Mood, v.Headline = Notice, w.say("window-restart")
	case endPartly:
		v.Mood, v.Headline = Notice, w.say("window-partly")
	case endUnconfirmed:
		v.Mood, v.Headline = Trouble, w.say("window-unconfirmed")
	case endBack:
		v.Mood, v.Headline = Trouble, w.say("window-rolled-back")
		if worst.From.IsZero() {
			v.Headline = w.say("window-removed")
		}
	case endFailed, endRefused:
		m.viewProblem(v, w.problemOf(worst), "window-not-updated", false)
		return
	}
	v.Details = append(v.Details, w.proof(worst)...)
	if end := worst.end(); end == endPartly || end == endUnconfirmed {
		fixable = m.diagnose(v)
	}
	switch end := worst.end(); {
	case fixable:
		v.Buttons = m.buttons(Fix, Check, SaveReport, Close)
	case end >= endPartly:
		v.Buttons = m.buttons(Check, SaveReport, Close)
	default:
		v.Buttons = m.buttons(Close, Check)
	}
}

// viewProducts shows each product as it stands after the run, or as it was found.
func (m Model) viewProducts(v *View) {
	w := m.words
	left := m.findings
	for _, p := range m.result.shown() {
		f := m.of(p.Product)
		left = without(left, p.Product)
		if p.Outcome == updater.Updated || p.Outcome == updater.UpToDate {
			f = installedAs(f, p.To)
		}
		v.Products = append(v.Products, w.product(f, w.became(p)))
	}
	for _, f := range left {
		next := ""
		if f.Err != nil && m.diagnosis != nil && m.diagnosis.Failed() { // which says more than the error
			next = w.say("window-see-cause")
		}
		v.Products = append(v.Products, w.product(f, next))
	}
}

func without(all []updater.Finding, id manifest.ProductID) []updater.Finding {
	return slices.DeleteFunc(slices.Clone(all), func(f updater.Finding) bool { return f.Product.ID == id })
}

// became is what happened to a product, and what happens next.
func (w Words) became(p ProductResult) string {
	args := []any{"from", w.orNothing(p.From.String()), "to", w.orNothing(p.To.String())}
	switch p.end() {
	case endFailed, endRefused:
		return w.explained(w.problemOf(p))
	case endRestart:
		key := "window-restart-" + string(p.Restart.Reason)
		said := []string{w.say(key, args...)}
		if p.Restart.UsedBy != "" {
			said = append(said, w.say("restart-used-by", "programs", plain(p.Restart.UsedBy, maxText)))
		}
		return w.sentences(said...)
	case endBack:
		if p.From.IsZero() {
			return w.say("result-removed", args...)
		}
		return w.sentences(w.say("result-rolled-back", args...), w.say("window-back-next"))
	case endWaits:
		return w.say("result-deferred")
	case endNothing:
		return w.say("result-up-to-date", args...)
	}
	key := "result-updated"
	switch {
	case p.Outcome != updater.Updated:
		key = "result-up-to-date"
	case p.From.IsZero():
		key = "result-installed"
	}
	if end := p.end(); end == endPartly || end == endUnconfirmed {
		return w.sentences(w.say(key, args...), w.say("window-confirm-next"))
	}
	return w.say(key, args...)
}

// proof says in one sentence what was proved about the connection, and what else
// the run left.
func (w Words) proof(p ProductResult) (said []string) {
	if p.end() == endBack && p.Reason != "" {
		why := w.Catalogue.Verdict(w.Language, p.Reason)
		said = append(said, w.sentences(why.Message, why.Remedy))
	}
	if c := p.Confirm; c != nil {
		key := map[confirm.Verdict]string{confirm.Confirmed: "confirmed", confirm.Partial: "confirmed-partial", confirm.Unreachable: "confirmed-not"}[c.Verdict]
		var hosts []string
		refused := len(c.Hosts) > 0
		for _, h := range c.Hosts {
			hosts = append(hosts, w.Catalogue.HostLine(w.Language, h))
			refused = refused && h.OldTLSRefused != nil && *h.OldTLSRefused
		}
		sentence := []string{plain(w.say(key, "hosts", strings.Join(hosts, "; ")), maxText)}
		if refused {
			sentence = append(sentence, w.say("old-refused"))
		}
		said = append(said, w.sentences(sentence...))
	}
	if p.Snapshot != "" {
		said = append(said, plain(w.say("snapshot", "path", p.Snapshot), maxText))
	}
	for _, n := range p.Notes {
		said = append(said, plain(n, maxText))
	}
	return said
}

func (w Words) orNothing(v string) string {
	if v == "" {
		return w.say("nothing")
	}
	return v
}

// problemOf is why a product's update failed.
func (w Words) problemOf(p ProductResult) messages.Problem {
	if p.Error == nil {
		return w.fault(Fault{Code: "unexpected"})
	}
	return w.fault(*p.Error)
}

// fault is a problem as the run told it, in the window's language where that has
// all the words.
func (w Words) fault(f Fault) messages.Problem {
	p := w.Catalogue.ByCode(w.Language, f.Code)
	if p.Message == "" {
		p.Message = f.Message
	}
	if p.Remedy == "" {
		p.Remedy = f.Remedy
	}
	return w.advised(p)
}

// explain has the words for an error.
func (w Words) explain(err error) messages.Problem {
	p := w.Catalogue.Explain(w.Language, err)
	if errors.Is(err, ErrNoWay) {
		p.Exit, p.Message, p.Remedy = exitcode.NotAdmin, w.say("window-no-way"), w.say("window-no-way-remedy")
		return p
	}
	return w.advised(p)
}

// advised turns advice for a terminal into advice for whoever looks at a window,
// who types no commands and is no administrator.
func (w Words) advised(p messages.Problem) messages.Problem {
	switch {
	case p.Exit == exitcode.NotAdmin:
		p.Remedy = w.say("window-ask-administrator")
	case strings.Contains(p.Remedy, "koshin ") || strings.Contains(p.Remedy, "--"):
		p.Remedy = w.say("window-ask-to", "remedy", p.Remedy)
	}
	return p
}

// problem is an error in words: what happened, and what to do about it.
func (w Words) problem(err error) []string {
	p := w.explain(err)
	return []string{plain(p.Message, maxText), plain(p.Remedy, maxText)}
}

// mended says what was changed, and which browsers must be restarted.
func (w Words) mended(r mend.Result) []string {
	said := []string{w.say("window-mended")}
	inEdge, alone := false, false
	for _, one := range r.Open {
		inEdge, alone = inEdge || one.InEdge, alone || !one.InEdge
	}
	if alone {
		said = append(said, w.say("mend-explorer-open"))
	}
	if inEdge {
		said = append(said, w.say("mend-edge-open"))
	}
	return said
}
