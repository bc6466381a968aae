package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/koshin-updater/koshin/cmd/internal/exitcode"
	"github.com/koshin-updater/koshin/cmd/internal/messages"
	"github.com/koshin-updater/koshin/installer"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater"
)

func (a *app) checkCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "check",
		Short: "アップデートの確認 - compare what is installed with the TLS-ready and the newest build",
		Args:  cobra.NoArgs,
		RunE: a.reporting(func(ctx context.Context, s *session) error {
			findings, err := s.updater.Check(ctx, s.products)
			if err != nil {
				return err
			}
			s.showFindings("check", findings)
			return nil
		}),
	}
}

// showFindings prints what check found and sets the exit code.
func (s *session) showFindings(verb string, findings []updater.Finding) {
	var codes []exitcode.Code
	list := []checkJSON{}
	for i, f := range findings {
		codes = append(codes, s.checkCode(f))
		s.updater.RememberFinding(f, s.codeOf(f.Err))
		list = append(list, s.checkJSON(f))
		if !s.json {
			if i > 0 {
				fmt.Fprintln(s.Out)
			}
			s.showFinding(f)
		}
	}
	if s.json {
		s.print(document{Schema: schema(verb), Products: list})
	}
	s.code = exitcode.Strongest(codes...)
}

func (s *session) checkCode(f updater.Finding) exitcode.Code {
	if f.Err != nil {
		return s.words.Explain(s.language, f.Err).Exit
	}
	switch f.Decision.Action {
	case updater.ActUpdate, updater.ActRequired:
		return exitcode.Available
	case updater.ActDeferred, updater.ActHeld:
		return exitcode.Deferred
	}
	return exitcode.Done
}

// showFinding says one product's state in a few lines and one sentence.
func (s *session) showFinding(f updater.Finding) {
	d := f.Decision
	s.sayln("check-heading", "title", s.title(f.Title, f.Product.ID), "product", f.Product.ID)
	s.showInstalled(f)
	if f.Floor != nil {
		s.sayln("check-floor", "version", f.Floor.Version, "since", s.day(f.Floor.Since))
	}
	if !d.Latest.IsZero() {
		s.sayln("check-latest", "version", d.Latest)
	}
	if f.Err != nil {
		p := s.words.Explain(s.language, f.Err)
		fmt.Fprintln(s.Out, p.Message)
		fmt.Fprintln(s.Out, p.Remedy)
		fmt.Fprintln(s.Err, s.say("detail", "detail", p.Detail))
		return
	}
	s.showEnding(d)
	s.showSentence(f)
	s.showOwed(f.Owed)
	if d.Target != nil && (d.Action == updater.ActUpdate || d.Action == updater.ActRequired) {
		if notes := s.text(d.Target.Build.Notes); notes != "" {
			s.sayln("check-notes", "notes", notes)
		}
		s.sayln("check-next", "size", megabytes(d.Target.Package.Size))
	}
}

func (s *session) showInstalled(f updater.Finding) {
	switch {
	case !f.Installed.Version.IsZero():
		s.sayln("check-installed", "version", f.Installed.Version)
	case f.Installed.State == installer.Absent:
		s.sayln("check-not-installed")
	default:
		s.sayln("check-unknown")
	}
	if about, ok := updater.About(f.Installed); ok && f.Err == nil { // else the error says it
		fmt.Fprintln(s.Out, s.words.Note(s.language, about))
	}
}

// showSentence is the one sentence that says which it is.
func (s *session) showSentence(f updater.Finding) {
	d := f.Decision
	notReady := d.Ready != nil && !*d.Ready
	switch d.Action {
	case updater.ActDelegated:
		s.sayln("check-delegated")
	case updater.ActNone:
		switch {
		case d.Required:
			s.sayln("check-below-none")
		case d.Ready == nil:
			s.sayln("check-current-no-floor")
		default:
			s.sayln("check-current")
		}
	case updater.ActUpdate:
		key := "check-available"
		if d.Ready == nil {
			key = "check-available-no-floor"
		}
		s.sayln(key, "version", d.Target.Build.Version)
	case updater.ActRequired:
		key := "check-required"
		if !notReady {
			key = "check-required-unknown"
		}
		s.sayln(key, "version", d.Target.Build.Version)
	default:
		if notReady {
			s.sayln("check-not-ready")
		}
		for _, g := range d.Gates {
			if g.Verdict == updater.Closed {
				fmt.Fprintln(s.Out, s.words.Note(s.language, g.Reason))
			}
		}
	}
}

// title is the product's name in the language of this run, or its id.
func (s *session) title(t manifest.Text, id manifest.ProductID) string {
	if text := s.text(t); text != "" {
		return text
	}
	return string(id)
}

func (s *session) text(t manifest.Text) string {
	if s.language == messages.Japanese {
		return t.JA
	}
	return t.EN
}

// showEnding says until when the installed build can connect, where that is near.
func (s *session) showEnding(d updater.Decision) {
	switch {
	case d.Ending == nil:
	case d.Ending.Days == 0:
		s.sayln("check-works-today", "day", s.day(d.Ending.LastDay))
	default:
		s.sayln("check-works-until", "day", s.day(d.Ending.LastDay), "days", d.Ending.Days)
	}
}

// day is a date as people write it.
func (s *session) day(d manifest.Date) string {
	return messages.Day(s.language, d)
}

func megabytes(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }
