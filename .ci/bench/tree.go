package main

import (
	"context"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// realTree copies real files into dir: the programs, libraries and sources of
// the Go toolchain that this program was built with. One version of Go gives
// the same tree everywhere, of about 200 MB.
func realTree(ctx context.Context, dir string) error {
	root, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return err
	}
	for _, part := range []string{"bin", "pkg", "src"} {
		if err := os.CopyFS(filepath.Join(dir, part), os.DirFS(filepath.Join(strings.TrimSpace(string(root)), part))); err != nil {
			return err
		}
	}
	return nil
}

// nextBuild changes every tenth file a little, as a new build does.
func nextBuild(dir string) error {
	n := 0
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		if n++; n%10 != 0 {
			return nil
		}
		f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		if _, err := f.WriteString("\n"); err != nil {
			return err
		}
		return f.Close()
	})
}

// size counts the files of a folder and their bytes.
func size(dir string) (files int, bytes int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			files, bytes = files+1, bytes+info.Size()
		}
		return err
	})
	return files, bytes, err
}
