package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/google/shlex"
	"github.com/spf13/cobra"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/release"
)

// defaultSelfTest is how long a client may take to say whether it connects.
const defaultSelfTest = 60

// productFlags is the command line of product. For a product that exists, only
// the flags that were given change something.
type productFlags struct {
	command                  *cobra.Command
	id, titleJA, titleEN     string
	urls, preserve           []string
	expect, stacks           string
	refuseOld                bool
	selfTest, program, start string
	timeout                  int
	detect, deadline         string
	review                   reviewing
}

func (a *app) productCommand() *cobra.Command {
	f := &productFlags{}
	c := &cobra.Command{
		Use:   "product",
		Short: "Define a product, or change its definition",
		Long: "Defines a product, makes its key product-ID and delegates the product's files to it (this\n" +
			"needs two of the targets keys). For a product that exists, the given flags change its\n" +
			"definition and the others stay; a repeatable flag replaces all its values.\n\n" +
			"In --self-test and --start-args, {url}, {ca_file} and {dir} are replaced on the operator's PC.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.product(c, f) },
	}
	f.command = c
	flags := c.Flags()
	flags.StringVar(&f.id, "id", "", "product `ID`: a-z, 0-9 and single hyphens")
	flags.StringVar(&f.titleJA, "title-ja", "", "Japanese `title`")
	flags.StringVar(&f.titleEN, "title-en", "", "English `title`")
	flags.StringArrayVar(&f.urls, "confirm-url", nil, "`URL` of a reception host that an updated PC must reach (repeatable)")
	flags.StringVar(&f.expect, "expect-status", "200-399", "HTTP `status` codes that count as an answer")
	flags.StringVar(&f.stacks, "stacks", "go", "TLS stacks that prove it, of go,winhttp,wininet")
	flags.BoolVar(&f.refuseOld, "refuse-old", false, "the host must refuse TLS 1.0 and 1.1")
	flags.StringVar(&f.selfTest, "self-test", "", "shell-quoted `arguments` of the client's own connection test")
	flags.StringVar(&f.program, "self-test-program", "", "the client's program, a `path` inside the install folder")
	flags.StringVar(&f.start, "start-args", "", "shell-quoted `arguments` with which it only starts and prints its version")
	flags.IntVar(&f.timeout, "timeout", defaultSelfTest, "`seconds` that the connection test may take")
	flags.StringArrayVar(&f.preserve, "preserve", nil, "`glob` of user data inside the install folder, ** for any depth (repeatable)")
	flags.StringVar(&f.detect, "detect", "koshin-record", "`rule` that finds the installed version: koshin-record, pe:PATH, uninstall-key:NAME, file:PATH:REGEXP or command:PATH ARGS")
	flags.StringVar(&f.deadline, "deadline", "", "`date` after which operators cannot put the update off any longer; none removes it")
	f.review.flags(c)
	require(c, "id")
	return c
}

