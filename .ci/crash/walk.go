package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"strings"
)

// tree is what a folder holds, by slash path: "folder", or the SHA-256 of a
// file and whether it is a program, or where a link points.
type tree map[string]string

const folder = "folder"

// walk reads everything below dir. A folder that is not there holds nothing.
func walk(dir string) (tree, error) {
	t := tree{}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && name == dir {
			return filepath.SkipAll
		}
		if err != nil || name == dir {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		t[filepath.ToSlash(rel)], err = describe(name, d)
		return err
	})
	return t, err
}

func describe(name string, d fs.DirEntry) (string, error) {
	if d.IsDir() {
		return folder, nil
	}
	if d.Type()&fs.ModeSymlink != 0 {
		target, err := os.Readlink(name)
		return "-> " + target, err
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(data)
	info, err := d.Info()
	if err == nil && runtime.GOOS != "windows" && info.Mode()&0o111 != 0 {
		return hex.EncodeToString(sum[:]) + " program", nil
	}
	return hex.EncodeToString(sum[:]), err
}

// text is how walk describes a file with this content.
func text(content string) string {
	sum := sha256.Sum256([]byte(content))
	return hex.EncodeToString(sum[:])
}

// below is the part of a tree inside one folder.
func (t tree) below(dir string) tree {
	part := tree{}
	for name, what := range t {
		if rel, inside := strings.CutPrefix(name, dir+"/"); inside {
			part[rel] = what
		}
	}
	return part
}

// parents are the folders that lead to name.
func parents(name string) []string {
	var list []string
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		list = append(list, dir)
	}
	return list
}

// isData says whether the publisher's globs make this the operator's data.
func isData(name string) bool {
	return name == "data" || strings.HasPrefix(name, "data/") || name == preserve[1]
}
