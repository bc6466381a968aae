package report_test

import (
	"bytes"
	"fmt"
	"html"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/koshin-updater/koshin/updater/doctor/report"
)

// words are not the catalogue's: each says its key.
func words() report.Words {
	return report.Words{Say: func(key string, args ...any) report.Text {
		return report.Text{JA: "［" + key + "］" + fmt.Sprint(args...), EN: "[" + key + "]" + fmt.Sprint(args...)}
	}}
}

func render(t *testing.T, p report.Page, w report.Words) string {
	t.Helper()
	var out bytes.Buffer
	if err := report.Write(&out, p, w); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// filled is a page in which every text, in every place, is this one: fields that
// are added later, too.
func filled(text string, items int) report.Page {
	var p report.Page
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
	}
}

// tags are all that the template itself writes.
var tags = regexp.MustCompile(`</?(html|head|meta|title|style|body|header|main|footer|section|article|div|p|h1|h2|h3|span|bdi|table|caption|thead|tbody|tr|th|td|a|code|br)( [a-z-]+="[^"<>]*")*>`)

func TestNothingThatHostsSayIsMarkup(t *testing.T) {
	for _, hostile := range []string{
		`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' onmouseover='alert(1)`, `</style><script>1</script>`, `</title><b>`,
		`<!--`, `]]>`, `{{.}}`, `&lt;script&gt;`, `javascript:alert(1)`, "\x00<script>", "<scr\u0000ipt>", `<a href="https://elsewhere.example/">`,
	} {
		page := render(t, filled(hostile, 2), words())
		_, body, _ := strings.Cut(page, "</style>")
		if left := tags.ReplaceAllString(body, ""); strings.ContainsAny(left, "<>") {
			at := strings.IndexAny(left, "<>")
			t.Errorf("%q: markup of its own: …%.80s", hostile, left[max(0, at-20):])
		}
		for _, attribute := range regexp.MustCompile(` ([a-z-]+)="([^"]*)"`).FindAllStringSubmatch(body, -1) {
			if strings.HasPrefix(attribute[1], "on") || attribute[1] == "style" || attribute[1] == "src" || attribute[1] == "href" && !strings.HasPrefix(attribute[2], "#check-") {
				t.Errorf("%q: attribute %s", hostile, attribute[0])
			}
		}
	}
}

// The file is complete: nothing is loaded, and the browser is told so.
func TestNothingIsLoaded(t *testing.T) {
	page := render(t, filled("x", 2), words())
	for _, foreign := range []string{"<script", "<link", "<img", "<iframe", "url(", "@import", "http:", "https:", "//"} {
		if strings.Contains(page, foreign) {
			t.Errorf("%q in the page", foreign)
		}
	}
	if !strings.Contains(html.UnescapeString(page), `content="default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'sha256-`) {
		t.Error("no content security policy")
	}
}

// What would steer the display is shown as what it is.
func TestControlCharactersAreShown(t *testing.T) {
	for _, r := range []rune{0x202A, 0x202E, 0x2066, 0x2069, 0x200E, 0x200F, 0x061C, 0x200B, 0x200D, 0xFEFF, 0x2028, 0x2029, 0x00, 0x07, 0x1B, 0x7F, 0x85, 0x9B, 0xE000, 0xE0001} {
		page := render(t, filled("a"+string(r)+"b", 1), words())
		if strings.ContainsRune(page, r) || !strings.Contains(html.UnescapeString(page), fmt.Sprintf("a‹U+%04X›b", r)) {
			t.Errorf("U+%04X is not shown as its number", r)
		}
	}
	if page := render(t, filled("a\xff\xfeb", 1), words()); !strings.Contains(page, "a\uFFFDb") {
		t.Error("broken UTF-8 is not shown")
	}
}

// However much there is, the file can be mailed and opened; and it says that
// something is missing.
func TestThePageIsBounded(t *testing.T) {
	cases := map[string]report.Page{
		"long texts":      filled(strings.Repeat("&", 200<<10), 3),
		"very many items": filled("x", 20),
		"empty items":     filled("", 20),
		"all of it":       filled(strings.Repeat("\x00", 3000), 16),
	}
	for name, p := range cases {
		page := render(t, p, words())
		if len(page) > report.MaxBytes {
			t.Errorf("%s: %d bytes", name, len(page))
		}
		if !strings.Contains(page, "［report-shortened］") || !strings.HasSuffix(strings.TrimSpace(page), "</html>") {
			t.Errorf("%s: it does not say that it was shortened, or does not end", name)
		}
	}
	if page := render(t, filled("x", 2), words()); strings.Contains(page, "［report-shortened］") || len(page) > 128<<10 {
		t.Errorf("a small page: %d bytes", len(page))
	}
}

// One long text is shortened by itself, and leaves the others alone.
func TestOneTextIsShortened(t *testing.T) {
	p := report.Page{Result: report.Result{Finding: report.Same(strings.Repeat("あ", 5000)), Remedy: report.Same("short")}}
	page := render(t, p, words())
	if count := strings.Count(page, "あ"); count < 500 || count > 700 || !strings.Contains(page, "あ…</bdi>") || !strings.Contains(page, "<bdi>short</bdi>") {
		t.Errorf("%d characters are left", count)
	}
}

// Every text is masked, wherever it stands, and the caller's page stays as it is.
func TestEveryTextIsMasked(t *testing.T) {
	w := words()
	w.Mask = func(s string) string { return strings.ReplaceAll(s, "tanaka", "***") }
	p := filled(`C:\Users\tanaka\x`, 2)
	if page := render(t, p, w); strings.Contains(page, "tanaka") || !strings.Contains(page, `C:\Users\***\x`) {
		t.Error("a name is in the page")
	}
	if p.Hosts[0].Stacks[0].Chain[0] != `C:\Users\tanaka\x` {
		t.Error("the page that was handed in was changed")
	}
	w.Mask = func(s string) string { return strings.ReplaceAll(s, strings.Repeat("t", 3000), "***") }
	if page := render(t, filled(strings.Repeat("t", 3000), 1), w); strings.Contains(page, "ttt") {
		t.Error("a name was cut before it was masked")
	}
}

// Japanese is the language of the page; every English sentence says that it is
// English; a verdict has its sign and its word.
func TestTheLanguagesAreMarked(t *testing.T) {
	page := render(t, report.Page{Result: report.Result{Verdict: report.Fail, Headline: report.Text{JA: "原因", EN: "Cause"}}}, words())
	if !strings.Contains(page, `<html lang="ja">`) || !strings.Contains(page, `<span class="ja">原因</span> <span class="en" lang="en">Cause</span>`) {
		t.Error("a language is not marked")
	}
	if !strings.Contains(page, `<span class="verdict fail"><span aria-hidden="true">×</span><span class="ja">［report-verdict-fail］</span>`) {
		t.Error("a verdict is told by its colour alone")
	}
	for _, th := range regexp.MustCompile(`<th[^>]*>`).FindAllString(page, -1) {
		if th != "<thead>" && !strings.Contains(th, "scope=") {
			t.Errorf("%s has no scope", th)
		}
	}
}
