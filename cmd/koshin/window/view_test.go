package window

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/koshin-updater/koshin/cmd/internal/messages"
)

var writeViews = flag.Bool("write-views", false, "write the goldens of the views anew, to be read before they are committed")

// Every state of the story, as its operator reads it.
func TestViews(t *testing.T) {
	for _, language := range []messages.Language{messages.Japanese, messages.English} {
		t.Run(string(language), func(t *testing.T) {
			names, all := views(t, language)
			var out bytes.Buffer
			for _, name := range names {
				fmt.Fprintf(&out, "# %s\n\n%s\n", name, drawn(all[name]))
			}
			golden := filepath.Join("testdata", "views-"+string(language)+".golden")
			if *writeViews {
				if err := os.WriteFile(golden, out.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			compare(t, out.Bytes(), bytes.ReplaceAll(want, []byte("\r\n"), []byte("\n")))
		})
	}
}

// drawn is a view as plain text.
func drawn(v View) string {
	var b strings.Builder
	fmt.Fprintf(&b, "[%s] %s\n", v.Mood, v.Headline)
	for _, p := range v.Products {
		fmt.Fprintf(&b, "  == %s\n", p.Name)
		for _, l := range p.Lines {
			fmt.Fprintf(&b, "     %s | %s\n", l.Label, l.Value)
		}
		fmt.Fprintf(&b, "     -> %s\n", p.Next)
	}
	if p := v.Progress; p != nil {
		fmt.Fprintf(&b, "  ## %d%% %s | %s\n", p.Percent, p.Text, p.Left)
	}
	for _, d := range v.Details {
		fmt.Fprintf(&b, "  %s\n", d)
	}
	for _, button := range v.Buttons {
		mark := " "
		switch {
		case !button.Enabled:
			mark = "-"
		case button.Default:
			mark = "*"
		}
		fmt.Fprintf(&b, "  (%s) %s\n", mark, button.Label)
	}
	if v.HoldShutdown != "" {
		fmt.Fprintf(&b, "  holds a shutdown: %s\n", v.HoldShutdown)
	}
	if v.Hidden {
		fmt.Fprintln(&b, "  hidden")
	}
	return b.String()
}

func compare(t *testing.T, got, want []byte) {
	t.Helper()
	g, w := bytes.Split(got, []byte("\n")), bytes.Split(want, []byte("\n"))
	for i := range max(len(g), len(w)) {
		if i >= len(g) || i >= len(w) || !bytes.Equal(g[i], w[i]) {
			around := func(all [][]byte) []byte {
				return bytes.Join(all[max(0, min(i-3, len(all))):min(i+4, len(all))], []byte("\n"))
			}
			t.Fatalf("line %d differs:\n%s\nwant\n%s", i+1, around(g), around(w))
		}
	}
}

// Whatever a view says, it says it in words, with one button for the Enter key,
// and access keys that differ.
func TestEveryViewIsWellMade(t *testing.T) {
	for _, language := range []messages.Language{messages.Japanese, messages.English} {
		names, all := views(t, language)
		for _, name := range names {
			for _, fault := range faults(all[name]) {
				t.Errorf("%s %s: %s\n%s", language, name, fault, drawn(all[name]))
			}
		}
	}
}

func faults(v View) (all []string) {
	texts := []string{v.Title, v.Headline, v.HoldShutdown}
	texts = append(texts, v.Details...)
	for _, p := range v.Products {
		texts = append(texts, p.Name, p.Next)
		for _, l := range p.Lines {
			texts = append(texts, l.Label, l.Value)
		}
	}
	keys := map[rune]bool{}
	defaults := 0
	for _, b := range v.Buttons {
		texts = append(texts, b.Label)
		_, after, found := strings.Cut(b.Label, "&")
		key := unicode.ToUpper([]rune(after + " ")[0])
		if !found || keys[key] || !unicode.IsLetter(key) && !unicode.IsDigit(key) {
			all = append(all, "access key of "+b.Label)
		}
		keys[key] = true
		if b.Default {
			defaults++
		}
	}
	if defaults != 1 {
		all = append(all, fmt.Sprintf("%d default buttons", defaults))
	}
	leads := func(b Button) bool { return b.Action == Close || b.Action == Back }
	if !slices.ContainsFunc(v.Buttons, leads) {
		all = append(all, "no way out")
	}
	for _, text := range texts {
		switch {
		case strings.ContainsAny(text, "{}"):
			all = append(all, "placeholder in "+text)
		case strings.Contains(text, "window-") || strings.Contains(text, "problem.") || strings.Contains(text, "remedy."):
			all = append(all, "no words for "+text)
		case strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' }):
			all = append(all, "control character in "+text)
		}
	}
	if v.Headline == "" || v.Mood == "" || v.Title == "" {
		all = append(all, "no headline")
	}
	for _, p := range v.Products {
		if p.Name == "" || p.Next == "" {
			all = append(all, "nothing said of a product")
		}
	}
	return all
}
