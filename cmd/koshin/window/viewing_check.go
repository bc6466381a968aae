package window

import (
	"strconv"

	"github.com/koshin-updater/koshin/cmd/internal/exitcode"
	"github.com/koshin-updater/koshin/cmd/internal/messages"
	"github.com/koshin-updater/koshin/installer"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater"
)

func (m Model) viewChecked(v *View) {
	if m.err != nil {
		m.viewProblem(v, m.words.explain(m.err), "window-not-checked", true)
		return
	}
	worst := m.strongest()
	switch s := stateOf(worst); s {
	case stateTrouble:
		m.viewProblem(v, m.words.explain(worst.Err), "window-not-checked", false)
		return
	case stateNoBuild:
		v.Mood, v.Headline = Trouble, m.words.say("window-no-build")
		v.Buttons = m.buttons(Check, SaveReport, Close)
		return
	default:
		v.Mood, v.Headline = m.words.headline(s)
	}
	may, wait := false, false
	for _, f := range m.findings {
		update, _ := mayUpdate(f)
		may, wait = may || update, wait || mayWait(f)
	}
	switch {
	case may && wait:
		v.Buttons = m.buttons(Update, Later, Close)
	case may:
		v.Buttons = m.buttons(Update, Check, Close)
	case stateOf(worst) >= stateWaits:
		v.Buttons = m.buttons(Check, Close)
	default:
		v.Buttons = m.buttons(Close, Check)
	}
}

func (w Words) headline(s state) (Mood, string) {
	switch s {
	case stateDelegated:
		return Fine, w.say("window-nothing-to-do")
	case stateCurrent:
		return Fine, w.say("check-current-no-floor")
	case stateWaits:
		return Notice, w.say("result-deferred")
	case stateUpdate:
		return Notice, w.say("window-available")
	case stateRestart:
		return Notice, w.say("window-restart")
	}
	return Notice, w.say("window-required")
}

// short says whether a sentence may stand in large letters on two lines.
func short(text string) bool { return len([]rune(text)) <= 60 }

// explained is what to do about a problem, below its own sentence or, where
// that is too long to be the headline, behind it.
func (w Words) explained(p messages.Problem) string {
	if short(plain(p.Message, maxText)) {
		return plain(p.Remedy, maxText)
	}
	return w.sentences(plain(p.Message, maxText), plain(p.Remedy, maxText))
}

// viewProblem shows what is wrong. Where its product does not say so (alone), the
// details have what to do about it; long is the headline for a long sentence.
func (m Model) viewProblem(v *View, p messages.Problem, long string, alone bool) {
	w := m.words
	v.Mood = Trouble
	v.Headline = plain(p.Message, maxText)
	if !short(v.Headline) {
		v.Headline = w.say(long)
	}
	if alone {
		v.Details = append(v.Details, w.explained(p))
	}
	switch p.Exit {
	case exitcode.Busy:
		v.Mood = Notice
		if m.joins() {
			v.Details = append(v.Details, w.say("window-join"))
			v.Buttons = m.buttons(Update, Check, Close)
			return
		}
		v.Buttons = m.buttons(Check, Close)
		return
	case exitcode.Refused:
		v.Details = append(v.Details, w.say("window-still-works"))
	}
	if m.diagnose(v) {
		v.Buttons = m.buttons(Fix, Check, SaveReport, Close)
		return
	}
	v.Buttons = m.buttons(Check, SaveReport, Close)
}

// product is what was found about a client. next is what happens next where that
// does not follow from it; "" where it does.
func (w Words) product(f updater.Finding, next string) Product {
	d := f.Decision
	p := Product{Name: w.title(f.Title, f.Product.ID), Lines: w.versions(f), Next: next}
	if d.Target != nil && f.Err == nil {
		p.Lines = append(p.Lines, Line{w.say("window-download"), megabytes(d.Target.Package.Size)})
		if notes := plain(w.text(d.Target.Build.Notes), maxText); notes != "" {
			p.Lines = append(p.Lines, Line{w.say("window-notes"), notes})
		}
	}
	if p.Next == "" {
		p.Next = w.next(f)
	}
	return p
}

// versions are a client's version, whether it is TLS-ready, and the newest.
func (w Words) versions(f updater.Finding) []Line {
	installed := f.Installed.Version.String()
	switch {
	case absent(f):
		installed = w.say("check-not-installed")
	case f.Installed.Version.IsZero():
		installed = w.say("check-unknown")
	}
	lines := []Line{{w.say("window-installed"), installed}}
	if f.Decision.Ready != nil {
		lines = append(lines, Line{w.say("window-tls"), w.say("window-tls-" + strconv.FormatBool(*f.Decision.Ready))})
	}
	if f.Floor != nil {
		lines = append(lines, Line{w.say("window-floor"), w.say("window-since", "version", f.Floor.Version, "day", messages.Day(w.Language, f.Floor.Since))})
	}
	if latest := f.Decision.Latest; !latest.IsZero() {
		lines = append(lines, Line{w.say("window-latest"), latest.String()})
	}
	return lines
}

// installedAs is the finding after this version was put into place.
func installedAs(f updater.Finding, v manifest.Version) updater.Finding {
	f.Installed = installer.Installed{State: installer.Recorded, Version: v}
	f.Decision.Target, f.Decision.Gates = nil, nil
	if f.Floor != nil {
		ready := !v.Less(f.Floor.Version)
		f.Decision.Ready = &ready
	}
	return f
}
