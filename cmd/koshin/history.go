package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/koshin-updater/koshin/cmd/internal/terminal"
	"github.com/koshin-updater/koshin/updater/audit"
)

type historyJSON struct {
	Schema  string         `json:"schema"`
	Records []audit.Record `json:"records"`
	Intact  bool           `json:"intact"`
	Error   *errorJSON     `json:"error,omitempty"`
}

func (a *app) historyCommand() *cobra.Command {
	var verify bool
	c := &cobra.Command{
		Use:   "history",
		Short: "Show what koshin did on this PC",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			s, err := a.open()
			if err != nil {
				return err
			}
			defer s.close()
			records, err := s.updater.History()
			if a.json {
				s.print(historyJSON{Schema: schema("history"), Records: append([]audit.Record{}, records...), Intact: err == nil, Error: s.errorJSON(err)})
				if err != nil {
					s.code = s.words.Explain(s.language, err).Exit
				}
				return nil
			}
			if !verify || err != nil {
				s.showRecords(records)
			}
			if err == nil && verify {
				s.sayln("history-ok", "count", len(records))
			}
			return err
		},
	}
	c.Flags().BoolVar(&verify, "verify", false, "only say whether the record is intact")
	return c
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
