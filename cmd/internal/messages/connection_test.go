package messages

import (
	"slices"
	"strings"
	"testing"

	"github.com/koshin-updater/koshin/updater/confirm"
)

// Whatever can be said about a connection has words in both languages, and
// every such word is about something that can be said.
func TestConnectionHasItsWords(t *testing.T) {
	c := load(t)
	want := map[string]bool{}
	for _, cause := range confirm.Causes() {
		want["cause-"+string(cause)], want["cause-remedy-"+string(cause)] = true, true
	}
	for _, reason := range confirm.Reasons() {
		want["advice-"+string(reason)] = true
		if c.ja["reason-"+string(reason)] == "" {
			t.Errorf("reason-%s has no words", reason)
		}
	}
	for _, note := range confirm.Notes() {
		want["proof-note-"+string(note)] = true
	}
	for key := range want {
		if c.ja[key] == "" || c.en[key] == "" {
			t.Errorf("%s has no words", key)
		}
	}
	for key := range c.ja {
		family := slices.ContainsFunc([]string{"cause-", "advice-", "proof-note-"}, func(f string) bool { return strings.HasPrefix(key, f) })
		if family && !want[key] {
			t.Errorf("nobody says %s", key)
		}
	}
	for key, text := range c.ja {
		if strings.HasPrefix(key, "cause-") || strings.HasPrefix(key, "advice-") {
			if !strings.HasSuffix(strings.TrimRight(text, "）"), "。") {
				t.Errorf("%s does not end as a sentence: %s", key, text)
			}
		}
	}
}

// Each constant of package confirm is in the list that the words are held
// against.
func TestConnectionListsAreComplete(t *testing.T) {
	lists := map[string]int{"Cause": len(confirm.Causes()), "Reason": len(confirm.Reasons()), "Note": len(confirm.Notes())}
	for name, n := range lists {
		if found := len(constants(t, "../../../updater/confirm", name)); found != n {
			t.Errorf("%d constants of type %s, %d in its list", found, name, n)
		}
	}
}
