package window

import (
	"strings"

	"github.com/koshin-updater/koshin/cmd/internal/messages"
	"github.com/koshin-updater/koshin/updater"
)

// next is what happens next with one product, and why, in a sentence or two.
func (w Words) next(f updater.Finding) string {
	var said []string
	if f.Err != nil {
		return w.explained(w.explain(f.Err))
	}
	if about, ok := updater.About(f.Installed); ok {
		said = append(said, plain(w.note(about), maxText))
	}
	if e := f.Decision.Ending; e != nil {
		key := "check-works-until"
		if e.Days == 0 {
			key = "check-works-today"
		}
		said = append(said, w.say(key, "day", messages.Day(w.Language, e.LastDay), "days", e.Days))
	}
	if f.Owed != nil {
		return w.sentences(append(said, w.say("check-restart", "version", f.Owed.Version), w.say("window-restart-or"))...)
	}
	return w.sentences(append(said, w.byAction(f)...)...)
}

func (w Words) byAction(f updater.Finding) []string {
	d := f.Decision
	notReady := d.Ready != nil && !*d.Ready
	switch d.Action {
	case updater.ActDelegated:
		return []string{w.say("check-delegated")}
	case updater.ActNone:
		switch {
		case d.Required:
			return []string{w.say("check-below-none")}
		case d.Ready == nil:
			return []string{w.say("window-current")}
		}
		return []string{w.say("check-current"), w.say("window-current-next")}
	case updater.ActUpdate, updater.ActRequired:
		var said []string
		if notReady {
			said = append(said, w.say("check-not-ready"))
		}
		key := "window-update-next"
		if f.Installed.Version.IsZero() {
			key = "window-install-next"
		}
		return append(said, w.say(key, "version", d.Target.Build.Version))
	}
	var said []string
	if notReady {
		said = append(said, w.say("check-not-ready"))
	}
	return append(said, w.waits(f)...)
}

// waits says why an update waits, until when, and what would change that.
func (w Words) waits(f updater.Finding) (said []string) {
	for _, g := range closed(f.Decision) {
		reason := g.Reason
		if g.Name == updater.BusyLease {
			reason.Key = "window-busy" // the terminal's names the command
		}
		said = append(said, plain(w.note(reason), maxText))
		if !g.Until.IsZero() && g.Name == updater.ClaimWindow {
			said = append(said, w.say("window-until", "left", w.left(g.Until.Sub(f.Decision.At))))
		}
	}
	if may, leased := mayUpdate(f); may && !leased {
		said = append(said, w.say("window-outage"))
	}
	return said
}

// sentences are put one after the other as each language does it.
func (w Words) sentences(all ...string) string {
	if w.Language == messages.Japanese {
		return strings.Join(all, "")
	}
	return strings.Join(all, " ")
}
