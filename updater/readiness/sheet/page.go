// Package sheet makes of an overview of many PCs one HTML file, for an
// administrator to look at, print and hand on.
//
// Those that need somebody come first, so that what is left out where there are
// very many is what is well. The file is what package page makes: complete in
// itself, without scripts, in both languages. Names of computers are shown, and
// nothing else that could point to a person is in a document.
//
// The sentences are the program's: the template asks for them by their keys.
package sheet

import (
	_ "embed"
	"io"
	"time"

	"github.com/koshin-updater/koshin/updater/page"
)

//go:embed sheet.html
var markup string

//go:embed sheet.css
var style string

// Text is one sentence in both languages.
type Text = page.Text

// Verdict is what something came to.
type Verdict = page.Verdict

// Page is everything that the file shows, in the order in which it shows it.
type Page struct {
	Made     time.Time
	Folder   string
	Verdict  Verdict // the worst of all PCs
	Headline Text
	Sums     []Sum
	Groups   []Group // the worst first
	LeftOut  []Left
	Notes    []Text // of the folder as a whole

	Shortened bool // something was left out; also set by Write
}

// Sum is how many PCs are something.
type Sum struct {
	Name    Text
	Count   int
	Verdict Verdict // "" where the number is neither good nor bad
}

// Group is the PCs of one verdict.
type Group struct {
	Verdict Verdict
	Title   Text
	Rows    []Row
}

// Row is one PC.
type Row struct {
	Computer string
	Age      Text
	Old      bool // so old that it says little
	About    string
	Notes    []Text
	Products []Line
}

// Line is one product of a PC.
type Line struct {
	Title      Text
	Installed  Text   // its version, or that there is none
	Newer      string // the newest, where that is another; else ""
	TLS        Cell
	Connection Cell
	Next       []Text // what happens next, or why it waits
}

// Cell is one answer with its verdict.
type Cell struct {
	Verdict Verdict
	Text    Text
	Why     Text // may be empty
}

// Left is a file that does not count.
type Left struct {
	File string
	Why  Text
}

// MaxRows is how many PCs a page shows: as many as a browser still lays out at once.
const MaxRows = 3000

func limits() page.Limits {
	return page.Limits{Text: 1 << 10, Items: MaxRows, All: 30_000, Bytes: 4 << 20}
}

// MaxBytes is more than any file that Write makes: all texts, each byte of which
// html/template may write with six, and the markup around all items.
const MaxBytes = 48 << 20

// Write writes the page as one HTML file of less than [MaxBytes].
func Write(w io.Writer, p Page, words page.Words) error {
	p, shortened := page.Clean(p, words.Mask, limits())
	p.Shortened = p.Shortened || shortened
	return page.Write(w, page.Form{Markup: markup, Style: style}, p, words)
}
