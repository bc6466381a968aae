package report

import (
	"time"

	"github.com/koshin-updater/koshin/updater/page"
)

// Text is one sentence in both languages.
type Text = page.Text

// Verdict is what something came to; as doctor.Verdict.
type Verdict = page.Verdict

// Fact is one piece of evidence.
type Fact = page.Fact

// The verdicts.
const (
	OK      = page.OK
	Warn    = page.Warn
	Fail    = page.Fail
	Unknown = page.Unknown
)

// Same is a text that is the same in both languages, such as what was read.
func Same(s string) Text { return page.Same(s) }

// Page is everything that the file shows, in the order in which it shows it.
type Page struct {
	Made     time.Time
	Result   Result
	Findings []Finding // all checks, in their order
	Hosts    []Host
	History  History
	About    []Fact // versions of koshin and of the system

	Shortened bool // set by Write: something was left out
}

// Result is what the operator reads first.
type Result struct {
	Verdict  Verdict
	Headline Text // the root cause, or that there is none
	Finding  Text // what was found of it; may be empty
	Remedy   Text // what to do now; may be empty
}

// Finding is one check.
type Finding struct {
	Name     Text
	Verdict  Verdict
	Finding  Text
	Remedy   Text // empty where there is nothing to do
	CausedBy Text // the check that explains this one; empty where none does
	Stacks   []string
	Fixable  bool // koshin doctor --fix can mend it
	Root     bool // this is the root cause
	Evidence []Group
}

// Group is the evidence about one product, host or stack; Of is empty where
// there is only one.
type Group struct {
	Of    string
	Facts []Fact
}

// Host is what was seen of one host.
type Host struct {
	URL    string
	Facts  []Fact // address, proxy, time, refusal of old versions
	Stacks []Stack
}

// Stack is one TLS implementation's attempt at a host.
type Stack struct {
	Name    Text
	Verdict Verdict
	TLS     string
	Suite   string
	Status  string
	Issuer  string
	Root    string
	Seconds string
	Why     Text   // empty where it did not fail
	Error   string // as the stack said it
	Notes   []Text
	Chain   []string // SHA-256 of the certificates, the host's own first
}

// History is the end of the audit trail.
type History struct {
	Lines  []Line // the last ones, the newest first
	Count  int64  // of the whole trail
	Head   string
	Broken Text // what is wrong with the trail; empty where nothing is
}

// Line is one event.
type Line struct {
	Seq     int64
	Time    time.Time
	Verb    Text
	Product string
	From    string
	To      string
	Outcome Text
}
