package window

import (
	"github.com/koshin-updater/koshin/cmd/internal/messages"
)

// View is what is to be seen now.
func (m Model) View() View {
	v := View{Title: m.words.say("window-title"), Hidden: m.hidden}
	switch m.at {
	case checking:
		v.Mood, v.Headline = Working, m.words.say("window-checking")
		v.Progress = &Progress{Percent: -1, Text: m.words.say("phase-trust")}
		v.Buttons = m.buttons(Close)
	case checked:
		m.viewChecked(&v)
	case working:
		m.viewWorking(&v)
	case ended:
		m.viewEnded(&v)
	case postponing:
		v.Mood, v.Headline = Question, m.words.say("window-how-long")
		v.Details = []string{m.words.say("window-how-long-bound")}
		v.Buttons = m.buttons(LaterShort, LaterLong, LaterToday, Back)
	case mending:
		v.Mood, v.Headline = Question, m.words.say("ask-fix")
		v.Details = []string{m.words.say("window-fix-what")}
		v.Buttons = m.buttons(FixYes, Back)
	case mendSSL2:
		v.Mood, v.Headline = Question, m.words.say("ask-ssl2")
		v.Buttons = m.buttons(ClearSSL2, KeepSSL2, Back)
	case fixing:
		v.Mood, v.Headline = Working, m.words.say("window-fixing")
		v.Progress = &Progress{Percent: -1, Text: m.words.say("window-fixing")}
		v.Buttons = m.buttons(Close)
	}
	if v.Products == nil {
		m.viewProducts(&v)
	}
	v.Details = append(v.Details, m.said...)
	return v
}

func (m Model) viewWorking(v *View) {
	w := m.words
	v.Mood, v.Headline = Working, w.say("window-requested")
	if m.run.begun {
		v.Headline = w.say("window-updating", "title", w.title(m.of(m.run.of()).Title, m.run.of()))
	}
	v.Progress = w.bar(m.run)
	if m.run.open {
		v.HoldShutdown = w.say("window-hold-shutdown")
	}
	for _, f := range m.findings {
		v.Products = append(v.Products, w.product(f, w.say("window-goes-on")))
	}
	v.Buttons = m.buttons(Close)
}

// diagnose adds what stops this PC, how to mend it and, where koshin can, that.
func (m Model) diagnose(v *View) (fixable bool) {
	w := m.words
	switch {
	case m.examining:
		v.Progress = &Progress{Percent: -1, Text: w.say("window-examining")}
	case m.diagnosis == nil:
	case m.diagnosis.Failed():
		f := m.diagnosis.Of(m.diagnosis.RootCause)
		v.Details = append(v.Details,
			w.say("doctor-root", "check", w.Catalogue.CheckName(w.Language, f.Check)),
			plain(w.Catalogue.Finding(w.Language, f), maxText),
			w.say("doctor-remedy", "remedy", plain(w.Catalogue.Cure(w.Language, f), maxText)))
		if f.Fixable && !m.cannotFix {
			v.Details = append(v.Details, w.say("window-fix-or"))
		}
		return f.Fixable && !m.cannotFix
	case m.diagnosis.Complete():
		v.Details = append(v.Details, w.say("doctor-healthy"), w.say("window-ask-help-desk"))
	default:
		v.Details = append(v.Details, w.say("doctor-healthy-partly"), w.say("window-ask-help-desk"))
	}
	return false
}

// buttons are these, in this order; the first of them answers the Enter key.
func (m Model) buttons(actions ...Action) (all []Button) {
	for i, a := range actions {
		b := Button{Action: a, Label: m.words.label(a), Default: i == 0, Enabled: true}
		if a == SaveReport && m.saving || a == Fix && m.examining {
			b.Enabled = false
		}
		all = append(all, b)
	}
	return all
}

// label is a button's text with its access key: 今すぐ更新する(&U), &Update now.
func (w Words) label(a Action) string {
	text := w.say("window-button-" + string(a))
	if w.Language == messages.Japanese {
		return text + "(&" + accessKey(a) + ")"
	}
	return text
}

// accessKey is the letter that presses a button where its text has none of the
// Latin alphabet.
func accessKey(a Action) string {
	return map[Action]string{
		Check: "C", Update: "U", Later: "L", Fix: "F", SaveReport: "S", Close: "X",
		LaterShort: "2", LaterLong: "4", LaterToday: "T", FixYes: "Y", ClearSSL2: "D", KeepSSL2: "K", Back: "B",
	}[a]
}
