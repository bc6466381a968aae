package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestThreats holds docs/THREATS.md to its word: each test that it names exists.
func TestThreats(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "THREATS.md"))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the sources are not here")
	}
	must(t, err)
	named := regexp.MustCompile("`((?:Test|Fuzz)[A-Z]\\w*|[\\w-]+\\.txtar)`").FindAllStringSubmatch(string(page), -1)
	if len(named) < 50 {
		t.Fatalf("only %d tests are named", len(named))
	}
	there := map[string]bool{}
	function := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	must(t, filepath.WalkDir(filepath.Join("..", ".."), func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && d.Name() == ".git":
			return fs.SkipDir
		case strings.HasSuffix(path, ".txtar"):
			there[d.Name()] = true
		case strings.HasSuffix(path, "_test.go"):
			source, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for _, name := range function.FindAllSubmatch(source, -1) {
				there[string(name[1])] = true
			}
		}
		return nil
	}))
	for _, name := range named {
		if !there[name[1]] {
			t.Errorf("%s is named, and does not exist", name[1])
		}
	}
}
