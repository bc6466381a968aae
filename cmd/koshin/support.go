package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/koshin-updater/koshin/updater/config"
	"github.com/koshin-updater/koshin/updater/redact"
	"github.com/koshin-updater/koshin/updater/support"
)

type supportJSON struct {
	Schema  string            `json:"schema"`
	File    string            `json:"file,omitempty"` // not in the zip itself
	Bytes   int64             `json:"bytes,omitempty"`
	Files   []support.File    `json:"files"`
	LeftOut []support.LeftOut `json:"left_out"`
}

func (a *app) supportCommand() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:   "support [--out FILE]",
		Short: "Make one zip for the help desk: logs, state, diagnosis, policy",
		Long: "support makes one zip for the help desk, with koshin's logs, what koshin noted, the diagnosis,\n" +
			"the settings and the effective policy. Passwords, numbers of facilities and people, names,\n" +
			"certificates and claim data are not in it. It needs no administrator rights, no valid\n" +
			"configuration and no network, changes nothing, and says what it could not take.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.support(c, out) },
	}
	c.Flags().StringVar(&out, "out", "", "the zip, a `FILE` that must not exist (default: koshin-support-TIME.zip here)")
	return c
}

func (a *app) support(c *cobra.Command, out string) error {
	now := time.Now()
	if out == "" {
		out = "koshin-support-" + now.Format("20060102-150405") + ".zip"
	}
	out, err := filepath.Abs(out)
	if err != nil {
		return err
	}
	if err := newReport(out); err != nil {
		return err
	}
	doc := supportJSON{Schema: schema("support"), File: out}
	err = writeFresh(out, func(w io.Writer) error {
		counted := &counter{w: w}
		b, err := a.gather(c, counted, now)
		if err == nil {
			doc.Bytes, doc.Files, doc.LeftOut = counted.n, b.Files, b.LeftOut
		}
		return err
	})
	if err != nil {
		return err
	}
	if a.json {
		a.print(doc)
		return nil
	}
	a.showSupport(doc)
	return nil
}

type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// gather fills the zip. What is on the disk comes before what koshin says of it:
// an examination must not change what it is about.
func (a *app) gather(c *cobra.Command, w io.Writer, now time.Time) (*support.Bundle, error) {
	file, _ := a.findConfig()
	stateDir := stateDirOf(file)
	clean := redact.System().Preserving(support.Preserved(stateDir)).Strict
	b := support.New(w, clean, now)
	b.File(file, "config/koshin.toml")
	b.Text("state/listing.txt", support.Listing(stateDir, "state"), 0)
	b.Folder(stateDir, "state", support.State())
	if err := a.addDocuments(c, b); err != nil {
		return nil, err
	}
	b.Text("README.txt", strings.ReplaceAll(a.readme(now), "\n", "\r\n"), 0)
	err := b.Close("contents.json", func() string {
		text, err := json.MarshalIndent(supportJSON{Schema: schema("support"), Files: b.Files, LeftOut: b.LeftOut}, "", "  ")
		if err != nil {
			return ""
		}
		return string(text)
	})
	return b, err
}

// readme says in both languages what the zip is, and what is not in it.
func (a *app) readme(now time.Time) string {
	text := a.inBoth("support-readme", "time", now.Format("2006-01-02 15:04:05 -07:00"), "version", version)
	return text.JA + "\n" + text.EN
}

// addDocuments adds what koshin's verbs say, as they say it, errors too.
func (a *app) addDocuments(c *cobra.Command, b *support.Bundle) error {
	verbs := [][]string{{"version"}, {"status"}, {"schedule", "status"}, {"history", "--verify"}, {"explain", "--only-look"}}
	if status, _, err := c.Root().Find([]string{"status"}); err == nil && status.Flags().Lookup("policy") != nil {
		verbs = append(verbs, []string{"status", "--policy"})
	}
	for _, verb := range verbs {
		name := strings.NewReplacer("---only-look", "", "---", "-").Replace(strings.Join(verb, "-"))
		b.Text("koshin/"+name+".json", a.documentOf(c.Context(), verb...), 0)
	}
	if err := c.Context().Err(); err != nil {
		return err
	}
	if !a.json && !a.quiet {
		fmt.Fprintln(a.Err, a.say("support-examining"))
	}
	dir, err := os.MkdirTemp("", "koshin-support-*")
	if err != nil {
		b.Leave("doctor/report.html", support.Failed)
		return nil //nolint:nilerr // the rest is worth sending
	}
	defer os.RemoveAll(dir)
	report := filepath.Join(dir, "report.html")
	b.Text("doctor/doctor.json", a.documentOf(c.Context(), "doctor", "--report", report), 0)
	b.File(report, "doctor/report.html")
	return c.Context().Err()
}

// documentOf is what another verb prints with --json.
func (a *app) documentOf(ctx context.Context, args ...string) string {
	var out strings.Builder
	args = append(args, "--json", "--lang", string(a.language))
	if a.configFile != "" {
		args = append(args, "--config", a.configFile)
	}
	streams := a.Streams
	streams.In, streams.Out, streams.Err, streams.CanAsk = strings.NewReader(""), &out, io.Discard, false
	runOn(ctx, a.machine, args, streams)
	return out.String()
}

// ownFolder is where a configuration says that the state is, also one that is
// not valid.
var ownFolder = regexp.MustCompile(`(?m)^\s*state_dir\s*=\s*["']([^"'\r\n]+)["']`)

func stateDirOf(file string) string {
	if c, err := config.Load(file); err == nil {
		return c.StateDir
	}
	data, err := readLimited(file, support.MaxFile)
	text, _ := support.Decode(data)
	found := ownFolder.FindStringSubmatch(text)
	switch {
	case err != nil || found == nil:
		return config.DefaultStateDir()
	case filepath.IsAbs(found[1]):
		return found[1]
	}
	return filepath.Join(filepath.Dir(file), found[1])
}

func (a *app) showSupport(doc supportJSON) {
	a.sayln("support-saved", "file", doc.File, "kilobytes", (doc.Bytes+1023)/1024, "count", len(doc.Files))
	said := false
	for _, l := range doc.LeftOut {
		if l.Reason == support.KeptBack || l.Reason == support.Older { // not for want of trying
			continue
		}
		if !said {
			a.sayln("support-left-out")
			said = true
		}
		a.sayln("support-left-out-one", "name", l.Name, "reason", a.say("support-reason-"+string(l.Reason)))
	}
	a.sayln("support-without")
	a.sayln("support-send")
}
