package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/koshin-updater/koshin/cmd/internal/messages"
	"github.com/koshin-updater/koshin/installer/protect"
	"github.com/koshin-updater/koshin/updater"
	"github.com/koshin-updater/koshin/updater/config"
	"github.com/koshin-updater/koshin/updater/line"
	"github.com/koshin-updater/koshin/updater/power"
	"github.com/koshin-updater/koshin/updater/redact"
	"github.com/koshin-updater/koshin/updater/request"
	"github.com/koshin-updater/koshin/updater/transport"
)

// maxAnchor bounds a root.json. A real one takes 4 KiB.
const maxAnchor = 256 << 10

// session is one verb at work on a configured PC.
type session struct {
	*app
	config   *config.Config
	updater  *updater.Updater
	products []updater.Product
	events   *eventSink
}

// open reads the configuration and prepares everything that it names. Close the
// session to end its progress bar and its event file.
func (a *app) open() (*session, error) {
	c, err := a.loadConfig()
	if err != nil {
		return nil, err
	}
	if language, ok := messages.ParseLanguage(c.Language); ok && a.lang == "" {
		a.language = language
	}
	a.keepLog(c.StateDir)
	options, err := a.options(c)
	if err != nil {
		return nil, err
	}
	if a.run == "" {
		a.run = request.NewRun(time.Now())
	}
	s := &session{app: a, config: c, events: newEventSink(a, c.StateDir)}
	options.Events = s.listening(s.events.take)
	options.Consent, options.Requested = s.consent, a.requested
	s.updater = updater.New(options)
	if s.products, err = s.updater.Select(a.products); err != nil {
		return nil, err
	}
	return s, nil
}

// onPC makes a verb of what it does in an open session.
func (a *app) onPC(do func(context.Context, *session) error) func(*cobra.Command, []string) error {
	return func(c *cobra.Command, _ []string) error {
		s, err := a.open()
		if err != nil {
			return err
		}
		defer s.close()
		return do(c.Context(), s)
	}
}

func (s *session) close() { s.events.close() }

// loadConfig finds the configuration and refuses one that others could have
// written: whoever writes it decides what this program, often as SYSTEM, does.
func (a *app) loadConfig() (*config.Config, error) {
	file, byDefault := a.findConfig()
	c, err := config.Load(file)
	if err != nil {
		return nil, err
	}
	a.applyPolicy(c)
	for _, path := range []string{c.File, c.Source.Anchor} {
		if err := config.CheckProtected(path, byDefault && protect.Elevated()); err != nil {
			return nil, err
		}
	}
	if byDefault && protect.Elevated() {
		// In a folder of somebody else's a file can be exchanged for an older one.
		if err := config.CheckProtected(filepath.Dir(c.File), true); err != nil {
			return nil, err
		}
		if _, err := os.Stat(c.StateDir); err == nil {
			return c, config.CheckProtected(c.StateDir, true)
		}
	}
	return c, nil
}

// findConfig is --config, then KOSHIN_CONFIG unless this process is elevated,
// then the system's place.
func (a *app) findConfig() (file string, byDefault bool) {
	if a.configFile != "" {
		return a.configFile, false
	}
	if file := os.Getenv("KOSHIN_CONFIG"); file != "" && !protect.Elevated() {
		return file, false
	}
	return a.machine.config, true
}

// options turns the configuration into the values that the updater is told.
func (a *app) options(c *config.Config) (updater.Options, error) {
	anchor, err := readAnchor(c.Source.Anchor)
	if err != nil {
		return updater.Options{}, err
	}
	roots, err := transport.Roots(c.Source.CAFile)
	if err != nil {
		return updater.Options{}, err
	}
	system := a.systemProxy()
	proxy, err := transport.ProxyOn(c.Source.Proxy, system)
	if err != nil {
		return updater.Options{}, err
	}
	client, err := transport.NewClient(transport.Options{
		Proxy: c.Source.Proxy, System: system, CAFile: c.Source.CAFile, UserAgent: "koshin/" + version, Log: a.log,
	})
	if err != nil {
		return updater.Options{}, err
	}
	o := updater.Options{
		StateDir:  c.StateDir,
		Policy:    c.Policy,
		Look:      a.look,
		Delegated: c.Submission == config.Delegated,
		Anchor:    anchor,
		Reach:     updater.Reach{CAFile: c.Source.CAFile, Roots: roots, Proxy: proxy, Stacks: a.machine.stacks, AsOperator: a.machine.operator},
		Self:      a.itself(c),
		BuildTime: built(),
		Clean:     redact.System().Text,
		Power:     power.Read,
		Line:      line.Read,
		Log:       a.log,
	}
	if c.Window != nil {
		o.Window = windowOf(*c.Window)
	}
	for _, p := range c.Products {
		o.Products = append(o.Products, updater.Product{ID: p.ID, Dir: p.Dir, Channel: p.Channel})
	}
	for i, text := range c.Source.URLs {
		source, err := transport.ParseSource(text, filepath.Dir(c.File), client)
		if err != nil {
			return updater.Options{}, &config.Error{File: c.File, Key: fmt.Sprintf("source.urls[%d]", i), Reason: err.Error(), Err: err}
		}
		o.Sources = append(o.Sources, source)
	}
	return o, nil
}
