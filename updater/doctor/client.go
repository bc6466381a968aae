package doctor

import (
	"fmt"
	"strings"

	"github.com/koshin-updater/koshin/installer"
	"github.com/koshin-updater/koshin/updater/confirm"
)

// client judges the installed clients. One that runs is no fault here; the
// operator may well be looking at its error message.
func client(in Input, tests map[string]*confirm.TestProof) Finding {
	if len(in.Products) == 0 {
		return found(ClientUnseen, Fact{Key: "product", Value: none})
	}
	var parts []Finding
	for _, p := range in.Products {
		test := tests[string(p.ID)]
		reason := judgeClient(p, test, in.Setup.State == DelegatedSends)
		parts = append(parts, found(reason, clientFacts(p, test)...).about(string(p.ID)))
	}
	return merge(parts)
}

func judgeClient(p Product, test *confirm.TestProof, delegated bool) Reason {
	if delegated {
		return ClientNotNeeded
	}
	if p.Err != nil {
		return ClientUnseen
	}
	switch p.Installed.State {
	case installer.Absent:
		return ClientMissing
	case installer.Moved:
		return ClientMoved
	case installer.Damaged:
		return ClientDamaged
	}
	switch {
	case p.Installed.Version.IsZero():
		return ClientUnreadable
	case p.Ready != nil && !*p.Ready:
		return ClientNotReady
	case test != nil && test.Outcome == confirm.Broken:
		return ClientBroken
	case test != nil && test.Outcome == confirm.CannotConnect:
		return ClientCannotConnect
	case p.Ready == nil:
		return ClientNoFloor
	}
	return ClientReady
}

func clientFacts(p Product, test *confirm.TestProof) []Fact {
	facts := []Fact{
		{Key: "folder", Value: p.Dir},
		{Key: "state", Value: stateWord(p.Installed.State)},
		{Key: "installed", Value: orNone(p.Installed.Version.String())},
		{Key: "floor", Value: orNone(p.Floor.String())},
	}
	if p.Err != nil {
		facts = append(facts, Fact{Key: "error", Value: p.Err.Error()})
	}
	if p.Installed.Elsewhere != "" {
		facts = append(facts, Fact{Key: "elsewhere", Value: p.Installed.Elsewhere})
	}
	if len(p.Installed.Missing) > 0 {
		facts = append(facts, Fact{Key: "missing", Value: shorten(p.Installed.Missing)})
	}
	if len(p.Installed.Edited) > 0 {
		facts = append(facts, Fact{Key: "edited", Value: shorten(p.Installed.Edited)})
	}
	running := unseen
	if p.RunningOK {
		running = orNone(strings.Join(p.Running, ", "))
	}
	facts = append(facts, Fact{Key: "running", Value: running})
	if test != nil {
		facts = append(facts, Fact{Key: "self_test", Value: fmt.Sprintf("%s (%d, %.1f s)", test.Outcome, test.ExitCode, test.Seconds)})
	}
	return facts
}

func stateWord(s installer.State) string {
	switch s {
	case "":
		return unseen
	case installer.Unknown:
		return "not-by-koshin"
	}
	return string(s)
}

// maxFiles is how many names of files one fact can bear.
const maxFiles = 5

func shorten(files []string) string {
	if len(files) <= maxFiles {
		return strings.Join(files, ", ")
	}
	return fmt.Sprintf("%s, … (+%d)", strings.Join(files[:maxFiles], ", "), len(files)-maxFiles)
}
