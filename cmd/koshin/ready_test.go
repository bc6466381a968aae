package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// readyCommands are for stories of many PCs and their folder of reports.
func readyCommands() map[string]command {
	return map[string]command{"reported": reported, "aged": aged}
}

// reported: [!] reported DIR COMPUTER [VAR] looks for the one report of a PC; VAR
// becomes its file.
func reported(ts script, neg bool, args []string) {
	usage(ts, false, args, "reported DIR COMPUTER [VAR]")
	found, err := filepath.Glob(filepath.Join(ts.MkAbs(args[0]), args[1]+"-*.json"))
	ts.Check(err)
	switch {
	case neg && len(found) == 0:
		return
	case neg || len(found) != 1:
		ts.Fatalf("%s has %d reports: %s", args[1], len(found), strings.Join(found, " "))
	case len(args) > 2:
		ts.Setenv(args[2], found[0])
	}
}

// aged: aged FILE DURATION is a report that was written, and came, so long ago.
func aged(ts script, neg bool, args []string) {
	usage(ts, neg, args, "aged FILE DURATION")
	age, err := time.ParseDuration(args[1])
	ts.Check(err)
	then := time.Now().Add(-age)
	written := regexp.MustCompile(`"written":"[^"]*"`)
	text := written.ReplaceAllString(ts.ReadFile(args[0]), `"written":"`+then.UTC().Format(time.RFC3339)+`"`)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o600))
	ts.Check(os.Chtimes(ts.MkAbs(args[0]), then, then))
}
