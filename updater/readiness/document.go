package readiness

import (
	"time"

	"github.com/koshin-updater/koshin/manifest"
)

// Schema is that of koshin status, of which a document is a part.
const Schema = "koshin/status/1"

// Document is how one PC is doing.
type Document struct {
	Schema       string    `json:"schema"`
	Written      time.Time `json:"written"`      // by the PC's own clock
	Computer     string    `json:"computer"`     // its name in the network
	Installation string    `json:"installation"` // random, made at the first check
	Koshin       string    `json:"koshin"`       // its version
	System       string    `json:"system"`       // such as "windows/amd64 10.0.19045"
	Submission   string    `json:"submission"`   // self or delegated
	LastRun      *Run      `json:"last_run"`     // the last daily run; null: none yet
	Products     []Product `json:"products"`
}

// Run is the end of a daily run.
type Run struct {
	Time time.Time `json:"time"`
	Code int       `json:"code"` // koshin's exit code
}

// Product is how one product is doing.
type Product struct {
	Product   manifest.ProductID `json:"product"`
	Title     manifest.Text      `json:"title"` // the publisher's; empty before the first check
	Channel   manifest.Channel   `json:"channel"`
	State     string             `json:"state,omitempty"` // of the install folder
	Installed *string            `json:"installed"`
	Previous  *string            `json:"previous"`
	Floor     *string            `json:"floor"`
	Latest    *string            `json:"latest"`
	TLSReady  *bool              `json:"tls_ready"` // null: cannot be said
	Held      []string           `json:"held"`
	Restart   *Restart           `json:"restart,omitempty"`
	Decided   *Decided           `json:"decided"`   // null: not known, or no longer true
	Confirmed *Confirmed         `json:"confirmed"` // null: never asked
	Ended     *Ended             `json:"ended"`     // null: no run yet
	Error     *Fault             `json:"error,omitempty"`
}

// Restart is an update that waits for the PC's restart.
type Restart struct {
	Version string    `json:"version"`
	Since   time.Time `json:"since"`
}

// Decided is what is to be done, by the last run that could ask a source.
type Decided struct {
	Time       time.Time      `json:"time"`
	Action     string         `json:"action"` // as of koshin check
	WorksUntil *manifest.Date `json:"works_until,omitempty"`
	Gates      []Gate         `json:"gates"` // that are closed
}

// Gate is one reason to wait.
type Gate struct {
	Name    string     `json:"name"`
	Verdict string     `json:"verdict"`
	Until   *time.Time `json:"until,omitempty"` // when it changes by itself
}

// Confirmed is the last proof of connectivity.
type Confirmed struct {
	Time    time.Time `json:"time"`
	Verdict string    `json:"verdict"`
	Reason  string    `json:"reason"`
}

// Ended is how the last run ended.
type Ended struct {
	Time    time.Time `json:"time"`
	Verb    string    `json:"verb"`
	Outcome string    `json:"outcome,omitempty"`
	Error   string    `json:"error,omitempty"`
}

// Fault is what is wrong with the product now, as a code.
type Fault struct {
	Code string `json:"code"`
}
