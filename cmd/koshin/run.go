package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/koshin-updater/koshin/cmd/internal/exitcode"
	"github.com/koshin-updater/koshin/cmd/internal/messages"
	"github.com/koshin-updater/koshin/cmd/internal/terminal"
	"github.com/koshin-updater/koshin/updater/logbook"
	"github.com/koshin-updater/koshin/updater/redact"
	"github.com/koshin-updater/koshin/updater/request"
)

// app is what every verb has: the streams, the words and the common flags.
type app struct {
	terminal.Streams
	machine  machine
	words    *messages.Catalogue
	language messages.Language
	log      *slog.Logger
	closeLog func() error
	verb     string        // whose run this is
	book     *logbook.Book // the log of the state folder; nil: this verb keeps none, or has not begun

	configFile string
	products   []string
	json       bool
	lang       string
	logFile    string
	quiet      bool
	progress   string
	look       bool // of explain for support: whoever helps wants to see what is there, not what koshin made of it

	run        request.RunID // this one's name
	desk       *request.Desk // where operators ask this run; nil: they cannot
	byOperator bool          // an operator asked for this run, not at the terminal

	code  exitcode.Code                     // of a verb that came to its end
	ended func(exitcode.Code) exitcode.Code // records the end of a daily run; nil: this is none

	atEnd func(context.Context) // tells the folder of reports how this PC is now; nil: nothing changed
}

// usageError is a command line that cannot be carried out as it is.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// failure is an error of a verb that had begun; anything else that comes out of
// cobra is about the command line.
type failure struct {
	verb string
	error
}

func (e failure) Unwrap() error { return e.error }

// Run carries out one command line and returns the exit code.
func Run(ctx context.Context, args []string, streams terminal.Streams) exitcode.Code {
	return runOn(ctx, thisMachine(), args, streams)
}

func runOn(ctx context.Context, m machine, args []string, streams terminal.Streams) exitcode.Code {
	a, err := newApp(m, streams)
	if err != nil {
		fmt.Fprintln(streams.Err, "koshin:", err)
		return exitcode.Failed
	}
	return a.execute(ctx, args)
}

func newApp(m machine, streams terminal.Streams) (*app, error) {
	words, err := messages.Load()
	if err != nil {
		return nil, err
	}
	a := &app{Streams: streams, machine: m, words: words, language: messages.System(), log: slog.New(slog.DiscardHandler)}
	a.In = bufio.NewReader(streams.In) // one for all questions: answers may be typed ahead
	return a, nil
}

// execute carries out one command line. An app is for one only.
func (a *app) execute(ctx context.Context, args []string) exitcode.Code {
	root := a.command()
	root.SetArgs(args)
	root.SetIn(a.In)
	root.SetOut(a.Out)
	root.SetErr(a.Err)
	err := root.ExecuteContext(ctx)
	code := a.code
	if err != nil {
		code = a.complain(err)
	}
	a.announceFailure(err)
	a.endLog(ctx, code, err)
	if a.ended != nil {
		code = a.ended(code)
	}
	if a.atEnd != nil {
		a.atEnd(ctx)
	}
	if a.closeLog != nil {
		if err := a.closeLog(); err != nil && code == exitcode.Done {
			return a.complain(err)
		}
	}
	return code
}

