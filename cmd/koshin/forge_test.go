package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/koshin-updater/koshin/release/releasetest"
)

// forgeCommands make a repository wrong in one way, correctly signed in every
// other.
func (w *world) forgeCommands() map[string]command {
	return map[string]command{
		"expire":        expire,
		"sign-as":       signAs,
		"edit-manifest": editManifest,
		"hostile":       hostile,
		"flip":          flip,
		"copy-folder":   copyFolder,
	}
}

// expire: expire ROLE REPO signs a role that ended an hour ago.
func expire(ts script, neg bool, args []string) {
	usage(ts, neg, args, "expire ROLE REPO")
	ts.Check(releasetest.Forge(ts.MkAbs(args[1]), ts.MkAbs("keys"), args[0], func(signed map[string]any) {
		signed["expires"] = time.Now().UTC().Add(-time.Hour).Format(time.RFC3339)
	}))
}

// signAs: sign-as ROLE KEY signs a role with a key that may not.
func signAs(ts script, neg bool, args []string) {
	usage(ts, neg, args, "sign-as ROLE KEY")
	ts.Check(releasetest.ForgeAs(ts.MkAbs("repo"), ts.MkAbs("keys"), args[0], args[1:], func(map[string]any) {}))
}

// editManifest: edit-manifest PATH JSON sets a field such as builds.0.surprise.
func editManifest(ts script, neg bool, args []string) {
	usage(ts, neg, args, "edit-manifest PATH JSON")
	var value any
	ts.Check(json.Unmarshal([]byte(args[1]), &value))
	ts.Check(releasetest.EditManifest(ts.MkAbs("repo"), ts.MkAbs("keys"), product, "stable", func(m map[string]any) {
		names := strings.Split(args[0], ".")
		for len(names) > 1 {
			m, names = step(m, names)
		}
		m[names[0]] = value
	}))
}

// step goes one field, or one field and one place of its list, deeper.
func step(m map[string]any, names []string) (map[string]any, []string) {
	if list, ok := m[names[0]].([]any); ok {
		if i, err := strconv.Atoi(names[1]); err == nil && i < len(list) {
			inner, _ := list[i].(map[string]any)
			return inner, names[2:]
		}
	}
	inner, _ := m[names[0]].(map[string]any)
	return inner, names[1:]
}

// flip: flip PATTERN changes one bit in the middle of the one file that
// matches.
func flip(ts script, neg bool, args []string) {
	usage(ts, neg, args, "flip PATTERN")
	files, err := filepath.Glob(ts.MkAbs(args[0]))
	ts.Check(err)
	if len(files) != 1 {
		ts.Fatalf("flip %s: %d files match", args[0], len(files))
	}
	data, err := os.ReadFile(files[0])
	ts.Check(err)
	data[len(data)/2] ^= 1
	ts.Check(os.Remove(files[0])) // it may be a link to a file that others use
	ts.Check(os.WriteFile(files[0], data, 0o600))
}

// copyFolder: copy-folder FROM TO copies a folder with everything in it.
func copyFolder(ts script, neg bool, args []string) {
	usage(ts, neg, args, "copy-folder FROM TO")
	ts.Check(linkTree(ts.MkAbs(args[0]), ts.MkAbs(args[1])))
}
