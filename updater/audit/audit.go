// Package audit keeps the trail of what koshin did on this PC: one JSON line
// per event, each with the hash of the line before, and the hash of the last
// line kept apart in a file of its own.
//
// A line that was changed, removed, added or moved breaks the chain, and a
// trail that was cut at its end no longer fits the head. Somebody who may
// write both files can still rewrite everything; against that only a head that
// was noted elsewhere helps.
package audit

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/koshin-updater/koshin/installer/atomicfile"
)

// ErrBroken: the trail is not what was written. The error says which line.
var ErrBroken = errors.New("the audit trail does not fit together")

// Record is one line.
type Record struct {
	Seq     int64           `json:"seq"` // from 1
	Time    time.Time       `json:"time"`
	Verb    string          `json:"verb"` // update, rollback, recover, confirm, enroll
	Product string          `json:"product,omitempty"`
	From    string          `json:"from,omitempty"`
	To      string          `json:"to,omitempty"`
	Outcome string          `json:"outcome"`
	Detail  json.RawMessage `json:"detail,omitempty"` // evidence, such as the proofs of connectivity
	Before  string          `json:"before"`           // SHA-256 of the line before, in hexadecimal; of the first, empty
}

// Trail is the two files in one folder. Only one process writes at a time; the
// caller holds koshin's lock.
type Trail struct {
	Dir string

	// Wait is handed what replaces the head, and may do it again while that is
	// [atomicfile.ErrInUse]: on Windows whoever reads the head is in the way. nil
	// does it once.
	Wait func(path string, do func() error) error
}

// maxLine bounds one record. The proofs of 16 hosts take about 20 KiB.
const maxLine = 1 << 20

func (t Trail) file() string { return filepath.Join(t.Dir, "trail.jsonl") }
func (t Trail) head() string { return filepath.Join(t.Dir, "head") }

// Append adds a record and fills in its Seq and Before. The head first names
// the old last line and the new one, then the line is written and flushed, then
// the head names the new line alone: after a power cut at any point the trail
// ends with a line that the head names, and with no other.
func (t Trail) Append(r Record) error {
	if err := os.MkdirAll(t.Dir, 0o755); err != nil {
		return fmt.Errorf("audit trail: %w", err)
	}
	file, err := os.OpenFile(t.file(), os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return fmt.Errorf("audit trail: %w", err)
	}
	defer file.Close() //nolint:errcheck // flushed below
	last, end, err := lastLine(file)
	if err != nil {
		return fmt.Errorf("audit trail: %w", err)
	}
	r.Seq = 1
	if last != nil {
		var before Record
		if err := json.Unmarshal(last, &before); err != nil {
			return fmt.Errorf("%w: last line: %w", ErrBroken, err)
		}
		r.Seq, r.Before = before.Seq+1, digest(last)
	}
	line, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("audit trail: %w", err)
	}
	if err := t.setHead(r.Before, digest(line)); err != nil {
		return err
	}
	if err := file.Truncate(end); err != nil { // drops a line that was never finished
		return fmt.Errorf("audit trail: %w", err)
	}
	if _, err := file.WriteAt(append(line, '\n'), end); err != nil {
		return fmt.Errorf("audit trail: %w", err)
	}
	if err := file.Sync(); err != nil {
		return fmt.Errorf("audit trail: %w", err)
	}
	return t.setHead(digest(line))
}

// setHead writes the hashes of the lines that the trail may end with.
func (t Trail) setHead(hashes ...string) error {
	err := atomicfile.WriteWith(t.head(), atomicfile.Options{Wait: t.Wait}, func(w io.Writer) error {
		_, err := io.WriteString(w, strings.Join(hashes, "\n")+"\n")
		return err
	})
	if err != nil {
		return fmt.Errorf("audit trail: %w", err)
	}
	return nil
}

// Records reads the whole trail and checks it. What could be read comes back
// together with ErrBroken.
func (t Trail) Records() ([]Record, error) {
	file, err := os.Open(t.file())
	if errors.Is(err, fs.ErrNotExist) {
		if head, err := os.ReadFile(t.head()); err == nil && !strings.HasPrefix(string(head), "\n") {
			return nil, fmt.Errorf("%w: the trail is gone, its head is not", ErrBroken)
		}
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // opened for reading
	records, last, err := read(file)
	if err != nil {
		return records, err
	}
	head, err := os.ReadFile(t.head())
	if errors.Is(err, fs.ErrNotExist) && len(records) == 0 {
		return nil, nil // the very first line was never begun
	}
	if err != nil {
		return records, fmt.Errorf("%w: no head: %w", ErrBroken, err)
	}
	if !slices.Contains(strings.Split(strings.TrimSuffix(string(head), "\n"), "\n"), last) {
		return records, fmt.Errorf("%w: the last line is not the one that the head names", ErrBroken)
	}
	return records, nil
}

// wholeLines leaves out what follows the last newline: a line that was being
// written when the power failed. Whether the trail may end there, the head says.
func wholeLines(data []byte, _ bool) (advance int, token []byte, err error) {
	end := bytes.IndexByte(data, '\n')
	if end < 0 {
		return 0, nil, nil
	}
	return end + 1, data[:end], nil
}

// read checks the chain line by line and returns the last line's hash.
func read(r io.Reader) ([]Record, string, error) {
	var records []Record
	before := ""
	scanner := bufio.NewScanner(r)
	scanner.Buffer(nil, maxLine)
	scanner.Split(wholeLines)
	for scanner.Scan() {
		var record Record
		if err := json.Unmarshal(scanner.Bytes(), &record); err != nil {
			return records, before, fmt.Errorf("%w: line %d: %w", ErrBroken, len(records)+1, err)
		}
		if record.Before != before || record.Seq != int64(len(records)+1) {
			return records, before, fmt.Errorf("%w: line %d does not follow the line before it", ErrBroken, len(records)+1)
		}
		before = digest(scanner.Bytes())
		records = append(records, record)
	}
	if err := scanner.Err(); err != nil {
		return records, before, fmt.Errorf("%w: line %d: %w", ErrBroken, len(records)+1, err)
	}
	return records, before, nil
}

// lastLine finds the last complete line and where it ends, reading only the
// end of the file.
func lastLine(file *os.File) (line []byte, end int64, err error) {
	info, err := file.Stat()
	if err != nil {
		return nil, 0, err
	}
	start := max(0, info.Size()-2*maxLine)
	tail := make([]byte, info.Size()-start)
	if _, err := file.ReadAt(tail, start); err != nil && !errors.Is(err, io.EOF) {
		return nil, 0, err
	}
	stop := bytes.LastIndexByte(tail, '\n')
	if stop < 0 {
		return nil, 0, nil
	}
	begin := bytes.LastIndexByte(tail[:stop], '\n') + 1
	return tail[begin:stop], start + int64(stop) + 1, nil
}

func digest(line []byte) string {
	sum := sha256.Sum256(line)
	return hex.EncodeToString(sum[:])
}
