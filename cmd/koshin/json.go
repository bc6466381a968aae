package main

import (
	"encoding/json"

	"github.com/koshin-updater/koshin/cmd/internal/messages"
	"github.com/koshin-updater/koshin/installer"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater"
	"github.com/koshin-updater/koshin/updater/confirm"
)

// document is the one JSON document that --json prints. Error is for what fails
// before any product.
type document struct {
	Schema   string     `json:"schema"`
	Products any        `json:"products,omitempty"`
	Error    *errorJSON `json:"error,omitempty"`
}

func schema(verb string) string {
	if verb == "" {
		verb = "koshin"
	}
	return "koshin/" + verb + "/1"
}

type errorJSON struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Remedy  string `json:"remedy"`
	Detail  string `json:"detail"`
}

func newErrorJSON(p messages.Problem) *errorJSON {
	return &errorJSON{Code: p.Code, Message: p.Message, Remedy: p.Remedy, Detail: p.Detail}
}

// errorJSON explains an error, or is nil where there is none.
func (a *app) errorJSON(err error) *errorJSON {
	if err == nil {
		return nil
	}
	return newErrorJSON(a.words.Explain(a.language, err))
}

func (a *app) print(doc any) {
	encoder := json.NewEncoder(a.Out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	_ = encoder.Encode(doc) // a reader that went away needs no answer
}

// gateJSON is one gate of check and explain.
type gateJSON struct {
	Name    updater.GateName    `json:"name"`
	Verdict updater.GateVerdict `json:"verdict"`
	Reason  string              `json:"reason"`
	Until   string              `json:"until,omitempty"`
}

func (a *app) gatesJSON(gates []updater.Gate) []gateJSON {
	list := []gateJSON{}
	for _, g := range gates {
		one := gateJSON{Name: g.Name, Verdict: g.Verdict, Reason: a.words.Note(a.language, g.Reason)}
		if !g.Until.IsZero() {
			one.Until = g.Until.UTC().Format("2006-01-02T15:04:05Z")
		}
		list = append(list, one)
	}
	return list
}

type downloadJSON struct {
	Kind        string `json:"kind"` // delta or full
	Bytes       int64  `json:"bytes"`
	ResumedFrom int64  `json:"resumed_from"`
}

// foundJSON is what stands in the install folder, beside its version.
type foundJSON struct {
	State     installer.State `json:"state,omitempty"`
	Recorded  *string         `json:"recorded,omitempty"`  // by hand: the version that koshin had installed
	Missing   []string        `json:"missing,omitempty"`   // damaged
	Edited    []string        `json:"edited,omitempty"`    // files with other content
	Elsewhere string          `json:"elsewhere,omitempty"` // moved: where it is now
}

func newFoundJSON(in installer.Installed) foundJSON {
	found := foundJSON{State: in.State, Missing: in.Missing, Edited: in.Edited, Elsewhere: in.Elsewhere}
	if in.State == installer.ByHand {
		found.Recorded = versionJSON(in.Recorded)
	}
	return found
}

// checkJSON is one product of check.
type checkJSON struct {
	foundJSON
	Product   manifest.ProductID `json:"product"`
	Installed *string            `json:"installed"`
	Floor     *string            `json:"floor"`
	Latest    *string            `json:"latest"`
	TLSReady  *bool              `json:"tls_ready"`
	Action    updater.Action     `json:"action"`
	WorksTo   string             `json:"works_until,omitempty"` // the installed build's last day, where it is near
	Download  *downloadJSON      `json:"download"`
	Gates     []gateJSON         `json:"gates"`
	Restart   *restartJSON       `json:"restart,omitempty"`
	Error     *errorJSON         `json:"error,omitempty"`
}

func (a *app) checkJSON(f updater.Finding) checkJSON {
	d := f.Decision
	one := checkJSON{
		foundJSON: newFoundJSON(f.Installed),
		Product:   f.Product.ID, Installed: versionJSON(f.Installed.Version), Floor: versionJSON(d.Floor), Latest: versionJSON(d.Latest),
		TLSReady: d.Ready, Action: d.Action, Gates: a.gatesJSON(d.Gates), Restart: newRestartJSON("", f.Owed), Error: a.errorJSON(f.Err),
	}
	if d.Ending != nil {
		one.WorksTo = d.Ending.LastDay.String()
	}
	if d.Target != nil {
		one.Download = &downloadJSON{Kind: "full", Bytes: d.Target.Package.Size}
	}
	return one
}

// versionJSON is null for no version.
func versionJSON(v manifest.Version) *string {
	if v.IsZero() {
		return nil
	}
	text := v.String()
	return &text
}

// reportJSON is one product of update, rollback and recover.
type reportJSON struct {
	Found    foundJSON          `json:"found,omitzero"`
	Product  manifest.ProductID `json:"product"`
	From     *string            `json:"from"`
	To       *string            `json:"to"`
	Outcome  updater.Outcome    `json:"outcome"`
	DryRun   bool               `json:"dry_run,omitempty"`
	Download *downloadJSON      `json:"download"`
	Gates    []gateJSON         `json:"gates,omitempty"`
	WorksTo  string             `json:"works_until,omitempty"`
	Plan     *planJSON          `json:"plan,omitempty"`
	Data     *dataJSON          `json:"data,omitempty"`
	Confirm  *confirm.Report    `json:"confirm"`
	Reason   string             `json:"reason,omitempty"`
	Why      *whyJSON           `json:"explanation,omitempty"`
	Snapshot string             `json:"snapshot,omitempty"`
	Restart  *restartJSON       `json:"restart,omitempty"`
	Notes    []string           `json:"notes,omitempty"`
	Error    *errorJSON         `json:"error"`
}

func (a *app) reportsJSON(reports []updater.Report) []reportJSON {
	list := []reportJSON{}
	for _, r := range reports {
		list = append(list, a.reportJSON(r))
	}
	return list
}

func (a *app) reportJSON(r updater.Report) reportJSON {
	one := reportJSON{
		Found:   newFoundJSON(r.Found),
		Product: r.Product, From: versionJSON(r.From), To: versionJSON(r.To), Outcome: r.Outcome, DryRun: r.DryRun,
		Confirm: r.After, Snapshot: snapshotOf(r), Data: newDataJSON(r), Restart: newRestartJSON(r.Restart, r.Owed), Error: a.errorJSON(r.Err),
		Why: a.whyJSON(r),
	}
	if r.Download != nil {
		one.Download = &downloadJSON{Kind: r.Download.Kind, Bytes: r.Download.Bytes, ResumedFrom: r.Download.ResumedFrom}
	}
	if r.Outcome == updater.Deferred && !r.DryRun {
		one.Gates = a.gatesJSON(r.Decision.Gates)
		if r.Decision.Ending != nil {
			one.WorksTo = r.Decision.Ending.LastDay.String()
		}
	}
	for _, n := range r.Notes {
		one.Notes = append(one.Notes, a.words.Note(a.language, n))
	}
	if r.Judgement != nil {
		one.Reason = string(r.Judgement.Reason)
	}
	if r.Plan != nil {
		one.Plan = newPlanJSON(r.Plan)
	}
	return one
}
