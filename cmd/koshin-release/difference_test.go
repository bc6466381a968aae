package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/koshin-updater/koshin/cmd/internal/exitcode"
	"github.com/koshin-updater/koshin/cmd/internal/terminal"
)

// desk is a publisher at a terminal, with a repository of two builds.
type desk struct {
	*testing.T
	dir string
}

func newDesk(t *testing.T) desk {
	t.Helper()
	d := desk{t, t.TempDir()}
	for _, v := range []string{"2.2.0", "2.3.0"} {
		tree := filepath.Join(d.dir, v)
		if err := os.Mkdir(tree, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(tree, "client.exe"), []byte(v), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	d.done("init", "--no-passphrase")
	d.done("product", "--id", "p", "--title-ja", "あ", "--title-en", "A", "--confirm-url", "https://r.example/")
	for _, v := range []string{"2.2.0", "2.3.0"} {
		d.done("add", "--product", "p", "--version", v, "--os", "windows", "--arch", "amd64", "--kind", "tree", filepath.Join(d.dir, v))
	}
	d.done("promote", "--product", "p", "--version", "2.2.0", "--channel", "stable", "--yes")
	return d
}

// answer runs a command at a terminal where somebody types.
func (d desk) answer(typed string, args ...string) (code exitcode.Code, out, talk string) {
	d.Helper()
	var stdout, stderr bytes.Buffer
	args = append([]string{"--repo", filepath.Join(d.dir, "repo"), "--keys", filepath.Join(d.dir, "keys")}, args...)
	code = Run(d.Context(), args, terminal.Streams{In: strings.NewReader(typed), Out: &stdout, Err: &stderr, CanAsk: true})
	return code, stdout.String(), stderr.String()
}

func (d desk) done(args ...string) string {
	d.Helper()
	code, out, talk := d.answer("", args...)
	if code != exitcode.Done {
		d.Fatalf("%v: %d %s", args, code, talk)
	}
	return out
}

// On a terminal somebody sees the difference and is asked; only a yes signs.
func TestAskedBeforeSigning(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	promote := []string{"promote", "--product", "p", "--version", "2.3.0", "--channel", "stable", "--percent", "25"}
	signed := filepath.Join(d.dir, "repo", "metadata", "5.p.json")
	code, out, talk := d.answer("n\n", promote...)
	if code != exitcode.Failed || !strings.Contains(out, "2.2.0 -> 2.3.0") || !strings.Contains(talk, "Sign this?") {
		t.Errorf("no: %d\n%s\n%s", code, out, talk)
	}
	code, _, talk = d.answer("", append(promote, "--dry-run")...)
	if code != exitcode.Done || strings.Contains(talk, "Sign this?") {
		t.Errorf("dry run: %d %s", code, talk)
	}
	if _, err := os.Stat(signed); err == nil {
		t.Fatal("it was signed nevertheless")
	}
	if code, _, talk = d.answer("y\n", promote...); code != exitcode.Done {
		t.Errorf("yes: %d %s", code, talk)
	}
	if _, err := os.Stat(signed); err != nil {
		t.Error(err)
	}
	if code, _, talk = d.answer("", append(promote, "--yes")...); code != exitcode.Done || strings.Contains(talk, "Sign this?") {
		t.Errorf("--yes: %d %s", code, talk)
	}
}
