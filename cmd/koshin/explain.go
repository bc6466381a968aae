package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/koshin-updater/koshin/cmd/internal/terminal"
	"github.com/koshin-updater/koshin/updater"
)

func (a *app) explainCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "explain",
		Short: "Show every gate with its verdict: why an update happens or waits",
		Args:  cobra.NoArgs,
		RunE: a.onPC(func(ctx context.Context, s *session) error {
			findings, err := s.updater.Check(ctx, s.products)
			if err != nil {
				return err
			}
			if a.json {
				s.showFindings("explain", findings)
				return nil
			}
			for _, f := range findings {
				s.explain(f)
			}
			return nil
		}),
	}
}

// explain shows one product's gates. Unlike check it exits 0: it was asked why,
// and it said so.
func (s *session) explain(f updater.Finding) {
	s.sayln("explain-heading", "title", s.title(f.Title, f.Product.ID), "product", f.Product.ID, "action", s.say("action-"+string(f.Decision.Action)))
	if f.Err != nil {
		s.showProblem(f.Err)
		s.code = s.checkCode(f)
		return
	}
	var rows [][]string
	for _, g := range f.Decision.Gates {
		rows = append(rows, []string{"  " + string(g.Name), s.say("verdict-" + string(g.Verdict)), s.words.Note(s.language, g.Reason)})
	}
	terminal.Table(s.Out, rows)
	s.showOwed(f.Owed)
	fmt.Fprintln(s.Out)
}
