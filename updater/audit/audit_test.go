package audit_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/koshin-updater/koshin/updater/audit"
)

func three(t *testing.T) audit.Trail {
	t.Helper()
	trail := audit.Trail{Dir: filepath.Join(t.TempDir(), "audit")}
	for _, outcome := range []string{"updated", "rolled-back", "up-to-date"} {
		if err := trail.Append(audit.Record{Time: time.Unix(1617235200, 0).UTC(), Verb: "update", Product: "torikomi-soshin", Outcome: outcome}); err != nil {
			t.Fatal(err)
		}
	}
	return trail
}

func TestTheTrailIsReadBack(t *testing.T) {
	records, err := three(t).Records()
	if err != nil || len(records) != 3 || records[2].Seq != 3 || records[1].Outcome != "rolled-back" {
		t.Errorf("%v: %v", err, records)
	}
	if records, err := (audit.Trail{Dir: t.TempDir()}).Records(); err != nil || records != nil {
		t.Errorf("empty trail: %v, %v", records, err)
	}
}

func TestTamperingIsSeen(t *testing.T) {
	lines := func(edit func([]string) []string) func(string) string {
		return func(text string) string {
			return strings.Join(edit(strings.SplitAfter(strings.TrimSuffix(text, "\n"), "\n")), "") + "\n"
		}
	}
	cases := map[string]func(string) string{
		"a word changed":        func(s string) string { return strings.Replace(s, "rolled-back", "updated", 1) },
		"last line changed":     func(s string) string { return strings.Replace(s, "up-to-date", "updated", 1) },
		"first line removed":    lines(func(l []string) []string { return l[1:] }),
		"middle line removed":   lines(func(l []string) []string { return append(l[:1], l[2]) }),
		"last line removed":     lines(func(l []string) []string { return []string{l[0], strings.TrimSuffix(l[1], "\n")} }),
		"lines exchanged":       lines(func(l []string) []string { return []string{l[1], l[0], l[2]} }),
		"line repeated":         func(s string) string { return s + s[strings.LastIndex(strings.TrimSuffix(s, "\n"), "\n")+1:] },
		"everything removed":    func(string) string { return "" },
		"half of the last line": func(s string) string { return s[:len(s)-20] },
	}
	for name, edit := range cases {
		t.Run(name, func(t *testing.T) {
			trail := three(t)
			file := filepath.Join(trail.Dir, "trail.jsonl")
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(edit(string(text))), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := trail.Records(); !errors.Is(err, audit.ErrBroken) {
				t.Errorf("error is %v, want ErrBroken", err)
			}
		})
	}
	t.Run("the file removed", func(t *testing.T) {
		trail := three(t)
		if err := os.Remove(filepath.Join(trail.Dir, "trail.jsonl")); err != nil {
			t.Fatal(err)
		}
		if _, err := trail.Records(); !errors.Is(err, audit.ErrBroken) {
			t.Errorf("error is %v, want ErrBroken", err)
		}
	})
}

// A disk without room for the very first line leaves an empty file.
func TestATrailThatWasNeverBegun(t *testing.T) {
	trail := audit.Trail{Dir: t.TempDir()}
	if err := os.WriteFile(filepath.Join(trail.Dir, "trail.jsonl"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if records, err := trail.Records(); err != nil || records != nil {
		t.Errorf("%v, %v", records, err)
	}
}

// A line that a power cut left unfinished is nobody's tampering, and is dropped
// by the next one.
func TestAnUnfinishedLineIsReplaced(t *testing.T) {
	trail := three(t)
	file := filepath.Join(trail.Dir, "trail.jsonl")
	f, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(`{"seq":4,"ti` + strings.Repeat("\x00", 4000)); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if records, err := trail.Records(); err != nil || len(records) != 3 {
		t.Errorf("%v: %v", err, records)
	}
	if err := trail.Append(audit.Record{Verb: "update", Outcome: "updated"}); err != nil {
		t.Fatal(err)
	}
	if records, err := trail.Records(); err != nil || len(records) != 4 {
		t.Errorf("%v: %v", err, records)
	}
}
