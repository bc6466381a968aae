package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater"
)

type statusJSON struct {
	Schema     string              `json:"schema"`
	Config     string              `json:"config"`
	StateDir   string              `json:"state_dir"`
	Submission string              `json:"submission"`
	Sources    []string            `json:"sources"`
	Window     *string             `json:"window"`
	Products   []productStatusJSON `json:"products"`
}

type productStatusJSON struct {
	foundJSON
	Product   manifest.ProductID `json:"product"`
	Dir       string             `json:"dir"`
	Channel   manifest.Channel   `json:"channel"`
	Installed *string            `json:"installed"`
	Previous  *string            `json:"previous"`
	Floor     *string            `json:"floor"`
	TLSReady  *bool              `json:"tls_ready"`
	Held      []string           `json:"held"`
	Restart   *restartJSON       `json:"restart,omitempty"`
	Error     *errorJSON         `json:"error,omitempty"`
}

func (a *app) statusCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "status",
		Short: "Show what is installed here, without the network",
		Args:  cobra.NoArgs,
		RunE: a.onPC(func(ctx context.Context, s *session) error {
			statuses := s.updater.Status(ctx, s.products)
			if a.json {
				s.print(s.statusJSON(statuses))
				return nil
			}
			s.showStatus(statuses)
			return nil
		}),
	}
}

func (s *session) statusJSON(statuses []updater.Status) statusJSON {
	doc := statusJSON{
		Schema: schema("status"), Config: s.config.File, StateDir: s.config.StateDir,
		Submission: string(s.config.Submission), Sources: s.config.Source.URLs, Products: []productStatusJSON{},
	}
	if s.config.Window != nil {
		days := s.config.Window.String()
		doc.Window = &days
	}
	for _, st := range statuses {
		one := productStatusJSON{
			foundJSON: newFoundJSON(st.Installed),
			Product:   st.Product.ID, Dir: st.Product.Dir, Channel: st.Product.Channel,
			Installed: versionJSON(st.Installed.Version), Previous: versionJSON(st.Previous), Floor: versionJSON(st.Floor),
			TLSReady: st.Ready, Held: []string{}, Restart: newRestartJSON("", st.Owed), Error: s.errorJSON(st.Err),
		}
		for _, h := range st.Holds {
			one.Held = append(one.Held, h.Version.String())
		}
		doc.Products = append(doc.Products, one)
	}
	return doc
}

func (s *session) showStatus(statuses []updater.Status) {
	s.sayln("status-configuration", "file", s.config.File)
	s.sayln("status-state", "dir", s.config.StateDir)
	s.sayln("status-sources", "sources", strings.Join(s.config.Source.URLs, ", "))
	if s.config.Window != nil {
		s.sayln("status-window", "days", s.config.Window)
	}
	for _, st := range statuses {
		s.sayln("check-heading", "title", s.title(st.Title, st.Product.ID), "product", st.Product.ID)
		if st.Err != nil {
			s.showProblem(st.Err)
		}
		if st.Err != nil && st.Installed.Version.IsZero() { // nothing more is known
			continue
		}
		s.showInstalled(updater.Finding{Installed: st.Installed})
		if !st.Previous.IsZero() {
			s.sayln("status-previous", "version", st.Previous)
		}
		s.showOwed(st.Owed)
		for _, h := range st.Holds {
			s.sayln("status-held", "version", h.Version, "reason", s.words.Reason(s.language, h.Reason))
		}
	}
}
