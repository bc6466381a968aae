package audit_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/koshin-updater/koshin/updater/audit"
)

// add appends events to a trail, one a minute.
func add(t *testing.T, trail audit.Trail, outcomes ...string) {
	t.Helper()
	for i, outcome := range outcomes {
		r := audit.Record{
			Time: time.Unix(1617235200+60*int64(i), 0).UTC(), Verb: "confirm", Product: "torikomi-soshin", From: "2.2.0", To: "2.2.0",
			Outcome: outcome, Detail: json.RawMessage(`{"after":{"verdict":"` + outcome + `","hosts":[{"url":"https://reception.example/"}]}}`),
		}
		if err := trail.Append(r); err != nil {
			t.Fatal(err)
		}
	}
}

func newTrail(t *testing.T, outcomes ...string) audit.Trail {
	t.Helper()
	trail := audit.Trail{Dir: filepath.Join(t.TempDir(), "audit")}
	add(t, trail, outcomes...)
	return trail
}

// shortTrail has two lines of little more than their hashes, for tests that look
// at every byte of it.
func shortTrail(t *testing.T) audit.Trail {
	t.Helper()
	trail := audit.Trail{Dir: filepath.Join(t.TempDir(), "audit")}
	for range 2 {
		if err := trail.Append(audit.Record{Verb: "v", Outcome: "o"}); err != nil {
			t.Fatal(err)
		}
	}
	return trail
}

func read(t *testing.T, trail audit.Trail, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(trail.Dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func write(t *testing.T, trail audit.Trail, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(trail.Dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func digest(line string) string {
	sum := sha256.Sum256([]byte(line))
	return hex.EncodeToString(sum[:])
}

func TestTheTrailIsReadBack(t *testing.T) {
	trail := newTrail(t, "confirmed", "partial", "unreachable")
	records, err := trail.Records()
	if err != nil || len(records) != 3 || records[2].Seq != 3 || records[1].Outcome != "partial" {
		t.Errorf("%v: %v", err, records)
	}
	summary, err := trail.Walk(nil, nil)
	lines := strings.Split(strings.TrimSuffix(read(t, trail, "trail.jsonl"), "\n"), "\n")
	if err != nil || summary.Lines != 3 || summary.First != digest(lines[0]) || summary.Head != digest(lines[2]) || summary.To.Sub(summary.From) != 2*time.Minute {
		t.Errorf("%v: %+v", err, summary)
	}
	if records, err := (audit.Trail{Dir: t.TempDir()}).Records(); err != nil || records != nil {
		t.Errorf("empty trail: %v, %v", records, err)
	}
}

// A disk without room for the very first line leaves an empty file.
func TestATrailThatWasNeverBegun(t *testing.T) {
	trail := audit.Trail{Dir: t.TempDir()}
	write(t, trail, "trail.jsonl", "")
	if records, err := trail.Records(); err != nil || records != nil {
		t.Errorf("%v, %v", records, err)
	}
	write(t, trail, "head", "\n"+digest("the first line")+"\n") // its head was written, it was not
	if records, err := trail.Records(); err != nil || records != nil {
		t.Errorf("%v, %v", records, err)
	}
	add(t, trail, "confirmed")
	if records, err := trail.Records(); err != nil || len(records) != 1 {
		t.Errorf("%v, %v", records, err)
	}
}

// A line that a power cut left unfinished is nobody's tampering, and is dropped
// by the next one. Whether one was being written, the head says.
func TestAnUnfinishedLine(t *testing.T) {
	const part = `{"seq":3,"ti` + "\x00\x00\x00\x00"
	trail := newTrail(t, "confirmed", "confirmed")
	whole := read(t, trail, "trail.jsonl")
	last := read(t, trail, "head")
	write(t, trail, "trail.jsonl", whole+part)
	if _, err := trail.Records(); !errors.Is(err, audit.ErrEnd) {
		t.Errorf("nobody was writing, and the error is %v", err)
	}
	write(t, trail, "head", last+digest("the third line")+"\n")
	if records, err := trail.Records(); err != nil || len(records) != 2 {
		t.Errorf("%v: %v", err, records)
	}
	add(t, trail, "partial")
	if records, err := trail.Records(); err != nil || len(records) != 3 || strings.Contains(read(t, trail, "trail.jsonl"), "\x00") {
		t.Errorf("%v: %v", err, records)
	}
}

// After a power cut at any byte of a line's writing the trail is sound, with or
// without that line, and the next one fits.
func TestAPowerCutAtEveryByte(t *testing.T) {
	trail := shortTrail(t)
	whole, head := read(t, trail, "trail.jsonl"), read(t, trail, "head")
	before := strings.Index(whole, "\n") + 1
	both := digest(whole[:before-1]) + "\n" + head
	for end := before; end <= len(whole); end++ {
		write(t, trail, "trail.jsonl", whole[:end])
		write(t, trail, "head", both)
		want := 1
		if end == len(whole) {
			want = 2
		}
		if records, err := trail.Records(); err != nil || len(records) != want {
			t.Fatalf("cut at byte %d: %v: %v", end, err, records)
		}
		if end%16 != 0 && end != len(whole) {
			continue // flushing takes its time
		}
		if err := trail.Append(audit.Record{Verb: "confirm", Outcome: "confirmed"}); err != nil {
			t.Fatalf("cut at byte %d: %v", end, err)
		}
		if records, err := trail.Records(); err != nil || len(records) != want+1 {
			t.Fatalf("after a cut at byte %d: %v: %v", end, err, records)
		}
	}
}
