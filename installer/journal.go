package installer

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/go-json-experiment/json"

	"github.com/koshin-updater/koshin/installer/atomicfile"
	"github.com/koshin-updater/koshin/manifest"
)

// A plan of kind tree is journalled in the first schema, for ever, so that any
// koshin can recover it; the other kinds need what only the second one has.
const (
	journalSchema1 = "koshin/journal/1" // kind tree
	journalSchema2 = "koshin/journal/2" // kinds exe, msi and setup
)

// journalSchema is the oldest schema that can hold a plan of this kind.
func journalSchema(kind manifest.Kind) string {
	if kind == manifest.Tree {
		return journalSchema1
	}
	return journalSchema2
}

// maxJournal bounds a journal in bytes: a plan with a step for each of the
// most entries that a package may have.
const maxJournal = 128 << 20

// mark is a point that a transaction has passed.
type mark string

const (
	swapped   mark = "swapped"   // every step is done
	committed mark = "committed" // the new build stays
	finishing mark = "finishing" // the clean-up after a commit has begun
	cleared   mark = "cleared"   // undo: nothing of the new build is left in place
	restored  mark = "restored"  // undo: the old build is back and checked
)

// line is one record after the plan: a step that is about to be done, or a mark.
type line struct {
	Step *int `json:"step,omitzero"`
	Mark mark `json:"mark,omitzero"`
}

// opening is the first line.
type opening struct {
	Schema string `json:"schema"`
	Plan   *Plan  `json:"plan"`
}

// journal is the file that says how far a transaction went. Each line is
// 16 digits of the SHA-256 of the rest, a space, and JSON. It is flushed before
// what it announces is done.
//
// The last line may be torn by a power cut and is then ignored: nothing that it
// announced had begun. That holds for a bit that flips in it later, too,
// because what cannot be taken back (finishing, and clearing up after an undo)
// begins only after a second line.
type journal struct {
	file  *os.File
	size  int64 // of the whole lines in it
	begun int   // steps that were announced
	marks map[mark]bool
	stop  func(point string) error
}

// createJournal writes the plan. From here on the transaction is open, unless
// there is no journal in the result.
func createJournal(name string, plan *Plan, stop func(string) error) (*journal, error) {
	if err := stop("before journal"); err != nil {
		return nil, err
	}
	first, err := encodeLine(opening{journalSchema(plan.Kind), plan})
	if err != nil {
		return nil, err
	}
	j := &journal{size: int64(len(first)), marks: map[mark]bool{}, stop: stop}
	if err = atomicfile.Write(name, first); err == nil {
		j.file, err = os.OpenFile(name, os.O_WRONLY|os.O_APPEND, 0)
	}
	if err != nil {
		return nil, errors.Join(explain(err), atomicfile.Remove(name))
	}
	return j, stop("after journal")
}

// announce records that step number n is about to be done.
func (j *journal) announce(n int) error {
	err := j.append(line{Step: &n})
	if err == nil {
		j.begun = n + 1
	}
	return err
}

// pass records that a point has been passed.
func (j *journal) pass(m mark) error {
	if j.marks[m] {
		return nil
	}
	err := j.append(line{Mark: m})
	if err == nil {
		j.marks[m] = true
	}
	return err
}

func (j *journal) append(l line) error {
	data, err := encodeLine(l)
	if err != nil {
		return err
	}
	point := fmt.Sprintf("journal line %q", data)
	if err := j.stop("before " + point); err != nil {
		return err
	}
	_, err = j.file.Write(data)
	if err == nil {
		err = j.file.Sync()
	}
	if err != nil {
		return errors.Join(explain(err), j.cut())
	}
	j.size += int64(len(data))
	return j.stop("after " + point)
}

// cut takes back a line that could not be written, so that it neither counts
// nor damages the next one.
func (j *journal) cut() error {
	return errors.Join(j.file.Truncate(j.size), j.file.Sync())
}

func (j *journal) close() error { return j.file.Close() }

func encodeLine(value any) ([]byte, error) {
	data, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	return fmt.Appendf(nil, "%s %s\n", checksum(data), data), nil
}

