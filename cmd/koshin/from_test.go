package main

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/koshin-updater/koshin/cmd/internal/messages"
	"github.com/koshin-updater/koshin/installer"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater"
	"github.com/koshin-updater/koshin/updater/readiness"
)

// Every reason to leave a file out has its words.
func TestWhatIsLeftOutHasItsWords(t *testing.T) {
	words, err := messages.Load()
	if err != nil {
		t.Fatal(err)
	}
	a := &app{words: words, language: messages.Japanese}
	var keys []string
	for _, err := range []error{readiness.ErrTooLarge, readiness.ErrMalformed, readiness.ErrSchema, readiness.ErrName, readiness.ErrNotFile, readiness.ErrUnreadable} {
		keys = append(keys, "ready-why-"+whyLeftOut(err))
	}
	for _, key := range keys {
		if text := a.inBoth(key); text.JA == key || text.EN == key {
			t.Errorf("%s has no words", key)
		}
	}
}

// What a later koshin says by a code that this one does not know is shown as it is.
func TestCodesOfALaterKoshin(t *testing.T) {
	words, err := messages.Load()
	if err != nil {
		t.Fatal(err)
	}
	a := &app{words: words, language: messages.Japanese}
	p := readiness.Product{
		Decided: &readiness.Decided{Action: "deferred", Gates: []readiness.Gate{{Name: "full-moon", Verdict: "closed"}}},
		Ended:   &readiness.Ended{Error: "moon-eclipse"},
	}
	next := a.next(p, time.Now())
	if len(next) != 2 || next[0].JA != "full-moon" || !strings.Contains(next[1].JA, "moon-eclipse") || strings.Contains(next[1].JA, "problem.") {
		t.Errorf("%q", next)
	}
	p.Decided.Action, p.Decided.Gates, p.Ended.Error = "hover", nil, "folder-damaged"
	if next = a.next(p, time.Now()); next[0].EN != "hover" || strings.Contains(next[1].EN, "{") {
		t.Errorf("%q", next)
	}
}

// What was decided about another version is not said of the one that stands there
// now: somebody has updated by hand since.
func TestADecisionIsAboutItsVersion(t *testing.T) {
	words, err := messages.Load()
	if err != nil {
		t.Fatal(err)
	}
	s := &session{app: &app{words: words, language: messages.English}}
	version := func(text string) manifest.Version {
		v, err := manifest.ParseVersion(text)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	decided := &updater.LatelyDecided{Time: time.Now(), Installed: version("2.1.0"), Latest: version("2.2.0"), Action: updater.ActRequired}
	for installed, known := range map[string]bool{"2.1.0": true, "2.2.0": false} {
		p := s.productDocument(updater.Status{Installed: installer.Installed{Version: version(installed)}, Lately: updater.Lately{Decided: decided}})
		if (p.Decided != nil) != known || p.Latest == nil || *p.Latest != "2.2.0" {
			t.Errorf("%s: %+v", installed, p.Decided)
		}
	}
}

// Of very many PCs the first are on the page, and all are counted.
func TestThePageShowsTheFirst(t *testing.T) {
	words, err := messages.Load()
	if err != nil {
		t.Fatal(err)
	}
	a := &app{words: words, language: messages.Japanese}
	var all readiness.Overview
	for n := range 12 {
		verdict := readiness.Fail
		if n >= 4 {
			verdict = readiness.OK
		}
		all.PCs = append(all.PCs, readiness.PC{Document: readiness.Document{Computer: "PC" + strconv.Itoa(n)}, Verdict: verdict})
	}
	p := a.sheet(all, 6)
	if !p.Shortened || len(p.Groups) != 2 || len(p.Groups[0].Rows) != 4 || len(p.Groups[1].Rows) != 2 || !strings.Contains(p.Groups[1].Title.JA, "8台") {
		t.Errorf("%+v", p)
	}
	if p = a.sheet(all, 12); p.Shortened || len(p.Groups[1].Rows) != 8 {
		t.Errorf("%+v", p)
	}
}
