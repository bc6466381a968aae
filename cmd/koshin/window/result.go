package window

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/koshin-updater/koshin/cmd/internal/exitcode"
	"github.com/koshin-updater/koshin/cmd/internal/messages"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater"
	"github.com/koshin-updater/koshin/updater/confirm"
)

// ErrResult is a document that is not the result of an update.
var ErrResult = errors.New("not the result of an update")

// ResultSchema is the schema of the document that "koshin update --json" prints.
const ResultSchema = "koshin/update/1"

// Result is what became of a run: the document of "koshin update --json", as far
// as the window shows it.
type Result struct {
	Schema   string          `json:"schema"`
	Products []ProductResult `json:"products"`
	Error    *Fault          `json:"error"` // what failed before any product
}

// ProductResult is what became of one product.
type ProductResult struct {
	Product  manifest.ProductID `json:"product"`
	From     manifest.Version   `json:"from"`
	To       manifest.Version   `json:"to"`
	Outcome  updater.Outcome    `json:"outcome"`
	Confirm  *confirm.Report    `json:"confirm"` // nil: not asked
	Why      *Fault             `json:"explanation"`
	Reason   confirm.Reason     `json:"reason"`
	Restart  *Restart           `json:"restart"`
	Snapshot string             `json:"snapshot"`
	Notes    []string           `json:"notes"`
	Error    *Fault             `json:"error"`
}

// Fault is a problem in words, or a verdict with what to do about it.
type Fault struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Remedy  string `json:"remedy"`
}

// Restart is why the PC must be restarted.
type Restart struct {
	Reason updater.Restart  `json:"reason"`
	Wait   manifest.Version `json:"version"`
	UsedBy string           `json:"used_by"`
}

// ParseResult reads the document of a run. What it does not know is left out.
func ParseResult(data []byte) (Result, error) {
	var r Result
	if err := json.Unmarshal(data, &r); err != nil {
		return Result{}, fmt.Errorf("%w: %w", ErrResult, err)
	}
	if r.Schema != ResultSchema || len(r.Products) == 0 && r.Error == nil {
		return Result{}, fmt.Errorf("%w: schema %q", ErrResult, r.Schema)
	}
	return r, nil
}

// NotAllowed says that nothing could be done for want of administrator rights.
func (r Result) NotAllowed() bool {
	lacks := func(f *Fault) bool { return f != nil && messages.ExitOf(f.Code) == exitcode.NotAdmin }
	for _, p := range r.Products {
		if !lacks(p.Error) || p.Outcome != updater.Failed {
			return false
		}
	}
	return len(r.Products) > 0 || lacks(r.Error)
}

// end is what one product's part of a run means to its operator, the weakest
// first: the window's headline is the strongest of all products'.
type end int

const (
	endNothing end = iota // it was up to date
	endGood               // installed, and its connection confirmed
	endWaits
	endRestart
	endPartly      // kept; some of the connection could not be confirmed
	endUnconfirmed // kept, and it does not connect
	endBack        // the old build is back
	endFailed
	endRefused
)

func (p ProductResult) end() end {
	switch {
	case p.Outcome == updater.Refused:
		return endRefused
	case p.Outcome == updater.RolledBack:
		return endBack
	case p.Error != nil && p.Outcome != updater.Deferred:
		return endFailed
	case p.Restart != nil:
		return endRestart
	case p.Outcome == updater.Deferred:
		return endWaits
	case p.Confirm != nil && p.Confirm.Verdict == confirm.Partial:
		return endPartly
	case p.Confirm != nil && p.Confirm.Verdict == confirm.Unreachable, p.Outcome == updater.Updated && !p.connects():
		return endUnconfirmed
	case p.Outcome == updater.Updated || p.Confirm != nil && p.Confirm.Verdict == confirm.Confirmed:
		return endGood
	case p.Outcome == updater.UpToDate:
		return endNothing
	}
	return endFailed
}

// connects says that the proofs from after the update say so.
func (p ProductResult) connects() bool {
	return p.Confirm != nil && p.Confirm.Verdict == confirm.Confirmed
}

// shown leaves out koshin itself where nothing is to be said of it.
func (r Result) shown() (all []ProductResult) {
	for _, p := range r.Products {
		if p.Product != updater.SelfID || p.end() >= endFailed {
			all = append(all, p)
		}
	}
	return all
}

// strongest is the end that the headline speaks of, with its product.
func (r Result) strongest() ProductResult {
	var worst ProductResult
	for i, p := range r.shown() {
		if i == 0 || p.end() > worst.end() {
			worst = p
		}
	}
	return worst
}
