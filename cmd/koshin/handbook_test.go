package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/koshin-updater/koshin/updater/policy"
)

// written is a koshin command line in a page: on a line of its own, in a script, or
// among words.
var written = regexp.MustCompile("(?m)(?:^    |`|koshin\\.exe\" )(?:koshin )([a-z][^`\\n]*)")

// Every command of the administrators' page is one that this koshin takes, flags
// included.
func TestTheHandbooksCommands(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "admin.md"))
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(page), "%DIR%\\koshin.exe\" ", "%DIR%\\koshin.exe\" koshin ")
	found := written.FindAllStringSubmatch(text, -1)
	if len(found) < 25 {
		t.Errorf("only %d commands were found", len(found))
	}
	for _, m := range found {
		line, _, _ := strings.Cut(m[1], "  #") // what it is for
		args := words(line)
		root := new(app).command()
		verb, rest, err := root.Find(args)
		if err == nil {
			err = verb.ParseFlags(rest)
		}
		if err == nil && verb != root {
			err = verb.ValidateArgs(verb.Flags().Args())
		}
		if err != nil || verb == root {
			t.Errorf("%s: %v", m[1], err)
		}
	}
	for _, n := range policy.Names() {
		if !strings.Contains(text, "`"+n.Name) {
			t.Errorf("the page does not name the policy %s", n.Name)
		}
	}
}

// words splits a command line as cmd.exe and PowerShell do these.
func words(line string) []string {
	var all []string
	var word strings.Builder
	quoted := false
	for _, r := range line + " " {
		switch {
		case r == '"':
			quoted = !quoted
		case r == ' ' && !quoted:
			if word.Len() > 0 {
				all = append(all, word.String())
			}
			word.Reset()
		default:
			word.WriteRune(r)
		}
	}
	return all
}
