// Package eventlog writes the few things that an administrator of many PCs wants
// to collect into the Windows Event Log: Application, source Koshin.
//
// Every kind of event has a number and a level that never change, so that a
// subscription, a filter or an alarm can rest on them ([Kinds]; docs/admin.md has
// the table). What koshin does otherwise is in its own log (updater/logbook).
//
// The source is registered with the daily run and taken out with it. Its texts are
// shown through EventCreate.exe, a part of Windows whose message for the numbers 1
// to 1000 is nothing but the text itself: koshin needs no library of messages that
// an update would have to replace while the Event Viewer holds it. Where the source
// is not registered nothing is written: Windows would show such an event as damaged.
//
// Other systems have no such log, and say [errors.ErrUnsupported].
package eventlog

import (
	"errors"
	"fmt"
	"strings"
)

// Source is under which name koshin's events stand in the log Application.
const Source = "Koshin"

// ErrSource: the source cannot be registered or taken out.
var ErrSource = errors.New("source of the event log cannot be changed")

// Level is how Windows marks an event.
type Level string

// The levels.
const (
	Information Level = "information"
	Warning     Level = "warning"
	Error       Level = "error"
)

// Kind is what happened. Its name is for programs and never changes.
type Kind string

// The kinds.
const (
	Updated     Kind = "updated"     // a build was installed
	Restart     Kind = "restart"     // the PC must be restarted to complete one
	WentBack    Kind = "went-back"   // somebody went back to the previous build by hand
	Recovered   Kind = "recovered"   // an update that was interrupted has been finished or taken back
	Waiting     Kind = "waiting"     // an installed build below the floor could not be updated now
	Unconfirmed Kind = "unconfirmed" // a build was installed, and whether it connects is not known
	RolledBack  Kind = "rolled-back" // a new build was at fault, and the old one is back
	Failed      Kind = "failed"      // an update failed, for another reason
	Refused     Kind = "refused"     // what was sent is not what the publisher signed
	Unusable    Kind = "unusable"    // the configuration or a folder of koshin's own is refused
)

// Entry is one kind with its number and its level.
type Entry struct {
	Kind  Kind
	ID    uint32 // below 1000; the hundreds are the level
	Level Level
}

// Kinds are all kinds. A number is never given to another kind.
func Kinds() []Entry {
	return []Entry{
		{Updated, 100, Information},
		{Restart, 101, Information},
		{WentBack, 102, Information},
		{Recovered, 200, Warning},
		{Waiting, 201, Warning},
		{Unconfirmed, 202, Warning},
		{RolledBack, 300, Error},
		{Failed, 301, Error},
		{Refused, 302, Error},
		{Unusable, 303, Error},
	}
}

// Register makes the source known to Windows. It may be repeated, and mends.
// Without administrator rights the error is [io/fs.ErrPermission].
func Register() error { return registerAs(Source) }

// Unregister takes the source out. One that is not there is no error.
func Unregister() error { return unregister(Source) }

// Registered says whether Windows knows the source as Register makes it.
func Registered() (bool, error) { return registered(Source) }

// Write adds an event, where the source is registered.
func Write(kind Kind, text string) error { return writeAs(Source, kind, text) }

func writeAs(source string, kind Kind, text string) error {
	for _, e := range Kinds() {
		if e.Kind == kind {
			return report(source, e, fit(text))
		}
	}
	return fmt.Errorf("event log: no event %q", kind)
}

// maxText bounds an event, in bytes. Windows takes 31,839 characters.
const maxText = 8 << 10

// fit makes a text that the Event Viewer shows as it is: it ends at a zero, and
// replaces %%1 by a text of Windows' own.
func fit(text string) string {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD")
	for strings.Contains(text, "%%") {
		text = strings.ReplaceAll(text, "%%", "% %")
	}
	if len(text) > maxText {
		text = strings.ToValidUTF8(text[:maxText], "") + "…"
	}
	return text
}
