package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/koshin-updater/koshin/installer/protect"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/githubpath"
	"github.com/koshin-updater/koshin/manifest/trust"
	"github.com/koshin-updater/koshin/updater/busy"
	"github.com/koshin-updater/koshin/updater/config"
	"github.com/koshin-updater/koshin/updater/transport"
)

// enrollment is what enroll is told.
type enrollment struct {
	urls     []string
	anchor   string
	caFile   string
	products []string
	channel  string
	proxy    string
	stateDir string
	window   string
	daily    bool
}

func (a *app) enrollCommand() *cobra.Command {
	var e enrollment
	c := &cobra.Command{
		Use:   "enroll --url URL --anchor FILE --product ID=DIR",
		Short: "Verify a repository from its anchor and write the configuration",
		Long: "enroll verifies the repository from the anchor that the publisher gave you, then writes\n" +
			"koshin.toml, the anchor and the extra root certificate, for administrators only to change.\n" +
			"Where that is the configuration of the whole PC, it also does what koshin schedule install does.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			e.products = a.products
			file, err := a.enroll(c.Context(), e)
			if err != nil {
				return err
			}
			a.enrolledAt(file, a.scheduleEnrolled(c.Context(), file, e.daily))
			return c.Context().Err()
		},
	}
	flags := c.Flags()
	flags.StringArrayVar(&e.urls, "url", nil, "`address` of the repository: https, github:OWNER/REPO, or a folder; may be repeated")
	flags.StringVar(&e.anchor, "anchor", "", "root.json `FILE` that the publisher gave you")
	flags.StringVar(&e.caFile, "ca-file", "", "PEM `FILE` with a root certificate beside the system's")
	flags.StringVar(&e.channel, "channel", string(manifest.Stable), "`channel` of the products: stable or pilot")
	flags.StringVar(&e.proxy, "proxy", "auto", "`proxy`: auto, none or http://host:port")
	flags.StringVar(&e.stateDir, "state-dir", "", "state `folder` (default: the system's)")
	flags.StringVar(&e.window, "window", "1-10", "claim window, `days` of the month in Japan, or none")
	flags.BoolVar(&e.daily, "schedule", true, "have the system run koshin every day; =false leaves that to koshin schedule install")
	for _, name := range []string{"url", "anchor"} {
		if err := c.MarkFlagRequired(name); err != nil {
			panic(err) // a flag that this program itself forgot to define
		}
	}
	return c
}

// enroll verifies first and writes afterwards; nothing is overwritten.
func (a *app) enroll(ctx context.Context, e enrollment) (file string, err error) {
	file, _ = a.findConfig()
	if file, err = filepath.Abs(file); err != nil {
		return "", err
	}
	if err := e.fromHere(); err != nil {
		return "", err
	}
	c, err := a.enrolled(e, file)
	if err != nil {
		return "", err
	}
	anchor, err := readAnchor(e.anchor)
	if err != nil {
		return "", err
	}
	if err := a.verifyOffer(ctx, c, e, anchor); err != nil {
		return "", err
	}
	if err := makeFolders(filepath.Dir(file), c.StateDir); err != nil {
		return "", err
	}
	return file, writeEnrollment(c, e, anchor)
}

// makeFolders makes the folders of the configuration and of the state for
// administrators only to change. A configuration may also go into a folder that
// is there for something else.
func makeFolders(configuration, state string) error {
	if _, err := os.Stat(configuration); errors.Is(err, fs.ErrNotExist) {
		if err := protect.Make(configuration, protect.Everyone); err != nil {
			return err
		}
	}
	if state == "" {
		state = config.DefaultStateDir()
	}
	if err := protect.Make(state, protect.Everyone); err != nil {
		return err
	}
	return busy.Make(state) // later runs may have no right to
}

