package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/koshin-updater/koshin/updater/audit"
)

// exportHistory writes the trail for somebody else to keep and to check. A trail
// that is broken is exported as it is: it is what the auditor has to see.
func (s *session) exportHistory(file string) error {
	var summary audit.Summary
	var broken error
	err := writeFresh(file, func(w io.Writer) (err error) {
		summary, err = s.updater.ExportHistory(w, audit.Header{Koshin: version, Time: time.Now().UTC().Truncate(time.Second)})
		if errors.Is(err, audit.ErrBroken) {
			broken, err = err, nil
		}
		return err
	})
	if err != nil {
		return err
	}
	if s.json {
		return s.printHistory(historyJSON{Lines: summary.Lines, First: summary.First, Head: summary.Head, File: file}, broken)
	}
	s.sayln("history-exported", "count", summary.Lines, "file", file)
	if summary.Head != "" {
		s.sayln("history-head", "head", summary.Head)
		s.sayln("history-note-head")
	}
	return broken
}

// readMark is what --since names: nothing, an older export, or a noted head.
func readMark(text string) (*audit.Mark, error) {
	if text == "" {
		return nil, nil
	}
	if mark, ok := audit.ParseMark(text); ok {
		return &mark, nil
	}
	_, summary, err := readExport(text, nil)
	if err != nil {
		return nil, fmt.Errorf("--since %s: %w", text, err)
	}
	mark := summary.Mark()
	return &mark, nil
}

func readExport(file string, since *audit.Mark) (audit.Header, audit.Summary, error) {
	f, err := os.Open(file)
	if err != nil {
		return audit.Header{}, audit.Summary{}, usageError{err}
	}
	defer f.Close() //nolint:errcheck // opened for reading
	return audit.ReadExport(f, since, nil)
}

// verifyFile checks an export. It needs nothing of this PC.
func (a *app) verifyFile(file string, since *audit.Mark) error {
	header, summary, err := readExport(file, since)
	doc := historyJSON{Lines: summary.Lines, First: summary.First, Head: summary.Head, File: file}
	if header.Schema != "" {
		doc.Export = &header
	}
	if _, unread := errors.AsType[usageError](err); unread {
		return err
	}
	return a.verified(doc, since, err)
}

// verified says whether a trail or an export is what it was, and how far that
// is proved.
func (a *app) verified(doc historyJSON, since *audit.Mark, err error) error {
	if a.json {
		if since != nil {
			doc.Since = &sinceJSON{Lines: since.Lines, Head: since.Head}
		}
		return a.printHistory(doc, err)
	}
	if err != nil {
		return err
	}
	a.sayln("history-ok", "count", doc.Lines)
	if doc.Export != nil {
		a.sayln("history-export-of", "time", doc.Export.Time.Local().Format("2006-01-02 15:04:05"), "version", doc.Export.Koshin)
	}
	if doc.Head != "" {
		a.sayln("history-head", "head", doc.Head)
	}
	switch {
	case since == nil:
		a.sayln("history-alone")
	case since.Lines == 0 && since.Head != "":
		a.sayln("history-since-head")
	default:
		a.sayln("history-since", "count", since.Lines)
	}
	return nil
}
