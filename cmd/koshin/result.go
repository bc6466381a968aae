package main

import (
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/koshin-updater/koshin/installer/atomicfile"
	"github.com/koshin-updater/koshin/installer/protect"
	"github.com/koshin-updater/koshin/updater"
	"github.com/koshin-updater/koshin/updater/redact"
	"github.com/koshin-updater/koshin/updater/request"
)

// resultJSON is what a run leaves for whoever asked for it: what update --json
// prints, and the exit code that nobody saw.
type resultJSON struct {
	Schema   string       `json:"schema"`
	Exit     int          `json:"exit"`
	Products []reportJSON `json:"products,omitempty"`
	Error    *errorJSON   `json:"error,omitempty"`
}

// keepResult writes what update --json prints beside the run's events, for a
// window that belongs to somebody else. Everybody may read it, so the names of
// people are taken out. It appears whole: whoever sees it knows that the run is
// over.
func (s *session) keepResult(reports []updater.Report, err error) {
	if err := s.writeResult(reports, err); err != nil {
		s.log.Warn("result of the run cannot be written", "run", s.run, "error", err)
	}
}

func (s *session) writeResult(reports []updater.Report, failed error) error {
	// A folder that another user could have prepared was refused by the run
	// itself; nothing is written into it either.
	if err := protect.Folder(s.config.StateDir); err != nil {
		return err
	}
	dir := request.RunDir(s.config.StateDir)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := protect.Folder(dir); err != nil {
		return err
	}
	doc := resultJSON{Schema: schema("update"), Exit: int(s.code)}
	if len(reports) == 0 && failed != nil {
		doc.Error, doc.Exit = s.errorJSON(failed), int(s.words.Explain(s.language, failed).Exit)
	} else {
		doc.Products = s.reportsJSON(reports)
	}
	pruneRuns(s.config.StateDir, s.log)
	data, err := json.Marshal(doc)
	if err != nil {
		return err
	}
	if data, err = redact.JSON(data, redact.System().Text); err != nil {
		return err
	}
	return atomicfile.Write(s.run.Result(s.config.StateDir), data)
}

// keptRuns is how many runs keep their files: a week of daily runs, and a month
// where the PC is on for an hour a day.
const keptRuns = 30

// pruneRuns removes the files of the oldest runs before another one gets its own;
// their names sort by time.
func pruneRuns(stateDir string, log *slog.Logger) {
	dir := request.RunDir(stateDir)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	var runs []string
	for _, e := range entries {
		runs = append(runs, strings.TrimSuffix(strings.TrimSuffix(e.Name(), ".jsonl"), ".json"))
	}
	slices.Sort(runs)
	runs = slices.Compact(runs)
	for _, run := range runs[:max(0, len(runs)-keptRuns+1)] {
		for _, kind := range []string{".jsonl", ".json"} {
			if err := os.Remove(filepath.Join(dir, run+kind)); err != nil && !errors.Is(err, fs.ErrNotExist) {
				log.Warn("files of an old run cannot be removed", "error", err)
			}
		}
	}
}
