package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/koshin-updater/koshin/updater/config"
)

const good = `language = "ja"
submission = "self"
state_dir = "state"
[source]
urls = ["https://updates.example/koshin/"]
anchor = "root.json"
[window]
days = "1-10"
[[product]]
id = "torikomi-soshin"
dir = 'torikomi'
`

func load(t *testing.T, text string) (*config.Config, string, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "koshin.toml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(file)
	return c, file, err
}

func TestPathsAreRelativeToTheFile(t *testing.T) {
	c, file, err := load(t, "\ufeff"+good)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Dir(file)
	for got, want := range map[string]string{c.StateDir: "state", c.Source.Anchor: "root.json", c.Products[0].Dir: "torikomi"} {
		if got != filepath.Join(dir, want) {
			t.Errorf("%s is not %s beside the file", got, want)
		}
	}
	if c.Products[0].Channel != "stable" || c.Source.Proxy != "auto" || c.Window.Days != (config.Days{First: 1, Last: 10}) {
		t.Errorf("defaults: %+v", c)
	}
}

func TestFaultsAreLocated(t *testing.T) {
	cases := []struct {
		name, old, new, key string
		line                int
	}{
		{"unknown key", `submission = "self"`, `submision = "self"`, "submision", 2},
		{"unknown key in a table", `anchor = "root.json"`, "anchor = \"root.json\"\ncolor = 1", "source.color", 7},
		{"unknown table", `[window]`, "[claim]\nx = 1\n[window]", "claim", 7},
		{"wrong type", `urls = ["https://updates.example/koshin/"]`, `urls = 3`, "source.urls", 5},
		{"syntax", `[source]`, `[source`, "", 4},
		{"window", `"1-10"`, `"10-1"`, "window.days", 8},
		{"window without days", `days = "1-10"`, `start = "09:00"`, "window.days", 0},
		{"window that is none", `"1-10"`, `"none"`, "window.days", 0},
		{"window's hour", `[window]`, "[window]\nend = \"25:00\"", "window.end", 8},
		{"window's hour without a minute", `[window]`, "[window]\nstart = \"9\"", "window.start", 8},
		{"window's unknown key", `[window]`, "[window]\nclose = \"18:00\"", "window.close", 8},
		{"window upside down", `days = "1-10"`, "days = \"10\"\nstart = \"18:00\"\nend = \"09:00\"", "window", 0},
		{"exception's month", `[[product]]`, "[[window.except]]\nmonth = \"May\"\n[[product]]", "window.except.month", 10},
		{"exception without a month", `[[product]]`, "[[window.except]]\ndays = \"1-12\"\n[[product]]", "window.except[0].month", 0},
		{"exception's days", `[[product]]`, "[[window.except]]\nmonth = \"05\"\ndays = \"0-12\"\n[[product]]", "window.except.days", 11},
		{"exception's unknown key", `[[product]]`, "[[window.except]]\nmonth = \"05\"\nday = \"1-12\"\n[[product]]", "window.except.day", 11},
		{"exception twice", `[[product]]`, "[[window.except]]\nmonth = \"05\"\n[[window.except]]\nmonth = \"05\"\n[[product]]", "window.except[1].month", 0},
		{"exception upside down", `[[product]]`, "[[window.except]]\nmonth = \"05\"\ndays = \"10\"\nstart = \"18:00\"\nend = \"09:00\"\n[[product]]", "window.except[0]", 0},
		{"report without a folder", `[window]`, "[report]\n[window]", "report.folder", 0},
		{"report to an address", `[window]`, "[report]\nfolder = 'smb://server/share'\n[window]", "report.folder", 0},
		{"report's unknown key", `[window]`, "[report]\nfile = 'x'\n[window]", "report.file", 8},
		{"language", `"ja"`, `"fr"`, "language", 0},
		{"submission", `"self"`, `"agent"`, "submission", 0},
		{"product name", `"torikomi-soshin"`, `"Torikomi"`, "product[0].id", 0},
		{"no folder", `dir = 'torikomi'`, ``, "product[0].dir", 0},
		{"no address", `"https://updates.example/koshin/"`, ``, "source.urls", 0},
		{"no anchor", `anchor = "root.json"`, ``, "source.anchor", 0},
		{"same product twice", `[window]`, "[[product]]\nid = \"torikomi-soshin\"\ndir = \"x\"\n[window]", "product[1]", 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			changed := strings.Replace(good, c.old, c.new, 1)
			if changed == good {
				t.Fatal("the case changes nothing")
			}
			_, file, err := load(t, changed)
			fault, ok := errors.AsType[*config.Error](err)
			if !ok || !errors.Is(err, config.ErrInvalid) {
				t.Fatalf("error is %v", err)
			}
			if fault.File != file || fault.Line != c.line || fault.Key != c.key {
				t.Errorf("placed at %s:%d %q, want line %d %q (%v)", fault.File, fault.Line, fault.Key, c.line, c.key, err)
			}
		})
	}
}

