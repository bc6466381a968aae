package main

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/koshin-updater/koshin/release"
)

func (a *app) statusCommand() *cobra.Command {
	var asJSON bool
	to := new(destination)
	c := &cobra.Command{
		Use:   "status",
		Short: "Show products, channels, keys, expiries, and what to do",
		Long: "Shows on one screen what is offered to whom, what is scheduled, which role expires when and who\n" +
			"must sign it, what is not published, and what to do. Signs nothing and asks for no passphrase;\n" +
			"with --keys it says which keys are in that folder. With --to it reads the destination; otherwise\n" +
			"it says what this working copy remembers of its last publish.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			status, err := a.status(c, to)
			switch {
			case !asJSON && err == nil:
				s := screen{a.Out, a.repoDir, status}
				s.show()
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
	to.flags(c)
	return c
}

// encodeIndented writes one JSON document for people and programs.
func encodeIndented(w io.Writer, doc any) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(doc)
}

func (a *app) status(c *cobra.Command, to *destination) (*release.Status, error) {
	options := release.Options{Log: a.log, Now: a.now}
	if a.keysDir != "" {
		options.Keys = &release.Keys{Dir: a.keysDir} // looked at, and never opened
	}
	r, err := release.Open(a.repoDir, options)
	if err != nil {
		return nil, err
	}
	status, err := r.Status(c.Context())
	if err != nil || !c.Flags().Changed("to") {
		return status, err
	}
	if to.isFolder() {
		if _, err := os.Stat(to.to); err != nil {
			return nil, err // looking makes no folder
		}
	}
	host, err := to.open(c.Context(), a)
	if err != nil {
		return nil, err
	}
	status.Published, err = r.Compare(c.Context(), to.name(), host)
	return status, err
}

// isFolder says whether --to is a folder's path.
func (d *destination) isFolder() bool {
	return !strings.Contains(d.to, "://") && !strings.HasPrefix(d.to, "github:")
}

// name is the destination as it can be named from any folder.
func (d *destination) name() string {
	if d.isFolder() {
		if path, err := filepath.Abs(d.to); err == nil {
			return path
		}
	}
	return d.to
}
