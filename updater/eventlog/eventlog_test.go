package eventlog

import (
	"strings"
	"testing"
)

// What administrators' filters rest on. A line may be added here, and none may
// change.
func TestNumbersStay(t *testing.T) {
	t.Parallel()
	want := map[Kind]Entry{
		"updated": {Updated, 100, Information}, "restart": {Restart, 101, Information}, "went-back": {WentBack, 102, Information},
		"recovered": {Recovered, 200, Warning}, "waiting": {Waiting, 201, Warning}, "unconfirmed": {Unconfirmed, 202, Warning},
		"rolled-back": {RolledBack, 300, Error}, "failed": {Failed, 301, Error}, "refused": {Refused, 302, Error}, "unusable": {Unusable, 303, Error},
	}
	seen := map[uint32]bool{}
	for _, e := range Kinds() {
		if want[e.Kind] != e {
			t.Errorf("%+v, want %+v", e, want[e.Kind])
		}
		if seen[e.ID] || e.ID < 1 || e.ID > 1000 { // EventCreate.exe has no others
			t.Errorf("%d", e.ID)
		}
		seen[e.ID] = true
	}
	if len(Kinds()) != len(want) {
		t.Errorf("%d kinds", len(Kinds()))
	}
}

func TestFit(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"plain 100 %": "plain 100 %", "a\x00b": "a\uFFFDb", "%%1 %%%%2": "% %1 % % % %2", "\xff": "\uFFFD",
	} {
		if got := fit(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if got := fit(strings.Repeat("あ", 9000)); len(got) > maxText+3 || !strings.HasSuffix(got, "あ…") {
		t.Errorf("%d bytes", len(got))
	}
}

func TestUnknownKind(t *testing.T) {
	t.Parallel()
	if err := Write("party", "x"); err == nil {
		t.Error("there is no such event")
	}
}
