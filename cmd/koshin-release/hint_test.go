package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestHints: each error that a publisher can meet says what to do next. Hints
// of errors that wrap a wider one may be the wider one's.
func TestHints(t *testing.T) {
	t.Parallel()
	hints, err := os.ReadFile("hint.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"release", "s3", "github"} {
		dir := filepath.Join("..", "..", "release", name)
		if name == "release" {
			dir = filepath.Dir(dir)
		}
		found := sentinels(t, filepath.Join(dir, "errors.go"))
		if len(found) == 0 {
			t.Errorf("%s has no errors", dir)
		}
		for _, one := range found {
			if !strings.Contains(string(hints), "{"+name+"."+one+",") {
				t.Errorf("no hint for %s.%s", name, one)
			}
		}
	}
}

func sentinels(t *testing.T, file string) []string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, decl := range parsed.Decls {
		if vars, ok := decl.(*ast.GenDecl); ok && vars.Tok == token.VAR {
			for _, spec := range vars.Specs {
				for _, name := range spec.(*ast.ValueSpec).Names {
					names = append(names, name.Name)
				}
			}
		}
	}
	return names
}
