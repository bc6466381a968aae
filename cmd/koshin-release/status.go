package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/koshin-updater/koshin/cmd/internal/terminal"
	"github.com/koshin-updater/koshin/release"
)

func (a *app) statusCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "status",
		Short: "Show products, channels, keys and expiries",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			status, err := a.status(c)
			switch {
			case !asJSON && err == nil:
				show(a.Out, a.repoDir, status)
			case asJSON:
				var answer any = status
				if err != nil {
					answer = map[string]any{"schema": release.StatusSchema, "error": map[string]string{"message": err.Error()}}
				}
				if err := encodeIndented(a.Out, answer); err != nil {
					return err
				}
			}
			return err
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON document")
	return c
}

// encodeIndented writes one JSON document for people and programs.
func encodeIndented(w io.Writer, doc any) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(doc)
}

func (a *app) status(c *cobra.Command) (*release.Status, error) {
	r, err := a.open(false)
	if err != nil {
		return nil, err
	}
	return r.Status(c.Context())
}

// show is the one screen.
func show(w io.Writer, dir string, s *release.Status) {
	verdict := "yes"
	if s.Problem != "" {
		verdict = "NO: " + s.Problem
	}
	fmt.Fprintf(w, "repository %s\na client can verify it: %s\n\n", dir, verdict)
	rows := [][]string{{"ROLE", "FILE", "KEYS", "SIGNED BY", "EXPIRES", "DAYS LEFT"}}
	for _, r := range s.Roles {
		left := fmt.Sprint(r.DaysLeft)
		switch {
		case r.DaysLeft < 0:
			left += "  EXPIRED"
		case r.Renew:
			left += "  renew it"
		}
		rows = append(rows, []string{
			r.Role, fmt.Sprintf("v%d", r.Version), fmt.Sprintf("%d of %d", r.Threshold, r.Keys),
			fmt.Sprint(r.Signed), r.Expires.Format(time.DateOnly), left,
		})
	}
	terminal.Table(w, rows)
	if len(s.Products) == 0 {
		fmt.Fprintln(w, "\nno products")
	}
	for _, p := range s.Products {
		showProduct(w, p)
	}
}

func showProduct(w io.Writer, p release.ProductStatus) {
	floor := "no floor"
	if p.Floor != nil {
		floor = fmt.Sprintf("floor %s since %s", p.Floor.Version, p.Floor.Since)
	}
	fmt.Fprintf(w, "\n%s  %s / %s\n  %s, builds added: %d\n", p.Product, p.Title.JA, p.Title.EN, floor, p.Builds)
	if len(p.Channels) == 0 {
		fmt.Fprintln(w, "  nothing promoted yet")
	}
	for _, c := range p.Channels {
		newest := "nothing"
		if c.Newest != nil {
			newest = c.Newest.String()
		}
		fmt.Fprintf(w, "  %s offers %s\n", c.Channel, newest)
		var rows [][]string
		for _, b := range c.Builds {
			offer := fmt.Sprintf("%d %%", b.Percent)
			if b.Withdrawn != "" {
				offer = "withdrawn: " + b.Withdrawn
			}
			rows = append(rows, []string{"   ", b.Version.String(), strings.Join(b.Platforms, " "), offer})
		}
		terminal.Table(w, rows)
	}
}
