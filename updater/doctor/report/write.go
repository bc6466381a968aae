package report

import (
	_ "embed"
	"io"

	"github.com/koshin-updater/koshin/updater/page"
)

//go:embed page.html
var markup string

//go:embed page.css
var style string

// Words has the sentences that the template asks for, and takes what names a
// person out of a text.
type Words = page.Words

// limits of a page. An honest one has about 40 KiB of text and 300 items; more
// than 200 pieces of evidence nobody reads.
func limits() page.Limits { return page.Limits{Text: 2 << 10, Items: 200, All: 4000, Bytes: 512 << 10} }

// MaxBytes is more than any file that Write makes: all texts, each byte of which
// html/template may write with six, and the markup around all items.
const MaxBytes = 8 << 20

// Write writes the page as one HTML file of less than [MaxBytes].
func Write(w io.Writer, p Page, words Words) error {
	p, shortened := page.Clean(p, words.Mask, limits())
	p.Shortened = shortened
	return page.Write(w, page.Form{Markup: markup, Style: style}, p, words)
}