func TestReportFolder(t *testing.T) {
	c, file, err := load(t, good+"[report]\nfolder = 'ready'\n")
	if err != nil || c.ReportFolder() != filepath.Join(filepath.Dir(file), "ready") {
		t.Errorf("%+v, %v", c, err)
	}
	if c, _, err = load(t, good); err != nil || c.ReportFolder() != "" {
		t.Errorf("%+v, %v", c, err)
	}
	const share = `\\server\share\koshin`
	c, _, err = load(t, good+"[report]\nfolder = '"+share+"'\n")
	if runtime.GOOS == "windows" {
		if err != nil || c.ReportFolder() != share {
			t.Errorf("%+v, %v", c, err)
		}
	} else if !errors.Is(err, config.ErrInvalid) { // it would become a file's name beside koshin.toml
		t.Errorf("a share of Windows is taken here: %v", err)
	}
}

// koshin keeps itself up to date; as a product it would do so twice, and in two
// places.
func TestKoshinIsNoProduct(t *testing.T) {
	_, file, err := load(t, strings.Replace(good, `"torikomi-soshin"`, `"koshin"`, 1))
	fault, ok := errors.AsType[*config.Error](err)
	if !ok || !errors.Is(err, config.ErrItself) || !errors.Is(err, config.ErrInvalid) || fault.File != file || fault.Key != "product[0].id" {
		t.Errorf("error is %v", err)
	}
}

func TestNotEnrolled(t *testing.T) {
	if _, err := config.Load(filepath.Join(t.TempDir(), "koshin.toml")); !errors.Is(err, config.ErrNotFound) {
		t.Errorf("error is %v, want ErrNotFound", err)
	}
}

const exceptions = `[window]
days = "1-10"
start = "09:00"
end = "18:00"
[[window.except]]
month = "2021-05"
days = "1-12"
[[window.except]]
month = "05"
end = "24:00"
[[window.except]]
month = "12"
days = "none"
`

func TestWindowWithExceptions(t *testing.T) {
	w := whole(t).Window
	if got, want := w.String(), "1-10 (09:00-18:00), 2021-05: 1-12 (09:00-18:00), 05: 1-10 (09:00-24:00), 12: none"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if year, month := w.Except[0].Month.Split(); year != 2021 || month != 5 {
		t.Errorf("%d %s", year, month)
	}
	if year, month := w.Except[1].Month.Split(); year != 0 || month != 5 {
		t.Errorf("%d %s", year, month)
	}
	if got := (config.Clock{Text: "18:30"}).Since(); got != 18*time.Hour+30*time.Minute {
		t.Error(got)
	}
}

// whole is a configuration with all that a window can have.
func whole(t *testing.T) *config.Config {
	t.Helper()
	text := strings.Replace(good, "[window]\ndays = \"1-10\"\n", exceptions, 1)
	c, _, err := load(t, text)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// What enroll writes is what Load reads.
func TestEncodeIsReadBack(t *testing.T) {
	c := whole(t)
	text, err := c.Encode()
	if err != nil {
		t.Fatal(err)
	}
	again, _, err := load(t, string(text))
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	if strings.Contains(string(text), "report") {
		t.Errorf("a section that nobody asked for:\n%s", text)
	}
	if again.Products[0] != c.Products[0] || !reflect.DeepEqual(again.Window, c.Window) || again.Source.URLs[0] != c.Source.URLs[0] {
		t.Errorf("%+v is not %+v", again, c)
	}
}
