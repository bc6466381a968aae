package audit

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Trail is the two files in one folder. Only one process writes at a time; the
// caller holds koshin's lock.
type Trail struct {
	Dir string
	// Clean takes out of every text of the evidence what must not be kept, such
	// as the names of people; nil leaves all of it.
	Clean func(string) string
	// Wait is handed what replaces the head, and may do it again while that is
	// [atomicfile.ErrInUse]: on Windows whoever reads the head is in the way. nil
	// does it once.
	Wait func(path string, do func() error) error
}

func (t Trail) file() string     { return filepath.Join(t.Dir, "trail.jsonl") }
func (t Trail) headFile() string { return filepath.Join(t.Dir, "head") }

// openToAdd makes the trail where there is none. Every user of this PC may read it,
// whatever the umask of the one whose koshin made it.
func (t Trail) openToAdd() (*os.File, error) {
	_, err := os.Stat(t.Dir)
	isNew := errors.Is(err, fs.ErrNotExist)
	if err := os.MkdirAll(t.Dir, 0o755); err != nil {
		return nil, err
	}
	if isNew {
		if err := os.Chmod(t.Dir, 0o755); err != nil {
			return nil, err
		}
	}
	file, err := os.OpenFile(t.file(), os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	if err := file.Chmod(0o644); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// Append adds a record and fills in its Seq and Before. Evidence that is too
// large is shortened.
//
// The head first names the old last line and the new one, then the line is
// written and flushed, then the head names the new line alone: after a power cut
// at any point the trail ends with a line that the head names, and with no other.
//
// With [ErrBroken] the record was added all the same, to a trail that somebody
// had changed. What it stands behind is left as it is, and does not fit.
func (t Trail) Append(r Record) error {
	file, err := t.openToAdd()
	if err != nil {
		return fmt.Errorf("audit trail: %w", err)
	}
	defer file.Close() //nolint:errcheck // flushed below
	was, err := t.place(file)
	if err != nil {
		return fmt.Errorf("audit trail: %w", err)
	}
	r.Seq, r.Before = was.seq+1, was.hash
	line, err := format(r, t.Clean)
	if err != nil {
		return fmt.Errorf("audit trail: %w", err)
	}
	if err := t.setHead(r.Before, digest(line)); err != nil {
		return err
	}
	if err := was.put(file, line); err != nil {
		return fmt.Errorf("audit trail: %w", err)
	}
	return errors.Join(was.broken, t.setHead(digest(line)))
}

// Walk reads the whole trail and checks it, with the memory of one line. Every
// line that can be read is visited, behind a break too; visit may be nil. Since,
// unless nil, must be contained. What is wrong is joined into one error, of
// [ErrBroken]; each line that does not fit is a [LineError] in it.
func (t Trail) Walk(since *Mark, visit func(Record)) (Summary, error) {
	s, err := t.snapshot()
	if err != nil {
		return Summary{}, err
	}
	defer s.close() //nolint:errcheck // opened for reading
	c, _, err := s.walk(since, visit)
	return c.Summary, err
}

// Records is the whole trail, checked. What could be read comes back together
// with [ErrBroken].
func (t Trail) Records() ([]Record, error) {
	var records []Record
	_, err := t.Walk(nil, func(r Record) { records = append(records, r) })
	return records, err
}
