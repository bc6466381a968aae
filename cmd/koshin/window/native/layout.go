package native

import (
	"strings"

	"github.com/koshin-updater/koshin/cmd/koshin/window"
)

// Lengths in the pixels of a screen of 96 dots an inch, which Windows calls 100 %.
// Sizes of buttons and gaps are those of Windows' own dialogs.
const (
	windowWidth  = 600
	leastHeight  = 220 // of the client area: a sentence alone is a window too
	margin       = 20
	iconSize     = 32
	gap          = 8  // between things of one kind
	wideGap      = 16 // between things of two kinds
	buttonWidth  = 88 // at least
	buttonHeight = 28
	buttonInside = 14 // between the words of a button and its edge
	barHeight    = 15
	leastPane    = 48 // what is left to read in where buttons take the screen
)

// font is one of the three in which the window speaks.
type font int

const (
	regular  font = iota // of messages, as the user has set it
	strong               // the same, bold
	headline             // the same, larger
)

// kind is which control of the system a part is.
type kind int

const (
	icon kind = iota
	text
	rule // a line between two products
	bar
	button
)

type size struct{ w, h int }

type rect struct{ x, y, w, h int }

func (r rect) right() int  { return r.x + r.w }
func (r rect) bottom() int { return r.y + r.h }

// part is one control, and where it stands.
type part struct {
	key  string // the same thing from one view to the next keeps its control
	kind kind
	font font
	text string
	at   rect
}

// plan is a whole window. The pane is scrolled where its content is higher.
type plan struct {
	size    size // of the client area
	pane    rect
	content int    // height of what the pane shows
	inside  []part // the pane's, placed in its content
	below   []part // the progress, always in sight
	band    rect   // the strip that the buttons stand on
	buttons []part // as the view's
}

// screen is what a window has to stand in.
type screen struct {
	dpi       int
	room      size // for the client area, at most
	least     int  // the height of the client area, so that it does not jump
	scrollbar int  // its width
}

func (s screen) px(n int) int { return (n*s.dpi + 48) / 96 }

// measure says how much room a text takes that is broken at a width; 0 is for one
// line, however long.
type measure func(f font, text string, width int) size

// layout places everything that a view shows. It is the same on every system;
// what a text measures is asked of the one that draws it.
func layout(v window.View, s screen, m measure) plan {
	l := layouter{screen: s, measure: m}
	width := min(s.px(windowWidth), s.room.w)
	foot := l.buttons(v.Buttons, width)
	below := l.progress(v.Progress, width)
	room := max(s.room.h-foot.h-below.h, s.px(leastPane))

	pane := l.pane(v, width)
	if pane.h > room {
		pane = l.pane(v, width-s.scrollbar)
	}
	least := max(s.px(leastHeight), s.least) - foot.h - below.h
	p := plan{
		pane:    rect{0, 0, width, min(max(pane.h, least), room)},
		content: pane.h, inside: pane.parts,
		below: below.parts, buttons: foot.parts,
	}
	shift(p.below, p.pane.bottom())
	p.band = rect{0, p.pane.bottom() + below.h, width, foot.h}
	shift(p.buttons, p.band.y)
	p.size = size{width, p.band.bottom()}
	return p
}

// column is parts one under the other, from 0 to h.
type column struct {
	parts []part
	h     int
}

func (c *column) add(p ...part) {
	c.parts = append(c.parts, p...)
	for _, p := range p {
		c.h = max(c.h, p.at.bottom())
	}
}

func shift(parts []part, by int) {
	for i := range parts {
		parts[i].at.y += by
	}
}

type layouter struct {
	screen
	measure measure
}

// line is a text across a width, as high as it needs to be.
func (l layouter) line(key string, f font, words string, x, y, width int) part {
	return part{key: key, kind: text, font: f, text: words, at: rect{x, y, width, l.measure(f, words, width).h}}
}

// shown is a button's label as it is seen: without the mark of its access key.
func shown(label string) string {
	return strings.ReplaceAll(strings.ReplaceAll(strings.ReplaceAll(label, "&&", "\x00"), "&", ""), "\x00", "&")
}
