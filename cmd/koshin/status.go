package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/koshin-updater/koshin/installer"
	"github.com/koshin-updater/koshin/updater"
	"github.com/koshin-updater/koshin/updater/readiness"
)

// statusJSON is the PC's document for a folder of reports, and what else its own
// administrator wants to know.
type statusJSON struct {
	readiness.Document
	Config   string              `json:"config"`
	StateDir string              `json:"state_dir"`
	Sources  []string            `json:"sources"`
	Window   *string             `json:"window"`
	Report   *string             `json:"report"`           // the folder of reports; null: none
	Policy   *policyJSON         `json:"policy,omitempty"` // asked for with --policy
	Products []productStatusJSON `json:"products"`
}

type productStatusJSON struct {
	readiness.Product
	Dir       string          `json:"dir"`
	State     installer.State `json:"state,omitempty"`
	Recorded  *string         `json:"recorded,omitempty"`
	Missing   []string        `json:"missing,omitempty"`
	Edited    []string        `json:"edited,omitempty"`
	Elsewhere string          `json:"elsewhere,omitempty"`
	Restart   *restartJSON    `json:"restart,omitempty"`
	Error     *errorJSON      `json:"error,omitempty"`
}

func (a *app) statusCommand() *cobra.Command {
	var policy bool
	var f fleet
	c := &cobra.Command{
		Use:   "status",
		Short: "Show what is installed here, without the network; or, with --from, how many PCs are doing",
		Long: "status shows what is installed on this PC, without the network. With --from FOLDER it shows\n" +
			"all PCs that report to that folder ([report] in koshin.toml): which are TLS-ready, which\n" +
			"proved that they connect, and which wait and why; --report saves that as one HTML file.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, args []string) error {
			if err := f.check(c.Flags().Changed("report") || c.Flags().Changed("stale"), policy, a.products); err != nil {
				return err
			}
			if f.folder != "" {
				return a.statusFrom(c.Context(), f)
			}
			return a.onPC(func(ctx context.Context, s *session) error {
				s.status(ctx, policy)
				return nil
			})(c, args)
		},
	}
	f.flags(c)
	c.Flags().BoolVar(&policy, "policy", false, "show every setting in effect, and whether group policy, the configuration or koshin says it")
	return c
}

// status shows this PC, or what its settings are and who says so.
func (s *session) status(ctx context.Context, policy bool) {
	statuses := s.updater.Status(ctx, s.products)
	doc := s.statusJSON(statuses)
	if policy {
		doc.Policy = s.policyJSON()
	}
	switch {
	case s.json:
		s.print(doc)
	case policy:
		s.showPolicy()
	default:
		s.showStatus(statuses)
	}
}

func (s *session) statusJSON(statuses []updater.Status) statusJSON {
	doc := statusJSON{
		Document: s.document(statuses), Config: s.config.File, StateDir: s.config.StateDir,
		Sources: s.config.Source.URLs, Products: []productStatusJSON{},
	}
	if s.config.Window != nil {
		days := s.config.Window.String()
		doc.Window = &days
	}
	if folder := s.config.ReportFolder(); folder != "" {
		doc.Report = &folder
	}
	for i, st := range statuses {
		found := newFoundJSON(st.Installed)
		doc.Products = append(doc.Products, productStatusJSON{
			Product: doc.Document.Products[i], Dir: st.Product.Dir,
			State: found.State, Recorded: found.Recorded, Missing: found.Missing, Edited: found.Edited, Elsewhere: found.Elsewhere,
			Restart: newRestartJSON("", st.Owed), Error: s.errorJSON(st.Err),
		})
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
