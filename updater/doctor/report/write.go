package report

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"time"
)

//go:embed page.html
var markup string

//go:embed page.css
var style string

// Words has the sentences that the template asks for, and takes what names a
// person out of a text.
type Words struct {
	Say  func(key string, args ...any) Text // args: alternating names and values
	Mask func(string) string                // nil: nothing is masked
}

// Write writes the page as one HTML file of less than [MaxBytes].
func Write(w io.Writer, p Page, words Words) error {
	page, err := template.New("page.html").Funcs(template.FuncMap{
		"say":    words.Say,
		"sayOf":  words.sayOf,
		"jst":    inJapan,
		"mark":   mark,
		"add":    func(a, b int) int { return a + b },
		"style":  func() template.CSS { return template.CSS(style) }, //nolint:gosec // our own file
		"policy": policy,
		"empty":  func(t Text) bool { return t == Text{} },
		"fact":   func(name, value Text) Fact { return Fact{Name: name, Value: value} },
		"row":    func(name Text, read string) Fact { return Fact{Name: name, Value: Same(read)} },
	}).Parse(markup)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	c := cleaner{mask: words.Mask, left: maxTexts, items: maxAll}
	if err := page.Execute(w, c.page(p)); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}

// sayOf is a sentence with a value that has words in both languages.
func (w Words) sayOf(key, name string, value Text) Text {
	return Text{JA: w.Say(key, name, value.JA).JA, EN: w.Say(key, name, value.EN).EN}
}

// policy lets the browser use this file's own style and nothing else.
func policy() string {
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