func checksum(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:8])
}

// openJournal reads a journal that another run left and goes on with it. There
// is none: both results are nil.
func openJournal(name string, stop func(string) error) (*journal, *Plan, error) {
	data, err := readAtMost(name, maxJournal)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrJournal, err)
	}
	plan, lines, good, err := readJournal(data)
	if err != nil {
		return nil, nil, err
	}
	j := &journal{size: int64(good), marks: map[mark]bool{}, stop: stop}
	for _, l := range lines {
		if l.Step != nil {
			j.begun = *l.Step + 1
		} else {
			j.marks[l.Mark] = true
		}
	}
	// The torn end goes, so that the next line does not continue it.
	if good < len(data) {
		if err := os.Truncate(name, int64(good)); err != nil {
			return nil, nil, explain(err)
		}
	}
	j.file, err = os.OpenFile(name, os.O_WRONLY|os.O_APPEND, 0)
	return j, plan, err
}

// readJournal gives the plan, the lines after it, and how many bytes of data
// they take; what follows is a torn last line.
func readJournal(data []byte) (plan *Plan, lines []line, good int, err error) {
	rest := bufio.NewReader(bytes.NewReader(data))
	for number := 1; ; number++ {
		text, end := rest.ReadBytes('\n')
		if end == io.EOF && len(text) == 0 {
			break
		}
		if number == 1 {
			plan, err = readOpening(text)
		} else {
			var l line
			if l, err = readLine(text, plan, lines); err == nil {
				lines = append(lines, l)
			}
		}
		last := good+len(text) == len(data)
		if err != nil && number > 1 && last {
			return plan, lines, good, nil // torn
		}
		if err != nil {
			return nil, nil, 0, fmt.Errorf("journal line %d: %w", number, err)
		}
		good += len(text)
	}
	if plan == nil {
		return nil, nil, 0, fmt.Errorf("%w: empty", ErrJournal)
	}
	return plan, lines, good, nil
}

func readOpening(text []byte) (*Plan, error) {
	data, err := checkLine(text)
	if err != nil {
		return nil, err
	}
	var schema struct {
		Schema string `json:"schema"`
	}
	if err := json.Unmarshal(data, &schema); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrJournal, err)
	}
	if schema.Schema != journalSchema1 && schema.Schema != journalSchema2 {
		return nil, fmt.Errorf("%w: %q", ErrJournalSchema, schema.Schema)
	}
	var first opening
	if err := json.Unmarshal(data, &first, json.RejectUnknownMembers(true)); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrJournal, err)
	}
	if err := first.Plan.check(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrJournal, err)
	}
	if first.Schema != journalSchema(first.Plan.Kind) {
		return nil, fmt.Errorf("%w: kind %q in schema %q", ErrJournal, first.Plan.Kind, first.Schema)
	}
	return first.Plan, nil
}

// readLine accepts steps in their order and known marks.
func readLine(text []byte, plan *Plan, before []line) (l line, err error) {
	data, err := checkLine(text)
	if err != nil {
		return l, err
	}
	if err := json.Unmarshal(data, &l, json.RejectUnknownMembers(true)); err != nil {
		return l, fmt.Errorf("%w: %w", ErrJournal, err)
	}
	switch l.Mark {
	case "":
		if l.Step == nil || *l.Step != len(before) || *l.Step >= len(plan.Steps) {
			return l, fmt.Errorf("%w: step out of order", ErrJournal)
		}
	case swapped, committed, finishing, cleared, restored:
		if l.Step != nil {
			return l, fmt.Errorf("%w: step and mark in one line", ErrJournal)
		}
	default:
		return l, fmt.Errorf("%w: unknown mark %q", ErrJournal, l.Mark)
	}
	return l, nil
}

func checkLine(text []byte) ([]byte, error) {
	sum, data, ok := bytes.Cut(bytes.TrimSuffix(text, []byte("\n")), []byte(" "))
	if !ok || !bytes.HasSuffix(text, []byte("\n")) || string(sum) != checksum(data) {
		return nil, fmt.Errorf("%w: checksum", ErrJournal)
	}
	return data, nil
}
