package main

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/koshin-updater/koshin/cmd/internal/messages"
	"github.com/koshin-updater/koshin/cmd/internal/terminal"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater"
	"github.com/koshin-updater/koshin/updater/request"
)

// eventJSON is one line of an event file and of --progress json.
type eventJSON struct {
	Schema  string             `json:"schema"`
	Seq     int64              `json:"seq"`
	Time    time.Time          `json:"time"`
	Phase   updater.Phase      `json:"phase"`
	Product manifest.ProductID `json:"product"`
	Bytes   int64              `json:"bytes"`
	Total   int64              `json:"total"`
	Message manifest.Text      `json:"message"`
}

// eventSink gives every event to the terminal and to a file that the window
// and other users of this PC may read.
type eventSink struct {
	app      *app
	stateDir string
	file     *os.File // opened with the first event
	failed   bool
	progress *terminal.Progress
	last     string
}

func newEventSink(a *app, stateDir string) *eventSink {
	return &eventSink{app: a, stateDir: stateDir, progress: terminal.NewProgress(a.Streams)}
}

func (s *eventSink) take(e updater.Event) {
	line, err := json.Marshal(eventJSON{
		Schema: "koshin/event/1", Seq: e.Seq, Time: e.Time.UTC(), Phase: e.Phase, Product: e.Product,
		Bytes: e.Bytes, Total: e.Total, Message: s.app.words.Both(e.Note),
	})
	if err != nil {
		return // an event that cannot be written is no reason to stop an update
	}
	s.write(append(line, '\n'))
	switch {
	case s.app.progress == "json":
		fmt.Fprintf(s.app.Err, "%s\n", line)
	case !s.app.quiet && !s.app.json:
		s.show(s.app.words.Note(s.app.language, e.Note), e.Bytes, e.Total)
	}
}

// relay shows an event of another koshin, which keeps it itself.
func (s *eventSink) relay(line []byte) {
	var e eventJSON
	switch {
	case json.Unmarshal(line, &e) != nil:
	case s.app.progress == "json":
		fmt.Fprintf(s.app.Err, "%s\n", line)
	case s.app.quiet || s.app.json:
	case s.app.language == messages.Japanese:
		s.show(e.Message.JA, e.Bytes, e.Total)
	default:
		s.show(e.Message.EN, e.Bytes, e.Total)
	}
}

// show draws the bar or writes a plain line.
func (s *eventSink) show(text string, done, total int64) {
	if total > 0 {
		s.progress.Step(text, done, total)
		s.last = text
		return
	}
	s.progress.Finish()
	if text != s.last {
		fmt.Fprintln(s.app.Err, text)
	}
	s.last = text
}

// write appends to the event file. One that cannot be made is logged once: the
// update matters more.
func (s *eventSink) write(line []byte) {
	if s.failed {
		return
	}
	err := s.open()
	if err == nil {
		_, err = s.file.Write(line)
	}
	if err != nil {
		s.failed = true
		s.app.log.Warn("event file cannot be written", "error", err)
	}
}

func (s *eventSink) open() error {
	if s.file != nil {
		return nil
	}
	if err := os.MkdirAll(request.RunDir(s.stateDir), 0o755); err != nil {
		return err
	}
	pruneRuns(s.stateDir, s.app.log)
	file, err := os.OpenFile(s.app.run.Events(s.stateDir), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	s.file = file
	if err != nil {
		return err
	}
	return file.Chmod(0o644) // for the operator's window, whatever the umask
}

// pause ends a bar, so that a question has its own line.
func (s *eventSink) pause() { s.progress.Finish() }

func (s *eventSink) close() {
	s.progress.Finish()
	if s.file != nil {
		_ = s.file.Close() // nothing rests on an event file
	}
}
