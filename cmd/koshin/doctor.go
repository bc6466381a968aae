package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/koshin-updater/koshin/cmd/internal/exitcode"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/config"
	"github.com/koshin-updater/koshin/updater/doctor"
)

// examination is what doctor is told beside the common flags.
type examination struct {
	report string
}

// doctorJSON is the document of doctor.
type doctorJSON struct {
	Schema    string        `json:"schema"`
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
	var e examination
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Find what stops this PC from connecting over TLS 1.2",
		Long: "doctor makes thirteen checks side by side and explains the first root cause, with what to\n" +
			"do about it. It needs no administrator rights and changes nothing unless it is asked to.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.examine(c.Context(), e)
		},
	}
	return c
}

func (a *app) examine(ctx context.Context, e examination) error {
	in, err := a.patient(ctx)
	if err != nil {
		return err
	}
	d, err := doctor.Run(ctx, in)
	if err != nil {
		return err
	}
	if a.json {
		a.print(a.doctorJSON(d))
	} else {
		a.showDiagnosis(d)
	}
	if d.Failed() {
		a.code = exitcode.Failed
	}
	return nil
}

func (a *app) doctorJSON(d doctor.Diagnosis) doctorJSON {
	doc := doctorJSON{Schema: schema("doctor"), RootCause: orNull(d.RootCause)}
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
	return doc
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
	for _, fact := range f.Evidence {
		of := ""
		if fact.Of != "" {
			of = fact.Of + " "
		}
		fmt.Fprintf(a.Out, "    %s%s: %s\n", of, a.words.FactName(a.language, fact), strings.TrimSpace(a.words.FactValue(a.language, fact)))
	}
	if f.Verdict != doctor.OK && f.Check != d.RootCause {
		fmt.Fprintln(a.Out, "  "+a.say("doctor-remedy", "remedy", a.words.Cure(a.language, f)))
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
