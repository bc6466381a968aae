package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/koshin-updater/koshin/release/watch"
	"github.com/koshin-updater/koshin/updater/transport"
)

// watching is the flags of watch.
type watching struct {
	anchor, caFile, proxy, state string
	deep, json                   bool
	timeout                      span
	warn, critical               [3]span // timestamp, roles, certificates
}

// verdict is the exit code of a look that has said everything itself.
type verdict watch.Level

func (v verdict) Error() string { return watch.Level(v).String() }

func (a *app) watchCommand() *cobra.Command {
	var w watching
	c := &cobra.Command{
		Use:   "watch URL",
		Short: "Look from outside: fresh, complete, and what PCs would do",
		Long: "Looks at a published repository as the PCs that depend on it do: how long everything is still\n" +
			"valid, whether every package is there, what PCs would install. URL is what PCs have in source.urls:\n" +
			"https, github:OWNER/REPO or a folder. It needs no working copy and no key, and changes nothing.\n\n" +
			"Fit for a monitor: the first line begins with OK, WARNING, CRITICAL or UNKNOWN and ends with figures,\n" +
			"and the exit code is 0, 1, 2 or 3 (3 also for a wrong command line).\n\n" +
			"What is there is verified from the anchor that --anchor names, or of the working copy that --repo\n" +
			"names. Without one the first root that is there is believed, and said so.",
		Args: func(c *cobra.Command, args []string) error {
			return a.unknown(w.json, cobra.ExactArgs(1)(c, args))
		},
		RunE: func(c *cobra.Command, args []string) error {
			report, err := a.watch(c, w, args[0])
			if err != nil {
				return a.unknown(w.json, err)
			}
			if err := a.showWatch(report, w); err != nil {
				return err
			}
			if report.Level != watch.OK {
				return verdict(report.Level)
			}
			return nil
		},
	}
	c.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return a.unknown(w.json, err) })
	w.flags(c)
	return c
}

func (w *watching) flags(c *cobra.Command) {
	flags := c.Flags()
	flags.StringVar(&w.anchor, "anchor", "", "root.json `FILE` to verify from")
	flags.StringVar(&w.caFile, "ca-file", "", "PEM `FILE` with a root certificate beside the system's")
	flags.StringVar(&w.proxy, "proxy", "auto", "`proxy`: auto, none or http://host:port")
	flags.StringVar(&w.state, "state", "", "`FILE` that remembers what was there, to notice that a version went down; made by the first look")
	flags.BoolVar(&w.deep, "deep", false, "read every byte of every package, not only its length")
	flags.BoolVar(&w.json, "json", false, "print one JSON document")
	flags.Var(&w.timeout, "timeout", "`time` for the whole look (default 50s, with --deep 30m)")
	d := watch.DefaultThresholds()
	for i, one := range []struct {
		suffix, what string
		watch.Threshold
	}{
		{"", "the timestamp", d.Timestamp}, {"-roles", "another role", d.Roles}, {"-certificate", "a host's certificate", d.Certificate},
	} {
		w.warn[i], w.critical[i] = span(one.Warning), span(one.Critical)
		flags.Var(&w.warn[i], "warn"+one.suffix, "WARNING from this `time` before "+one.what+" expires, such as 3d or 36h")
		flags.Var(&w.critical[i], "critical"+one.suffix, "CRITICAL from this `time` on")
	}
}

func (w *watching) thresholds() watch.Thresholds {
	at := func(i int) watch.Threshold {
		return watch.Threshold{Warning: time.Duration(w.warn[i]), Critical: time.Duration(w.critical[i])}
	}
	return watch.Thresholds{Timestamp: at(0), Roles: at(1), Certificate: at(2)}
}

// watch looks once. Its errors are those of the command line and of this computer.
func (a *app) watch(c *cobra.Command, w watching, address string) (*watch.Report, error) {
	for i, what := range []string{"", "-roles", "-certificate"} {
		if w.warn[i] < w.critical[i] {
			return nil, usagef("--warn%s %s comes after --critical%s %s: nobody would be warned", what, &w.warn[i], what, &w.critical[i])
		}
	}
	anchor, err := a.watchAnchor(c, w)
	if err != nil {
		return nil, err
	}
	client, err := transport.NewClient(transport.Options{Proxy: w.proxy, CAFile: w.caFile, UserAgent: "koshin-release/" + version, Log: a.log})
	if err != nil {
		return nil, err
	}
	defer client.CloseIdleConnections()
	witness := watch.NewWitness(client.Transport)
	client.Transport = witness
	here, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	source, err := transport.ParseSource(address, here, client)
	if err != nil {
		return nil, err
	}
	state, err := readState(w.state, source.String())
	if err != nil {
		return nil, err
	}
	report := watch.Look(c.Context(), source, watch.Options{
		Anchor: anchor, State: state, Deep: w.deep, Timeout: time.Duration(w.timeout), Thresholds: w.thresholds(),
		KindOf: kindOf, Witness: witness, Now: a.now, Log: a.log,
	})
	return report, writeState(w.state, state)
}

// watchAnchor is the anchor that was named; nil: none was.
func (a *app) watchAnchor(c *cobra.Command, w watching) ([]byte, error) {
	file := w.anchor
	if file == "" {
		if !c.Flags().Changed("repo") {
			return nil, nil
		}
		file = filepath.Join(a.repoDir, "metadata", "1.root.json")
	}
	return readAtMost(file, watch.MaxAnchor)
}

// kindOf names the failures of the way to a host.
func kindOf(err error) watch.Kind {
	for _, one := range []struct {
		is   error
		kind watch.Kind
	}{
		{transport.ErrTLSVersion, watch.TLS}, {transport.ErrHandshake, watch.TLS}, {transport.ErrCertificate, watch.Certificate},
		{transport.ErrProxy, watch.Proxy}, {transport.ErrTimeout, watch.Slow}, {transport.ErrStatus, watch.Answer},
		{transport.ErrInsecureURL, watch.Answer}, {transport.ErrRedirects, watch.Answer}, {transport.ErrUnreachable, watch.Unreachable},
	} {
		if errors.Is(err, one.is) {
			return one.kind
		}
	}
	return ""
}

// unknown says on the answer's stream, where a monitor looks, that nothing was
// seen, and why.
func (a *app) unknown(asJSON bool, err error) error {
	if err == nil || isVerdict(err) {
		return err
	}
	if asJSON {
		doc := map[string]any{"schema": watch.Schema, "verdict": watch.Unknown, "exit_code": int(watch.Unknown), "error": map[string]string{"message": err.Error()}}
		if err := encodeIndented(a.Out, doc); err != nil {
			return err
		}
	} else {
		a.sayf("UNKNOWN - %s", watch.OneLine("%v", err))
	}
	if advice := advise(err); advice != "" {
		fmt.Fprintf(a.Err, "koshin-release: hint: %s\n", advice)
	}
	return verdict(watch.Unknown)
}

func isVerdict(err error) bool {
	_, ok := errors.AsType[verdict](err)
	return ok
}
