package watch

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/koshin-updater/koshin/manifest"
)

// Schema is the schema of [Report] as JSON.
const Schema = "koshin/release-watch/1"

// Report is what was seen.
type Report struct {
	Schema   string    `json:"schema"` // always [Schema]
	Address  string    `json:"address"`
	Time     time.Time `json:"time"`
	Level    Level     `json:"verdict"`
	ExitCode int       `json:"exit_code"`
	Anchor   Believed  `json:"anchor"`
	Roles    []Role    `json:"roles"`
	Products []Product `json:"products"`
	Packages Packages  `json:"packages"`
	Hosts    []Host    `json:"hosts"`
	Findings []Finding `json:"findings"` // the worst first; at most maxFindings
	LeftOut  int       `json:"findings_left_out"`
}

// Finding is one thing to know.
type Finding struct {
	Level   Level  `json:"level"`
	Kind    Kind   `json:"kind"`
	Subject string `json:"subject"` // a role, a path, a host; "" for the whole
	Text    string `json:"text"`    // one line, whatever the host sent
}

// Believed is the root that everything was verified from.
type Believed struct {
	From    string `json:"from"` // given, state or first-use; "" for none
	SHA256  string `json:"sha256"`
	Version int64  `json:"root_version"` // of the newest root; 0: not known
}

// Role is how long a role is still valid.
type Role struct {
	Name        string    `json:"role"`
	Version     int64     `json:"version"`
	Expires     time.Time `json:"expires"`
	SecondsLeft int64     `json:"seconds_left"`
	Level       Level     `json:"level"`
}

// Product is what one channel of a product means to PCs.
type Product struct {
	ID        manifest.ProductID `json:"product"`
	Channel   manifest.Channel   `json:"channel"`
	Seq       int64              `json:"seq"`
	Floor     string             `json:"floor"` // "" for none
	Platforms []Platform         `json:"platforms"`
	Withdrawn []Withdrawn        `json:"withdrawn"`
}

// Platform is one kind of PC. Ways are as [manifest.Choice.Ways]: the first whose
// share a PC is in.
type Platform struct {
	OS       string         `json:"os"`
	Arch     string         `json:"arch"`
	Newest   string         `json:"newest"`   // not withdrawn; "" for none
	Required []manifest.Way `json:"required"` // of a PC below the floor, or without a client
	Optional []manifest.Way `json:"optional"` // of one that can connect and is older than the newest
}

// Withdrawn is a build that was taken back.
type Withdrawn struct {
	Version string `json:"version"`
	Reason  string `json:"reason"`
}

// Packages sums up what was looked at.
type Packages struct {
	Promised int   `json:"promised"`
	Bytes    int64 `json:"bytes"` // promised
	Looked   int   `json:"looked"`
	Deep     bool  `json:"deep"` // every byte of them was hashed
	Faulty   int   `json:"faulty"`
}

// maxFindings bounds a report: who is woken reads the first of them.
const maxFindings = 50

// maxText bounds one finding. A monitor takes 4 KiB for all.
const maxText = 300

// OneLine makes of a text that may hold whatever a host sent one that a monitor, a
// terminal and a log can show: the bar divides a plugin's answer from its figures.
func OneLine(format string, args ...any) string {
	text := strings.Map(func(r rune) rune {
		switch {
		case r == '|':
			return '/'
		case !unicode.IsPrint(r):
			return ' '
		}
		return r
	}, fmt.Sprintf(format, args...))
	if cut := []rune(text); len(cut) > maxText {
		return string(cut[:maxText]) + "…"
	}
	return text
}
