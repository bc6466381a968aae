package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

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

// What enroll writes is what Load reads.
func TestEncodeIsReadBack(t *testing.T) {
	c, _, err := load(t, good)
	if err != nil {
		t.Fatal(err)
	}
	text, err := c.Encode()
	if err != nil {
		t.Fatal(err)
	}
	again, _, err := load(t, string(text))
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	if again.Products[0] != c.Products[0] || *again.Window != *c.Window || again.Source.URLs[0] != c.Source.URLs[0] {
		t.Errorf("%+v is not %+v", again, c)
	}
}
