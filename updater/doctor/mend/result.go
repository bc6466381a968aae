package mend

import (
	"fmt"

	"github.com/koshin-updater/koshin/updater/doctor/winsettings"
)

// Outcome is what came of an errand; of one that only looks, what would come.
type Outcome string

// The outcomes.
const (
	Changed   Outcome = "changed"
	Restored  Outcome = "restored"
	Unchanged Outcome = "unchanged" // there is nothing to do
)

// Result is a fix or an undo as evidence, done or to be done.
type Result struct {
	Outcome    Outcome    `json:"outcome"`
	Setting    string     `json:"setting"`     // path of the operator's own value
	Old        *string    `json:"old"`         // with its bits by name and its type; null: there is none
	New        *string    `json:"new"`         // null: there is none
	From       string     `json:"from"`        // of a fix: the setting whose bits are taken over
	ClearsSSL2 bool       `json:"clears_ssl2"` // SSL 2.0 is taken out
	Record     string     `json:"record"`      // of a fix: path of what its undo needs
	Told       *Notice    `json:"told"`        // null: WinINet was not told
	Open       []Explorer `json:"open"`        // browsers that must be restarted
	OpenKnown  bool       `json:"open_known"`  // it could be looked for them
	// Profile is what [ReadProfile] brings. It is raw, passwords of proxies
	// included: only the readers of package winsettings look into it.
	Profile winsettings.Profile `json:"profile,omitempty"`
}

// Notice is what WinINet took of the news. Wine does not know how to refresh.
type Notice struct {
	Changed   bool `json:"settings_changed"`
	Refreshed bool `json:"refresh"`
}

func fixed(c Change) Result {
	r := Result{Outcome: Unchanged, Setting: winsettings.Tick().String(), From: c.From.Place.String(), Old: shown(c.Old), New: shown(c.Old), Open: []Explorer{}}
	if !c.Needless {
		r.Outcome, r.ClearsSSL2, r.Record = Changed, c.ClearsV2, recordPlace().String()
		r.New = shown(winsettings.Reading{Found: true, Value: c.New})
	}
	return r
}

func returned(back Return) Result {
	r := Result{Outcome: Unchanged, Setting: winsettings.Tick().String(), Old: shown(back.Now), New: shown(back.Then), Open: []Explorer{}}
	if !back.Needless {
		r.Outcome = Restored
	}
	return r
}

// shown is a value with the names of its bits, as in "0xA0 (SSL 3.0, TLS 1.0),
// REG_DWORD".
func shown(r winsettings.Reading) *string {
	if !r.Found {
		return nil
	}
	text := r.Value.String()
	if bits, ok := r.Value.Number(); ok {
		text = fmt.Sprintf("%s, %s", winsettings.Protocols(bits), r.Value.Type)
	}
	return &text
}
