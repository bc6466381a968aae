package request

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"time"
)

// ErrRunID is a text that names no run.
var ErrRunID = errors.New("not the name of a run")

// RunID names one run of koshin on this PC. It sorts by the run's start, and may
// stand in a file name.
type RunID string

// NewRun names a run that starts now.
func NewRun(now time.Time) RunID {
	var b [4]byte
	_, _ = rand.Read(b[:]) // never fails, says crypto/rand
	return RunID(now.UTC().Format("20060102T150405.000") + "-" + hex.EncodeToString(b[:]))
}

// ParseRunID checks a run's name: it leads to files.
func ParseRunID(text string) (RunID, error) {
	if !regexp.MustCompile(`^\d{8}T\d{6}\.\d{3}-[0-9a-f]{1,16}$`).MatchString(text) {
		return "", fmt.Errorf("%w: %q", ErrRunID, text)
	}
	return RunID(text), nil
}

// UnmarshalText is [ParseRunID].
func (id *RunID) UnmarshalText(text []byte) (err error) {
	*id, err = ParseRunID(string(text))
	return err
}

// RunDir is where the files of the runs lie.
func RunDir(stateDir string) string { return filepath.Join(stateDir, "run") }

// Events is the file with the run's events, one a line, as they happen.
func (id RunID) Events(stateDir string) string {
	return filepath.Join(RunDir(stateDir), string(id)+".jsonl")
}

// Result is the file with what the run did in the end: the document that "koshin
// update --json" prints. It appears whole, when the run is over.
func (id RunID) Result(stateDir string) string {
	return filepath.Join(RunDir(stateDir), string(id)+".json")
}