func (a *app) product(c *cobra.Command, f *productFlags) error {
	id, err := manifest.ParseProductID(f.id)
	if err != nil {
		return usagef("--id: %w", err)
	}
	r, err := a.openReviewed(f.review)
	if err != nil {
		return err
	}
	_, err = r.Product(id)
	switch {
	case err == nil:
		if err := r.ChangeProduct(c.Context(), id, f.apply); err != nil {
			return a.sayShown(err)
		}
		a.sayf("changed product %s", id)
		return nil
	case !errors.Is(err, release.ErrUnknownProduct):
		return err
	}
	for _, name := range []string{"title-ja", "title-en", "confirm-url"} {
		if !f.given(name) {
			return usagef("product %s is new: --%s is missing", id, name)
		}
	}
	var d release.Definition
	if err := f.apply(&d); err != nil {
		return err
	}
	if f.review.dryRun {
		a.sayf("product %s is new: no PC sees it before a build is promoted", id)
		return a.sayShown(errShown)
	}
	if err := r.AddProduct(c.Context(), id, d); err != nil {
		return err
	}
	a.sayf("added product %s; its key is %s/product-%s", id, strings.TrimRight(a.keysDir, `/\`), id)
	return nil
}

func (f *productFlags) given(name string) bool { return f.command.Flags().Changed(name) }

// apply changes a definition by the flags that were given.
func (f *productFlags) apply(d *release.Definition) error {
	if f.given("title-ja") {
		d.Title.JA = f.titleJA
	}
	if f.given("title-en") {
		d.Title.EN = f.titleEN
	}
	if f.given("preserve") {
		d.Preserve = withoutEmpty(f.preserve)
	}
	if f.given("detect") {
		if _, err := manifest.ParseRule(f.detect); err != nil {
			return usagef("--detect: %w", err)
		}
		d.Detect = f.detect
	}
	if f.given("deadline") {
		d.Deadline = nil
		if f.deadline != "none" {
			day, err := manifest.ParseDate(f.deadline)
			if err != nil {
				return usagef("--deadline: %w", err)
			}
			d.Deadline = &day
		}
	}
	if err := f.applyHosts(d); err != nil {
		return err
	}
	return f.applySelfTest(d)
}

func (f *productFlags) applyHosts(d *release.Definition) error {
	status, err := manifest.ParseStatusRange(f.expect)
	if err != nil {
		return usagef("--expect-status: %w", err)
	}
	var stacks []manifest.Stack
	for name := range strings.SplitSeq(f.stacks, ",") {
		stacks = append(stacks, manifest.Stack(strings.TrimSpace(name)))
	}
	isNew := f.given("confirm-url")
	if isNew {
		template := manifest.Host{ExpectStatus: status, Stacks: stacks, RefuseOld: f.refuseOld}
		if before := d.Confirm.Hosts; len(before) > 0 {
			template = before[0] // what is not given stays
		}
		d.Confirm.Hosts = nil
		for _, u := range f.urls {
			template.URL = u
			d.Confirm.Hosts = append(d.Confirm.Hosts, template)
		}
	}
	for i := range d.Confirm.Hosts {
		host := &d.Confirm.Hosts[i]
		if f.given("expect-status") {
			host.ExpectStatus = status
		}
		if f.given("stacks") {
			host.Stacks = stacks
		}
		if f.given("refuse-old") {
			host.RefuseOld = f.refuseOld
		}
	}
	return nil
}

func (f *productFlags) applySelfTest(d *release.Definition) error {
	if !f.given("self-test") && !f.given("self-test-program") && !f.given("start-args") && !f.given("timeout") {
		return nil
	}
	if f.given("self-test-program") && f.program == "" {
		d.Confirm.SelfTest = nil
		return nil
	}
	test := manifest.SelfTest{Timeout: defaultSelfTest}
	if d.Confirm.SelfTest != nil {
		test = *d.Confirm.SelfTest
	}
	var err error
	if f.given("self-test") {
		if test.Args, err = split("self-test", f.selfTest); err != nil {
			return err
		}
	}
	if f.given("start-args") {
		if test.StartArgs, err = split("start-args", f.start); err != nil {
			return err
		}
	}
	if f.given("self-test-program") {
		test.Program = f.program
	}
	if f.given("timeout") {
		test.Timeout = manifest.Seconds(f.timeout)
	}
	if test.Program == "" {
		return usagef("--self-test-program is missing: which of the client's programs runs the connection test?")
	}
	if test.Args == nil {
		return usagef("--self-test is missing: with which arguments does %s test the connection?", test.Program)
	}
	d.Confirm.SelfTest = &test
	return nil
}

// split reads one shell-quoted string.
func split(flag, text string) ([]string, error) {
	words, err := shlex.Split(text)
	if err != nil {
		return nil, usageError{fmt.Errorf("--%s %q: %w", flag, text, err)}
	}
	return append([]string{}, words...), nil
}

func withoutEmpty(values []string) []string {
	var kept []string
	for _, v := range values {
		if v != "" {
			kept = append(kept, v)
		}
	}
	return kept
}
