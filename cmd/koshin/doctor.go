package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/koshin-updater/koshin/cmd/internal/exitcode"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/config"
	"github.com/koshin-updater/koshin/updater/doctor"
)

// doctorJSON is the document of doctor.
type doctorJSON struct {
	Schema    string        `json:"schema"`
	Change    *changeJSON   `json:"change,omitempty"` // of --fix and --undo
	Findings  []findingJSON `json:"findings"`
	RootCause *doctor.Check `json:"root_cause"` // null: nothing failed
}

type findingJSON struct {
	Check    doctor.Check     `json:"check"`
	Verdict  doctor.Verdict   `json:"verdict"`
	Reason   doctor.Reason    `json:"reason"`
	Finding  manifest.Text    `json:"finding"`
	Evidence []doctor.Fact    `json:"evidence"`
	Remedy   manifest.Text    `json:"remedy"`
	Fixable  bool             `json:"fixable"`
	Stacks   []manifest.Stack `json:"stacks"`
	CausedBy *doctor.Check    `json:"caused_by"` // the failure that explains this one
}

func (a *app) doctorCommand() *cobra.Command {
	var m mending
	var report string
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Find what stops this PC from connecting over TLS 1.2",
		Long: "doctor makes thirteen checks side by side and explains the first root cause, with what to\n" +
			"do about it. It needs no administrator rights, and changes nothing unless it is asked to:\n" +
			"--fix ticks TLS 1.2 in this user's own Internet Options, --undo takes exactly that back.\n" +
			"--report saves the examination as one HTML file that names no person and not this PC.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.doctor(c.Context(), m, report)
		},
	}
	flags := c.Flags()
	flags.BoolVar(&m.fix, "fix", false, "tick TLS 1.2 in this user's Internet Options, then examine")
	flags.BoolVar(&m.undo, "undo", false, "take back what --fix changed")
	flags.BoolVar(&m.dryRun, "dry-run", false, "with --fix or --undo: show the old and the new value, change nothing")
	flags.BoolVar(&m.yes, "yes", false, "ask nothing")
	flags.StringVar(&report, "report", "", "save the examination as an HTML `FILE` for the help desk")
	flags.StringVar(&m.ssl2, "ssl2", "", "with --fix: `clear` SSL 2.0, which excludes TLS 1.2, or keep it (default: ask)")
	return c
}

// doctor mends where that was asked for, and examines. An undo is no occasion
// to examine: it brings the fault back that was mended.
func (a *app) doctor(ctx context.Context, m mending, report string) error {
	if m.undo && report != "" {
		return usageError{errors.New("--undo examines nothing that --report could save")}
	}
	if err := newReport(report); err != nil {
		return err
	}
	change, err := a.mend(ctx, m)
	if err != nil {
		return err
	}
	doc := doctorJSON{Schema: schema("doctor"), Change: change, Findings: []findingJSON{}}
	if !m.undo {
		d, err := a.examine(ctx)
		if err != nil {
			return err
		}
		a.fill(&doc, d)
		if d.Failed() {
			a.code = exitcode.Failed
		}
		if !a.json {
			a.showDiagnosis(d)
		}
		if report != "" {
			if err := a.saveDiagnosis(report, d); err != nil {
				return err
			}
		}
	}
	if a.json {
		a.print(doc)
	}
	return nil
}

func (a *app) examine(ctx context.Context) (doctor.Diagnosis, error) {
	in, err := a.patient(ctx)
	if err != nil {
		return doctor.Diagnosis{}, err
	}
	return doctor.Run(ctx, in)
}

func (a *app) fill(doc *doctorJSON, d doctor.Diagnosis) {
	doc.RootCause = orNull(d.RootCause)
	for _, f := range d.Findings {
		one := findingJSON{
			Check: f.Check, Verdict: f.Verdict, Reason: f.Reason, Finding: a.words.FindingInBoth(f), Evidence: f.Evidence,
			Remedy: a.words.CureInBoth(f), Fixable: f.Fixable, Stacks: f.Stacks, CausedBy: orNull(f.CausedBy),
		}
		if one.Stacks == nil {
			one.Stacks = []manifest.Stack{}
		}
		doc.Findings = append(doc.Findings, one)
	}
}

func orNull(c doctor.Check) *doctor.Check {
	if c == "" {
		return nil
	}
	return &c
}

// showDiagnosis says the cause first, with its remedy, and then every check with
// its evidence.
func (a *app) showDiagnosis(d doctor.Diagnosis) {
	switch {
	case d.Failed():
		f := d.Of(d.RootCause)
		a.sayln("doctor-root", "check", a.words.CheckName(a.language, f.Check))
		fmt.Fprintln(a.Out, a.words.Finding(a.language, f))
		a.sayln("doctor-remedy", "remedy", a.words.Cure(a.language, f))
		if f.Fixable {
			a.sayln("doctor-fix")
		}
	case d.Complete():
		a.sayln("doctor-healthy")
	default:
		a.sayln("doctor-healthy-partly")
	}
	fmt.Fprintln(a.Out)
	for _, f := range d.Findings {
		a.showExamined(d, f)
	}
	if d.Failed() {
		a.sayln("doctor-help-desk")
	}
}

func (a *app) showExamined(d doctor.Diagnosis, f doctor.Finding) {
	a.sayln("doctor-finding", "mark", a.words.Examined(a.language, f.Verdict), "check", a.words.CheckName(a.language, f.Check), "finding", a.words.Finding(a.language, f))
	if f.CausedBy != "" {
		fmt.Fprintln(a.Out, "  "+a.say("doctor-caused-by", "check", a.words.CheckName(a.language, f.CausedBy)))
	}
	a.showEvidence(f.Evidence)
	if cure := a.words.Cure(a.language, f); cure != a.say("cure-none") && f.Check != d.RootCause {
		fmt.Fprintln(a.Out, "  "+a.say("doctor-remedy", "remedy", cure))
	}
}

// showEvidence lists facts, those of one product or host under its name.
func (a *app) showEvidence(facts []doctor.Fact) {
	of := ""
	for _, fact := range facts {
		if fact.Of != of {
			of = fact.Of
			fmt.Fprintln(a.Out, "    "+of)
		}
		indent := "    "
		if of != "" {
			indent = "      "
		}
		fmt.Fprintln(a.Out, indent+a.say("doctor-fact", "name", a.words.FactName(a.language, fact), "value", a.words.FactValue(a.language, fact)))
	}
}

// unusable says what is the matter with a configuration that doctor cannot use.
// Doctor goes on without it.
func (a *app) unusable(err error) doctor.Setup {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return doctor.Setup{State: doctor.ConfigUnreadable}
	case errors.Is(err, config.ErrNotFound):
		return doctor.Setup{State: doctor.NotEnrolled}
	}
	detail := a.words.Explain(a.language, err).Code
	if fault, ok := errors.AsType[*config.Error](err); ok {
		place := *fault
		place.File = filepath.Base(place.File)
		detail = place.Error()
	}
	return doctor.Setup{State: doctor.ConfigUnusable, Detail: detail}
}
