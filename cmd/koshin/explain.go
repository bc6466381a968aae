package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/koshin-updater/koshin/cmd/internal/messages"
	"github.com/koshin-updater/koshin/cmd/internal/terminal"
	"github.com/koshin-updater/koshin/updater"
)

func (a *app) explainCommand() *cobra.Command {
	c := &cobra.Command{
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
	c.Flags().BoolVar(&a.look, "only-look", false, "keep nothing, whoever this is")
	if err := c.Flags().MarkHidden("only-look"); err != nil {
		panic(err) // a flag that this program itself forgot to define
	}
	return c
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
	s.showEnding(f.Decision)
	var rows [][]string
	for _, g := range f.Decision.Gates {
		rows = append(rows, []string{"  " + string(g.Name), s.say("verdict-" + string(g.Verdict)), s.words.Note(s.language, g.Reason)})
		if !g.Until.IsZero() {
			until := s.say("explain-until", "until", messages.Moment(s.language, g.Until), "left", s.left(g.Until.Sub(f.Decision.At)))
			rows = append(rows, []string{"", "", until})
		}
	}
	terminal.Table(s.Out, rows)
	s.showOwed(f.Owed)
	fmt.Fprintln(s.Out)
}

// left is a length of time as people count it: minutes near its end, hours where
// it is more than two days.
func (a *app) left(d time.Duration) string {
	minutes := int((d + time.Minute - 1) / time.Minute)
	if hours := minutes / 60; hours >= 48 {
		return a.say("left-days", "days", hours/24, "hours", hours%24)
	}
	return a.say("left-hours", "hours", minutes/60, "minutes", minutes%60)
}
