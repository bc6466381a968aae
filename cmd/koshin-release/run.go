package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"github.com/koshin-updater/koshin/cmd/internal/exitcode"
	"github.com/koshin-updater/koshin/cmd/internal/terminal"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/release"
)

// app is what every verb has: the streams, and the two folders.
type app struct {
	terminal.Streams
	repoDir, keysDir string
	now              func() time.Time
	log              *slog.Logger
	plainKeys        []string // used without a passphrase, for the warning
}

// usageError is a command line that cannot be carried out as it is.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// failure is an error of a verb that had begun.
type failure struct{ error }

func (e failure) Unwrap() error { return e.error }

// Run carries out one command line and returns the exit code.
func Run(ctx context.Context, args []string, streams terminal.Streams) exitcode.Code {
	return runAt(ctx, time.Now, args, streams)
}

func runAt(ctx context.Context, now func() time.Time, args []string, streams terminal.Streams) exitcode.Code {
	a := &app{Streams: streams, now: now, log: slog.New(slog.NewTextHandler(streams.Err, &slog.HandlerOptions{Level: slog.LevelWarn}))}
	root := a.command()
	root.SetArgs(args)
	root.SetIn(streams.In)
	root.SetOut(streams.Out)
	root.SetErr(streams.Err)
	err := root.ExecuteContext(ctx)
	a.warnPlainKeys()
	if err == nil {
		return exitcode.Done
	}
	code := a.code(ctx, err)
	a.complain(err, code)
	return code
}

// code tells a wrong command line from a command that failed.
func (a *app) code(ctx context.Context, err error) exitcode.Code {
	if seen, ok := errors.AsType[verdict](err); ok {
		return exitcode.Code(seen)
	}
	if ctx.Err() != nil {
		return exitcode.Interrupted
	}
	_, usage := errors.AsType[usageError](err)
	_, failed := errors.AsType[failure](err)
	if usage || !failed {
		return exitcode.Usage
	}
	return exitcode.Failed
}

func (a *app) complain(err error, code exitcode.Code) {
	if isVerdict(err) { // has been said
		return
	}
	fmt.Fprintf(a.Err, "koshin-release: %v\n", err)
	if advice := advise(err); advice != "" {
		fmt.Fprintf(a.Err, "koshin-release: hint: %s\n", advice)
	} else if code == exitcode.Usage {
		fmt.Fprintln(a.Err, "koshin-release: hint: add --help to see what the command takes")
	}
}

func (a *app) command() *cobra.Command {
	root := &cobra.Command{
		Use:   "koshin-release",
		Short: "Sign builds and publish them",
		Long: "koshin-release keeps a signed repository of builds in a working copy (--repo), which can\n" +
			"live in git, with its keys somewhere else (--keys), and publishes it to a host.\n\n" +
			"Exit codes: 0 done, 1 failed, 2 wrong command line, 130 interrupted;\n" +
			"watch: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.\n" +
			"Passphrase of the keys: asked on the terminal, or from " + passphraseVariable + ".",
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return usagef("which command? init, product, add, floor, promote, withdraw, sign, refresh, status, verify, publish, watch, serve or version")
		},
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.PersistentFlags().StringVar(&a.repoDir, "repo", ".", "working copy `DIR`")
	root.PersistentFlags().StringVar(&a.keysDir, "keys", "", "key folder `KEYDIR`")
	for _, verb := range []func() *cobra.Command{
		a.initCommand, a.productCommand, a.addCommand, a.floorCommand, a.promoteCommand, a.withdrawCommand, a.signCommand,
		a.refreshCommand, a.statusCommand, a.verifyCommand, a.publishCommand, a.watchCommand, a.serveCommand, a.versionCommand,
	} {
		root.AddCommand(a.runs(verb()))
	}
	return root
}

// runs marks the verb's own errors, so that cobra's are known for usage.
func (a *app) runs(c *cobra.Command) *cobra.Command {
	run := c.RunE
	c.RunE = func(c *cobra.Command, args []string) error {
		if err := run(c, args); err != nil {
			return failure{err}
		}
		return nil
	}
	return c
}

// open opens the working copy, with the keys when the verb signs.
func (a *app) open(signs bool) (*release.Repository, error) {
	options := release.Options{Log: a.log, Now: a.now}
	if signs {
		keys, err := a.keys(false)
		if err != nil {
			return nil, err
		}
		options.Keys = keys
	}
	return release.Open(a.repoDir, options)
}

// sayf writes one line of the answer.
func (a *app) sayf(format string, args ...any) { fmt.Fprintf(a.Out, format+"\n", args...) }

// build is the flags that name a build.
type build struct{ product, version string }

func (b *build) flags(c *cobra.Command) {
	c.Flags().StringVar(&b.product, "product", "", "product `ID`")
	c.Flags().StringVar(&b.version, "version", "", "version `V` of the build, two to four numbers, such as 2.3.0")
	require(c, "product", "version")
}

func (b *build) parse() (manifest.ProductID, manifest.Version, error) {
	id, err := manifest.ParseProductID(b.product)
	if err != nil {
		return "", manifest.Version{}, usagef("--product: %w", err)
	}
	v, err := manifest.ParseVersion(b.version)
	if err != nil {
		return "", manifest.Version{}, usagef("--version: %w", err)
	}
	return id, v, nil
}

// require marks flags that a command cannot do without.
func require(c *cobra.Command, names ...string) {
	for _, name := range names {
		if err := c.MarkFlagRequired(name); err != nil {
			panic(err) // a flag that this program itself forgot to define
		}
	}
}
