package main

import (
	"context"
	"io"
	"log/slog"
	"os"
	"runtime"
	"slices"

	"github.com/koshin-updater/koshin/cmd/internal/exitcode"
	"github.com/koshin-updater/koshin/updater"
	"github.com/koshin-updater/koshin/updater/logbook"
	"github.com/koshin-updater/koshin/updater/redact"
)

// keepsLog says whether runs of a verb are in the log of the state folder: those
// that change this PC.
func keepsLog(verb string) bool {
	return slices.Contains([]string{"update", "rollback", "recover", "self-update", "schedule"}, verb)
}

// masked is a log that takes names and secrets out of each line.
type masked struct {
	w     io.Writer
	clean func(string) string
}

func (m masked) Write(line []byte) (int, error) {
	if _, err := io.WriteString(m.w, m.clean(string(line))); err != nil {
		return 0, err
	}
	return len(line), nil
}

// keepLog has this run written into the log of the state folder, beside the file
// of --log. One that cannot be written is no reason to stop.
func (a *app) keepLog(stateDir string) {
	if a.book != nil || !keepsLog(a.verb) {
		return
	}
	a.book = &logbook.Book{StateDir: stateDir, Clean: redact.System().Text}
	both := slog.NewMultiHandler(a.log.Handler(), slog.NewTextHandler(a.book, nil))
	a.log = slog.New(both).With("pid", os.Getpid()) // two runs may stand between each other's lines
	a.log.Info("koshin begins", "verb", a.verb, "version", version, "os", runtime.GOOS, "arch", runtime.GOARCH)
}

// endLog writes how the run ended.
func (a *app) endLog(ctx context.Context, code exitcode.Code, err error) {
	if a.book == nil {
		return
	}
	if err != nil {
		a.log.ErrorContext(ctx, "koshin failed", "verb", a.verb, "problem", a.words.Explain(a.language, err).Code, "error", err)
	}
	a.log.InfoContext(ctx, "koshin ends", "verb", a.verb, "code", int(code))
	if err := a.book.Err(); err != nil { // for --log
		a.log.WarnContext(ctx, "log of the state folder is not complete", "error", err)
	}
}

// logReport writes how it ended for one product.
func (s *session) logReport(verb string, r updater.Report) {
	level := slog.LevelInfo
	args := []any{"verb", verb, "product", r.Product, "outcome", r.Outcome, "from", r.From.String(), "to", r.To.String(), "dry_run", r.DryRun}
	for _, g := range r.Decision.Gates {
		if g.Verdict == updater.Closed && r.Outcome == updater.Deferred {
			args = append(args, "gate", g.Name)
		}
	}
	if r.Judgement != nil {
		args = append(args, "reason", r.Judgement.Reason)
	}
	if r.Err != nil {
		level = slog.LevelError
		args = append(args, "problem", s.words.Explain(s.language, r.Err).Code, "error", r.Err)
	}
	s.log.Log(context.Background(), level, "product done", args...)
}
