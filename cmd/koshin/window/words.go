package window

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/koshin-updater/koshin/cmd/internal/messages"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater"
)

// Words says the sentences of the catalogue in one language.
type Words struct {
	Catalogue *messages.Catalogue
	Language  messages.Language
}

func (w Words) say(key string, args ...any) string { return w.Catalogue.Say(w.Language, key, args...) }

func (w Words) note(n updater.Note) string { return w.Catalogue.Note(w.Language, n) }

func (w Words) text(t manifest.Text) string {
	if w.Language == messages.Japanese {
		return t.JA
	}
	return t.EN
}

// title is a product's name, or its id where nothing is known of it.
func (w Words) title(t manifest.Text, id manifest.ProductID) string {
	if text := plain(w.text(t), maxName); text != "" {
		return text
	}
	return string(id)
}

// left is a length of time as people count it down: whole minutes, rounded up.
func (w Words) left(d time.Duration) string {
	minutes := int((d + time.Minute - 1) / time.Minute)
	switch hours := minutes / 60; {
	case hours >= 48:
		return w.say("left-days", "days", hours/24, "hours", hours%24)
	case hours > 0:
		return w.say("left-hours", "hours", hours, "minutes", minutes%60)
	}
	return w.say("window-minutes", "minutes", minutes)
}

// The longest that a name and a text from outside may be in the window. Notes
// of a release are some lines; what is longer belongs on a page of its own.
const (
	maxName = 60
	maxText = 600
)

// plain is a text from outside as it may stand in a window: no control character
// but a line break, nothing that steers in which direction others are read, and
// not longer than limit characters.
func plain(text string, limit int) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t':
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	if runes := []rune(strings.TrimSpace(text)); len(runes) > limit {
		return string(runes[:limit-1]) + "…"
	}
	return strings.TrimSpace(text)
}

func megabytes(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }
