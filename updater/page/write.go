package page

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"time"

	"github.com/koshin-updater/koshin/manifest"
)

//go:embed parts.html
var parts string

//go:embed page.css
var style string

// Text is one sentence in both languages.
type Text = manifest.Text

// Verdict is what something came to.
type Verdict string

// The verdicts, the better first.
const (
	OK      Verdict = "ok"
	Warn    Verdict = "warn"
	Unknown Verdict = "unknown"
	Fail    Verdict = "fail"
)

// Same is a text that is the same in both languages, such as what was read.
func Same(s string) Text { return Text{JA: s, EN: s} }

// Fact is one line of a table: what it is, what it is here, and what a host or
// the system said to it, which may be empty.
type Fact struct {
	Name, Value Text
	Said        string
}

// Words has the sentences that a template asks for, and takes what names a
// person out of a text.
type Words struct {
	Say  func(key string, args ...any) Text // args: alternating names and values
	Mask func(string) string                // nil: nothing is masked
}

// Form is one kind of page.
type Form struct {
	Markup string // a template, which uses those of parts.html
	Style  string // after page.css
}

// Write writes a page that [Clean] has seen as one HTML file.
func Write(w io.Writer, f Form, p any, words Words) error {
	sheet := style + f.Style
	page, err := template.New("page").Funcs(template.FuncMap{
		"say":    words.Say,
		"sayOf":  words.sayOf,
		"jst":    inJapan,
		"mark":   mark,
		"add":    func(a, b int) int { return a + b },
		"style":  func() template.CSS { return template.CSS(sheet) }, //nolint:gosec // our own file
		"policy": func() string { return policy(sheet) },
		"empty":  func(t Text) bool { return t == Text{} },
		"fact":   func(name, value Text) Fact { return Fact{Name: name, Value: value} },
		"row":    func(name Text, read string) Fact { return Fact{Name: name, Value: Same(read)} },
	}).Parse(parts + f.Markup)
	if err != nil {
		return fmt.Errorf("page: %w", err)
	}
	if err := page.Execute(w, p); err != nil {
		return fmt.Errorf("page: %w", err)
	}
	return nil
}

// sayOf is a sentence with a value that has words in both languages.
func (w Words) sayOf(key, name string, value Text) Text {
	return Text{JA: w.Say(key, name, value.JA).JA, EN: w.Say(key, name, value.EN).EN}
}

// policy lets the browser use this file's own style and nothing else.
func policy(style string) string {
	sum := sha256.Sum256([]byte(style))
	return "default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// mark is a verdict's sign, for those who cannot tell its colour.
func mark(v Verdict) string {
	switch v {
	case OK:
		return "○"
	case Warn:
		return "△"
	case Fail:
		return "×"
	}
	return "？"
}

// inJapan is a moment by the clock of the operator, whichever zone this PC is
// set to.
func inJapan(t time.Time) Text {
	t = t.In(time.FixedZone("JST", 9*60*60))
	return Text{JA: t.Format("2006年1月2日 15:04:05"), EN: t.Format("2006-01-02 15:04:05 MST")}
}