func (a *app) command() *cobra.Command {
	root := &cobra.Command{
		Use:   "koshin",
		Short: "アップデートの確認 - keep the claims clients up to date and connected over TLS 1.2",
		Long: "koshin brings the client software of the electronic claims reception system to its\n" +
			"TLS-ready build, over TLS 1.2 only, and confirms that it connects.\n\n" + exitcode.Help,
		SilenceUsage:      true,
		SilenceErrors:     true,
		Args:              cobra.NoArgs,
		PersistentPreRunE: func(*cobra.Command, []string) error { return a.prepare() },
		RunE: func(c *cobra.Command, _ []string) error {
			return c.Help()
		},
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	flags := root.PersistentFlags()
	flags.StringVar(&a.configFile, "config", "", "configuration `FILE` (or KOSHIN_CONFIG)")
	flags.StringArrayVar(&a.products, "product", nil, "only this product `ID`; may be repeated (default all)")
	flags.BoolVar(&a.json, "json", false, "print exactly one JSON document")
	flags.StringVar(&a.lang, "lang", "", "language, `ja` or en (default: the system's)")
	flags.StringVar(&a.logFile, "log", "", "append a log to `FILE`")
	flags.BoolVar(&a.quiet, "quiet", false, "no talk on stderr")
	flags.StringVar(&a.progress, "progress", "auto", "`auto`, or json for one event a line on stderr")
	for _, verb := range []func() *cobra.Command{
		a.enrollCommand, a.checkCommand, a.updateCommand, a.confirmCommand, a.doctorCommand, a.rollbackCommand, a.recoverCommand, a.selfUpdateCommand, a.scheduleCommand,
		a.busyCommand, a.statusCommand, a.explainCommand, a.historyCommand, a.supportCommand, a.demoCommand, a.versionCommand, a.probeCommand, a.tickCommand, a.tryCommand, a.windowCommand, a.setupCommand,
	} {
		root.AddCommand(a.marked(verb()))
	}
	return root
}

// marked tells a verb's own errors from cobra's.
func (a *app) marked(c *cobra.Command) *cobra.Command {
	run := c.RunE
	c.RunE = func(c *cobra.Command, args []string) error {
		a.verb = c.Name()
		if err := run(c, args); err != nil {
			return failure{verb: c.Name(), error: err}
		}
		return nil
	}
	return c
}

// prepare reads the common flags.
func (a *app) prepare() error {
	if a.lang != "" {
		language, ok := messages.ParseLanguage(a.lang)
		if !ok {
			return usageError{fmt.Errorf("--lang %q: ja or en", a.lang)}
		}
		a.language = language
	}
	if a.progress != "auto" && a.progress != "json" {
		return usageError{fmt.Errorf("--progress %q: auto or json", a.progress)}
	}
	if a.logFile == "" {
		return nil
	}
	f, err := os.OpenFile(a.logFile, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return usageError{fmt.Errorf("--log: %w", err)}
	}
	a.log, a.closeLog = slog.New(slog.NewTextHandler(masked{f, redact.System().Text}, nil)), f.Close
	return nil
}

// complain reports an error in the way that was asked for.
func (a *app) complain(err error) exitcode.Code {
	failed, isFailure := errors.AsType[failure](err)
	_, isUsage := errors.AsType[usageError](err)
	if !isFailure || isUsage {
		return a.complainUsage(err, failed.verb)
	}
	p := a.words.Explain(a.language, err)
	if a.json {
		a.print(document{Schema: schema(failed.verb), Error: newErrorJSON(p)})
		return p.Exit
	}
	a.complainProblem(p)
	return p.Exit
}

func (a *app) complainProblem(p messages.Problem) {
	fmt.Fprintln(a.Err, p.Message)
	fmt.Fprintln(a.Err, p.Remedy)
	fmt.Fprintln(a.Err, a.say("detail", "detail", p.Detail))
}

func (a *app) complainUsage(err error, verb string) exitcode.Code {
	p := messages.Problem{Code: "usage", Exit: exitcode.Usage, Message: a.say("usage", "detail", err), Remedy: a.say("usage-remedy"), Detail: err.Error()}
	if a.json {
		a.print(document{Schema: schema(verb), Error: newErrorJSON(p)})
		return p.Exit
	}
	fmt.Fprintln(a.Err, p.Message)
	fmt.Fprintln(a.Err, p.Remedy)
	return p.Exit
}

// say is one sentence in the language of this run.
func (a *app) say(key string, args ...any) string { return a.words.Say(a.language, key, args...) }

// sayln writes one sentence of the answer.
func (a *app) sayln(key string, args ...any) { fmt.Fprintln(a.Out, a.say(key, args...)) }

// built is when this program was made; zero where that is not known.
func built() time.Time {
	t, err := time.Parse(time.RFC3339, buildTime)
	if err != nil {
		return time.Time{}
	}
	return t
}