// fromHere makes what was typed relative to this folder absolute: in the file
// it would be relative to the file.
func (e *enrollment) fromHere() error {
	paths := []*string{}
	if e.stateDir != "" {
		paths = append(paths, &e.stateDir)
	}
	for i, text := range e.urls {
		if !strings.Contains(text, ":") { // neither an address nor a drive
			paths = append(paths, &e.urls[i])
		}
	}
	for _, path := range paths {
		absolute, err := filepath.Abs(*path)
		if err != nil {
			return err
		}
		*path = absolute
	}
	return nil
}

// enrolled is the configuration that would be written.
func (a *app) enrolled(e enrollment, file string) (*config.Config, error) {
	c := &config.Config{File: file, Language: a.lang, Submission: config.Self, StateDir: e.stateDir}
	c.Source = config.Source{URLs: e.urls, Anchor: "root.json", Proxy: e.proxy}
	if e.caFile != "" {
		c.Source.CAFile = "ca.pem"
	}
	if e.window != "none" {
		c.Window = new(config.Window)
		if err := c.Window.Days.UnmarshalText([]byte(e.window)); err != nil {
			return nil, usageError{fmt.Errorf("--window: %w", err)}
		}
	}
	channel, err := manifest.ParseChannel(e.channel)
	if err != nil {
		return nil, usageError{fmt.Errorf("--channel: %w", err)}
	}
	if len(e.products) == 0 {
		return nil, usageError{fmt.Errorf("--product ID=DIR: name at least one product and its install folder")}
	}
	for _, text := range e.products {
		id, dir, ok := strings.Cut(text, "=")
		product, err := manifest.ParseProductID(id)
		if err != nil || !ok || dir == "" {
			return nil, usageError{fmt.Errorf("--product %q: write ID=DIR, such as torikomi-soshin=C:\\Torikomi", text)}
		}
		if product == manifest.SelfID {
			return nil, fmt.Errorf("--product %s: %w", text, config.ErrItself)
		}
		if dir, err = filepath.Abs(dir); err != nil {
			return nil, err
		}
		c.Products = append(c.Products, config.Product{ID: product, Dir: dir, Channel: channel})
	}
	return c, nil
}

// verifyOffer proves that the anchor and the address belong together and that
// the repository offers every product, before anything is written.
func (a *app) verifyOffer(ctx context.Context, c *config.Config, e enrollment, anchor []byte) error {
	client, err := transport.NewClient(transport.Options{Proxy: e.proxy, System: a.systemProxy(), CAFile: e.caFile, UserAgent: "koshin/" + version, Log: a.log})
	if err != nil {
		return err
	}
	verifier, err := trust.Open(trust.Options{Anchor: anchor, BuildTime: built(), Log: a.log})
	if err != nil {
		return err
	}
	for _, text := range e.urls {
		source, err := transport.ParseSource(text, filepath.Dir(c.File), client)
		if errors.Is(err, githubpath.ErrPlace) { // has words of its own
			return fmt.Errorf("--url: %w", err)
		}
		if err != nil {
			return usageError{fmt.Errorf("--url: %w", err)}
		}
		repository, err := verifier.Refresh(ctx, source)
		if err != nil {
			return fmt.Errorf("%s: %w", text, err)
		}
		for _, p := range c.Products {
			if _, err := repository.Release(ctx, p.ID, p.Channel); err != nil {
				return fmt.Errorf("%s: %w", text, err)
			}
		}
	}
	return nil
}

// writeEnrollment writes the configuration last: without it nothing else
// counts. So what was cut before that can be done again.
func writeEnrollment(c *config.Config, e enrollment, anchor []byte) error {
	dir := filepath.Dir(c.File)
	text, err := c.Encode()
	if err != nil {
		return err
	}
	if _, err := os.Lstat(c.File); err == nil {
		return usageError{fmt.Errorf("%s exists already; move it away to enrol again", c.File)}
	}
	if err := writeSame(filepath.Join(dir, "root.json"), anchor); err != nil {
		return err
	}
	if e.caFile != "" {
		pem, err := readLimited(e.caFile, maxAnchor)
		if err != nil {
			return err
		}
		if err := writeSame(filepath.Join(dir, "ca.pem"), pem); err != nil {
			return err
		}
	}
	return writeNew(c.File, text)
}
