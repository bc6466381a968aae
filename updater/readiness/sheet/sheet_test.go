package sheet_test

import (
	"bytes"
	"fmt"
	"html"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/koshin-updater/koshin/updater/page"
	"github.com/koshin-updater/koshin/updater/readiness/sheet"
)

// words are not the catalogue's: each says its key.
func words() page.Words {
	return page.Words{Say: func(key string, args ...any) page.Text {
		return page.Text{JA: "［" + key + "］" + fmt.Sprint(args...), EN: "[" + key + "]" + fmt.Sprint(args...)}
	}}
}

func render(t *testing.T, p sheet.Page) string {
	t.Helper()
	var out bytes.Buffer
	if err := sheet.Write(&out, p, words()); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// filled is a page in which every text, in every place, is this one: fields that
// are added later, too.
func filled(text string, items int) sheet.Page {
	var p sheet.Page
	fill(reflect.ValueOf(&p).Elem(), text, items)
	return p
}

func fill(v reflect.Value, text string, items int) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Unix(1617235200, 0)))
			return
		}
		for i := range v.NumField() {
			fill(v.Field(i), text, items)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), items, items))
		for i := range items {
			fill(v.Index(i), text, items)
		}
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int:
		v.SetInt(7)
	}
}

// tags are all that the template itself writes.
var tags = regexp.MustCompile(`</?(html|head|meta|title|style|body|header|main|footer|section|p|h1|h2|div|dl|dt|dd|span|bdi|table|thead|tbody|tr|th|td)( [a-z-]+="[^"<>]*")*>`)

func TestNothingThatReportsSayIsMarkup(t *testing.T) {
	for _, hostile := range []string{
		`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' onmouseover='alert(1)`, `</style><script>1</script>`, `</title><b>`, `<!--`, `{{.}}`, `javascript:alert(1)`, "\x00<script>",
	} {
		_, body, _ := strings.Cut(render(t, filled(hostile, 2)), "</style>")
		if left := tags.ReplaceAllString(body, ""); strings.ContainsAny(left, "<>") {
			at := strings.IndexAny(left, "<>")
			t.Errorf("%q: markup of its own: …%.80s", hostile, left[max(0, at-20):])
		}
		for _, attribute := range regexp.MustCompile(` ([a-z-]+)="([^"]*)"`).FindAllStringSubmatch(body, -1) {
			if strings.HasPrefix(attribute[1], "on") || attribute[1] == "style" || attribute[1] == "src" || attribute[1] == "href" {
				t.Errorf("%q: attribute %s", hostile, attribute[0])
			}
		}
	}
}

// The file is complete: nothing is loaded, and the browser is told so.
func TestNothingIsLoaded(t *testing.T) {
	text := render(t, filled("x", 2))
	for _, foreign := range []string{"<script", "<link", "<img", "<iframe", "url(", "@import", "http:", "https:", "//"} {
		if strings.Contains(text, foreign) {
			t.Errorf("%q in the page", foreign)
		}
	}
	if !strings.Contains(html.UnescapeString(text), `content="default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'sha256-`) {
		t.Error("no content security policy")
	}
}

func TestControlCharactersAreShown(t *testing.T) {
	for _, r := range []rune{0x202E, 0x2066, 0x200B, 0xFEFF, 0x1B, 0x7F} {
		text := render(t, filled("a"+string(r)+"b", 1))
		if strings.ContainsRune(text, r) || !strings.Contains(html.UnescapeString(text), fmt.Sprintf("a‹U+%04X›b", r)) {
			t.Errorf("U+%04X is not shown as its number", r)
		}
	}
}

// However many PCs there are, a browser can open it, and it says that something
// is missing.
func TestThePageIsBounded(t *testing.T) {
	row := sheet.Row{Computer: "PC", Products: []sheet.Line{{Title: page.Same("x")}}}
	many := sheet.Page{Groups: []sheet.Group{{Verdict: page.Fail}, {Verdict: page.OK}}}
	for range 10_000 {
		many.Groups[0].Rows = append(many.Groups[0].Rows, row)
	}
	for name, p := range map[string]sheet.Page{"ten thousand PCs": many, "long texts": filled(strings.Repeat("&", 2000), 7)} {
		text := render(t, p)
		if len(text) > sheet.MaxBytes || !strings.Contains(text, "［ready-shortened］") || !strings.HasSuffix(strings.TrimSpace(text), "</html>") {
			t.Errorf("%s: %d bytes, or it does not say that it was shortened, or does not end", name, len(text))
		}
	}
	small := filled("x", 2)
	small.Shortened = false
	if text := render(t, small); strings.Contains(text, "［ready-shortened］") {
		t.Error("a small page is said to be shortened")
	}
}

// Japanese is the language of the page; a verdict has its sign and its word.
func TestTheLanguagesAreMarked(t *testing.T) {
	text := render(t, filled("x", 1))
	if !strings.Contains(text, `<html lang="ja">`) || !strings.Contains(text, `<span class="ja">［ready-title］</span> <span class="en" lang="en">[ready-title]</span>`) {
		t.Error("a language is not marked")
	}
	p := sheet.Page{Groups: []sheet.Group{{Verdict: page.Fail, Rows: []sheet.Row{{Products: []sheet.Line{{TLS: sheet.Cell{Verdict: page.OK}}}}}}}}
	text = render(t, p)
	if !strings.Contains(text, `<span class="verdict fail"><span aria-hidden="true">×</span><span class="ja">［report-verdict-fail］</span>`) || !strings.Contains(text, `<span class="cell ok"><span aria-hidden="true">○</span>`) {
		t.Error("a verdict is told by its colour alone")
	}
	for _, th := range regexp.MustCompile(`<th[^>]*>`).FindAllString(text, -1) {
		if th != "<thead>" && !strings.Contains(th, "scope=") {
			t.Errorf("%s has no scope", th)
		}
	}
}
