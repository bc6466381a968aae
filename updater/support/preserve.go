package support

import (
	"encoding/json"
	"io"
	"os"
	"strings"
)

// maxPatterns bounds the patterns: a manifest has a handful.
const maxPatterns = 200

// Preserved are the patterns of the user's data that koshin's own notes in a state
// folder name, whatever state it is in, and the one that clients commonly have.
// Their files' names must not leave the PC.
func Preserved(stateDir string) []string {
	patterns := []string{"data/**"}
	root, err := os.OpenRoot(stateDir)
	if err != nil {
		return patterns
	}
	defer root.Close()
	for _, kind := range []string{"products/*/*.json", "trust/manifests/*/*.json"} {
		for _, name := range find(root, ".", strings.Split(kind, "/")) {
			if len(patterns) < maxPatterns {
				patterns = append(patterns, preservedBy(root, name)...)
			}
		}
	}
	return patterns[:min(len(patterns), maxPatterns)]
}

func preservedBy(root *os.Root, name string) []string {
	info, err := root.Lstat(name)
	if err != nil || !info.Mode().IsRegular() {
		return nil
	}
	f, err := root.Open(name)
	if err != nil {
		return nil
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, MaxFile))
	var note struct{ Preserve []string }
	if err != nil || json.Unmarshal(data, &note) != nil {
		return nil
	}
	return note.Preserve
}
