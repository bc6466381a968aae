package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/koshin-updater/koshin/cmd/internal/exitcode"
	"github.com/koshin-updater/koshin/cmd/internal/terminal"
	"github.com/koshin-updater/koshin/updater/audit"
)

// historyJSON is the document of history. Records are left out where only the
// whole is judged.
type historyJSON struct {
	Schema  string         `json:"schema"`
	Records []audit.Record `json:"records,omitzero"`
	Intact  bool           `json:"intact"`
	Lines   int64          `json:"lines"`
	First   string         `json:"first"` // hash of the first line: which trail it is
	Head    string         `json:"head"`  // hash of the last line: what to note
	File    string         `json:"file,omitempty"`
	Export  *audit.Header  `json:"export,omitempty"` // what the file says about itself
	Since   *sinceJSON     `json:"since,omitempty"`
	Error   *errorJSON     `json:"error,omitempty"`
}

// sinceJSON is what the trail had to contain.
type sinceJSON struct {
	Lines int64  `json:"lines"` // 0: only the head is known
	Head  string `json:"head"`
}

// historyFlags are what history is asked for.
type historyFlags struct {
	verify bool
	export string
	since  string
}

func (a *app) historyCommand() *cobra.Command {
	var f historyFlags
	c := &cobra.Command{
		Use:   "history [--export FILE | --verify [FILE] [--since OLD]]",
		Short: "Show what koshin did on this PC; export it, and verify it elsewhere",
		Long: "history lists the audit trail of this PC and checks it.\n\n" +
			"--export FILE writes it as one file, and --verify FILE checks such a file on any PC,\n" +
			"without a configuration. --since OLD adds that an older export, or a head that was\n" +
			"noted, is still contained: whoever may write on a PC can rewrite its whole trail, and\n" +
			"only something kept elsewhere shows that.\n\n" +
			"Exit codes: 0 intact, 1 not intact, 2 not an export, or the wrong arguments.",
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return a.history(f, args) },
	}
	c.Flags().BoolVar(&f.verify, "verify", false, "only say whether the trail, or an exported file, is intact")
	c.Flags().StringVar(&f.export, "export", "", "write the trail to `FILE`, which must not exist")
	c.Flags().StringVar(&f.since, "since", "", "with --verify: an `OLD` export, or a noted head, that must be contained")
	return c
}

func (a *app) history(f historyFlags, args []string) error {
	switch {
	case len(args) == 1 && !f.verify:
		return usageError{fmt.Errorf("%q: a file is only for --verify", args[0])}
	case f.export != "" && f.verify:
		return usageError{fmt.Errorf("either --export or --verify")}
	case f.since != "" && !f.verify:
		return usageError{fmt.Errorf("--since is only for --verify")}
	}
	since, err := readMark(f.since)
	if err != nil {
		return err
	}
	if len(args) == 1 {
		return a.verifyFile(args[0], since)
	}
	s, err := a.open()
	if err != nil {
		return err
	}
	defer s.close()
	switch {
	case f.export != "":
		return s.exportHistory(f.export)
	case f.verify:
		summary, err := s.updater.History(since, nil)
		return a.verified(historyJSON{Lines: summary.Lines, First: summary.First, Head: summary.Head}, since, err)
	}
	return s.listHistory()
}

func (s *session) listHistory() error {
	records := []audit.Record{}
	summary, err := s.updater.History(nil, func(r audit.Record) {
		if !s.json {
			r.Detail = nil // a long trail need not be held for its evidence
		}
		records = append(records, r)
	})
	if s.json {
		return s.printHistory(historyJSON{Records: records, Lines: summary.Lines, First: summary.First, Head: summary.Head}, err)
	}
	s.showRecords(records)
	return err
}

func (a *app) printHistory(doc historyJSON, err error) error {
	doc.Schema, doc.Intact, doc.Error = schema("history"), err == nil, a.errorJSON(err)
	a.print(doc)
	if err != nil {
		a.code = a.words.Explain(a.language, err).Exit
	} else {
		a.code = exitcode.Done
	}
	return nil
}

func (s *session) showRecords(records []audit.Record) {
	if len(records) == 0 {
		s.sayln("history-empty")
		return
	}
	var rows [][]string
	for _, r := range records {
		rows = append(rows, []string{
			fmt.Sprint(r.Seq), r.Time.Local().Format("2006-01-02 15:04:05"), r.Verb, r.Product, r.From, "→", r.To, r.Outcome,
		})
	}
	terminal.Table(s.Out, rows)
}
