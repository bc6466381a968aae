package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"

	"github.com/koshin-updater/koshin/updater/page"
	"github.com/koshin-updater/koshin/updater/readiness"
	"github.com/koshin-updater/koshin/updater/readiness/sheet"
)

// fleet is what status is told about the PCs of a folder of reports.
type fleet struct {
	folder string
	report string // HTML file; "": none
	stale  int    // days
}

// readWithin is how long a folder may take to answer: ten thousand reports over
// a slow line take a minute, and Windows gives a dead server up in two.
const readWithin = 5 * time.Minute

// fleetMemory is where the collector of garbage begins to work harder, in bytes:
// twenty thousand PCs take 150 MB, and main's limit is made for the smallest of
// them, not for the one that looks after all.
const fleetMemory = 512 << 20

func (f *fleet) flags(c *cobra.Command) {
	c.Flags().StringVar(&f.folder, "from", "", "show all PCs that report to this `FOLDER`")
	c.Flags().StringVar(&f.report, "report", "", "with --from: save the PCs as one HTML `FILE`")
	c.Flags().IntVar(&f.stale, "stale", 7, "with --from: `days` after which a report is said to be old")
}

// check refuses what does not go together. others says that a flag was given
// that means nothing without a folder; policy, that one PC's settings are wanted.
func (f fleet) check(others, policy bool, products []string) error {
	switch {
	case f.folder != "" && policy:
		return usageError{errors.New("--policy shows this PC's settings; leave --from out")}
	case f.folder == "" && others:
		return usageError{errors.New("--report and --stale need --from FOLDER")}
	case f.folder != "" && len(products) > 0:
		return usageError{errors.New("--from shows all products; leave --product out")}
	case f.stale < 1 || f.stale > 3650:
		return usageError{fmt.Errorf("--stale %d: 1 to 3650 days", f.stale)}
	}
	return nil
}

// fromJSON is the document of status --from.
type fromJSON struct {
	Schema       string          `json:"schema"`
	Folder       string          `json:"folder"`
	Made         time.Time       `json:"made"`
	StaleDays    int             `json:"stale_days"`
	Count        readiness.Count `json:"count"`
	Computers    []computerJSON  `json:"computers"`
	LeftOut      []leftOutJSON   `json:"left_out"`       // the first of them
	LeftOutCount int             `json:"left_out_count"` // all of them
	OtherFiles   int             `json:"other_files"`
	Complete     bool            `json:"complete"` // false: there was more than is looked at
}

type computerJSON struct {
	readiness.Document
	File      string            `json:"file"`
	Came      time.Time         `json:"came"` // by the folder's clock
	Age       int64             `json:"age_seconds"`
	Stale     bool              `json:"stale"`
	Clock     *int64            `json:"clock_seconds"` // by which the PC's clock differs; null: it does not
	Twin      readiness.Twin    `json:"twin,omitempty"`
	TwinOf    string            `json:"twin_of,omitempty"`
	Verdict   readiness.Verdict `json:"verdict"`
	TLSReady  *bool             `json:"tls_ready"`
	Connected *bool             `json:"connected"`
}

type leftOutJSON struct {
	File   string `json:"file"`
	Reason string `json:"reason"`
}

// statusFrom shows how all PCs of a folder are doing. It needs no configuration:
// who looks after the PCs may sit anywhere.
func (a *app) statusFrom(ctx context.Context, f fleet) error {
	if err := newReport(f.report); err != nil {
		return err
	}
	debug.SetMemoryLimit(fleetMemory)
	folder, err := filepath.Abs(f.folder)
	if err != nil {
		return err
	}
	all, err := readiness.Read(ctx, folder, readiness.Options{Now: time.Now(), Stale: time.Duration(f.stale) * 24 * time.Hour, Within: readWithin})
	if err != nil {
		return err
	}
	if f.report != "" {
		shown, words := a.sheet(all, sheet.MaxRows), page.Words{Say: a.inBoth}
		if err := writeFresh(f.report, func(w io.Writer) error { return sheet.Write(w, shown, words) }); err != nil {
			return err
		}
	}
	if a.json {
		a.print(newFromJSON(all, f))
		return nil
	}
	a.showSheet(a.sheet(all, len(all.PCs)))
	if f.report != "" && !a.quiet {
		fmt.Fprintln(a.Err, a.say("ready-saved", "file", f.report))
	}
	return nil
}

func newFromJSON(all readiness.Overview, f fleet) fromJSON {
	doc := fromJSON{
		Schema: schema("status-from"), Folder: all.Folder, Made: all.Made.UTC().Truncate(time.Second), StaleDays: f.stale, Count: all.Count(),
		Computers: []computerJSON{}, LeftOut: []leftOutJSON{}, LeftOutCount: all.LeftOutCount, OtherFiles: all.Others, Complete: !all.Cut,
	}
	for _, pc := range all.PCs {
		one := computerJSON{
			Document: pc.Document, File: pc.File, Came: pc.Came.UTC().Truncate(time.Second), Age: int64(math.Round(pc.Age.Seconds())), Stale: pc.Stale,
			Twin: pc.Twin, TwinOf: pc.TwinOf, Verdict: pc.Verdict, TLSReady: pc.Ready, Connected: pc.Proved,
		}
		if pc.Clock != 0 {
			clock := int64(math.Round(pc.Clock.Seconds()))
			one.Clock = &clock
		}
		doc.Computers = append(doc.Computers, one)
	}
	for _, left := range all.LeftOut {
		doc.LeftOut = append(doc.LeftOut, leftOutJSON{left.File, whyLeftOut(left.Err)})
	}
	return doc
}

// whyLeftOut is the code of a reason to leave a file out.
func whyLeftOut(err error) string {
	for _, kind := range []struct {
		is   error
		code string
	}{
		{readiness.ErrTooLarge, "too-large"}, {readiness.ErrSchema, "schema"}, {readiness.ErrName, "name"},
		{readiness.ErrNotFile, "not-file"}, {readiness.ErrMalformed, "malformed"},
	} {
		if errors.Is(err, kind.is) {
			return kind.code
		}
	}
	return "unreadable"
}
