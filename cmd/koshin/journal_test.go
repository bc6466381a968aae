package main

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"regexp"
	"strings"
)

// journalCommands change the journal of an interrupted update.
func journalCommands() map[string]command {
	return map[string]command{"rewrite-journal": rewriteJournal}
}

// rewriteJournal: rewrite-journal FILE REGEXP TEXT changes what matches in a
// journal and gives every line its checksum again, as another koshin would have
// written it.
func rewriteJournal(ts script, neg bool, args []string) {
	usage(ts, neg, args, "rewrite-journal FILE REGEXP TEXT")
	pattern, err := regexp.Compile(args[1])
	ts.Check(err)
	before := ts.ReadFile(args[0])
	var out strings.Builder
	for line := range strings.Lines(before) {
		_, text, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		text = pattern.ReplaceAllString(text, args[2])
		sum := sha256.Sum256([]byte(text))
		out.WriteString(hex.EncodeToString(sum[:8]) + " " + text + "\n")
	}
	if out.String() == before {
		ts.Fatalf("rewrite-journal: nothing in %s matches %s", args[0], args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(out.String()), 0o600))
}
